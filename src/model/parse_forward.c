/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include <string.h>
#include <strings.h>

#include "model/elements.h"

enum { PCI_BUS_MAX = 0xff, PCI_SLOT_MAX = 0x1f, PCI_FUNCTION_MAX = 7 };

static int parse_nat_address(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("start"),
		ATTR("end"),
		{ 0 },
	};
	struct network_forward *f = into;
	struct ip start, end;
	char a[IP_TEXT], b[IP_TEXT];

	if (xml_check_attrs(p, node, attrs) < 0 || xml_ip(p, node, "start", AF_INET, &start) < 0 ||
	    xml_ip(p, node, "end", AF_INET, &end) < 0)
		return -1;
	if (ip_cmp(&start, &end) > 0)
		return xml_bad(p, node, "start %s is above end %s", ip_text(&start, a), ip_text(&end, b));
	if (ip_v4(&end) - ip_v4(&start) >= NETWORK_SPAN_MAX)
		return xml_bad(p, node, "%s to %s are more than %d addresses", ip_text(&start, a), ip_text(&end, b),
			       NETWORK_SPAN_MAX);
	f->nat_start = start;
	f->nat_end = end;
	return xml_read_children(p, node, NULL, NULL);
}

static int parse_nat_port(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("start"),
		ATTR("end"),
		{ 0 },
	};
	struct network_forward *f = into;
	unsigned long start, end;

	if (xml_check_attrs(p, node, attrs) < 0 || xml_number(p, node, "start", USHRT_MAX, &start) < 0 ||
	    xml_number(p, node, "end", USHRT_MAX, &end) < 0)
		return -1;
	if (start > end)
		return xml_bad(p, node, "start %lu is above end %lu", start, end);
	f->port_start = (unsigned)start;
	f->port_end = (unsigned)end;
	return xml_read_children(p, node, NULL, NULL);
}

static int parse_nat(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("ipv6"),
		{ 0 },
	};
	static const struct xml_rule children[] = {
		ONE("address", parse_nat_address),
		ONE("port", parse_nat_port),
		{ 0 },
	};
	struct network_forward *f = into;

	if (f->mode != FORWARD_NAT)
		return xml_bad(p, node, "needs forward mode 'nat', not '%s'", forward_mode_text(f->mode));
	if (xml_check_attrs(p, node, attrs) < 0 || xml_tri(p, node, "ipv6", &f->nat_ipv6) < 0)
		return -1;
	return xml_read_children(p, node, children, f);
}

int parse_forward_if(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("dev"),
		ATTR("connections"), /* we print it; nobody tells us */
		{ 0 },
	};
	struct network_forward *f = into;

	if (f->n_ifs == NETWORK_INTERFACES_MAX)
		return xml_bad(p, node, "more than %d of them", NETWORK_INTERFACES_MAX);
	struct forward_if *i = mem_push(f->ifs, f->n_ifs);

	i->line = xml_line(node);
	if (xml_check_attrs(p, node, attrs) < 0 || xml_device(p, node, "dev", &i->dev) < 0)
		return -1;
	if (!i->dev)
		return xml_bad(p, node, "attribute 'dev' is missing");
	return xml_read_children(p, node, NULL, NULL);
}

int parse_pci_address(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("type"), ATTR("domain"), ATTR("bus"), ATTR("slot"), ATTR("function"), ATTR("connections"), { 0 },
	};
	unsigned long domain = 0, bus = 0, slot = 0, function = 0;

	if (xml_check_attrs(p, node, attrs) < 0 || xml_number_c(p, node, "domain", UINT_MAX, &domain) < 0 ||
	    xml_number_c(p, node, "bus", PCI_BUS_MAX, &bus) < 0 ||
	    xml_number_c(p, node, "slot", PCI_SLOT_MAX, &slot) < 0 ||
	    xml_number_c(p, node, "function", PCI_FUNCTION_MAX, &function) < 0)
		return -1;
	*(struct forward_address *)into = (struct forward_address){
		.line = xml_line(node),
		.domain = (unsigned)domain,
		.bus = (unsigned)bus,
		.slot = (unsigned)slot,
		.function = (unsigned)function,
	};
	return xml_read_children(p, node, NULL, NULL);
}

static int parse_address(struct parser *p, xmlNode *node, void *into)
{
	struct network_forward *f = into;
	const char *type = xml_given(node, "type");

	if (f->n_addresses == NETWORK_INTERFACES_MAX)
		return xml_bad(p, node, "more than %d of them", NETWORK_INTERFACES_MAX);
	if (!type)
		return xml_bad(p, node, "attribute 'type' is missing");
	if (strcmp(type, "pci") != 0)
		return xml_bad(p, node, "type='%.64s' is not pci", type);
	return parse_pci_address(p, node, mem_push(f->addresses, f->n_addresses));
}

static int parse_pf(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("dev"),
		{ 0 },
	};
	struct network_forward *f = into;

	if (xml_check_attrs(p, node, attrs) < 0 || xml_device(p, node, "dev", &f->pf) < 0)
		return -1;
	if (!f->pf)
		return xml_bad(p, node, "attribute 'dev' is missing");
	return xml_read_children(p, node, NULL, NULL);
}

static int parse_driver(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("name"),
		ATTR("model"),
		{ 0 },
	};
	struct network_forward *f = into;
	int driver = xml_word(p, node, "name", pci_driver_words);

	if (driver < 0 || xml_check_attrs(p, node, attrs) < 0 ||
	    xml_string(p, node, "model", NETWORK_TOKEN_MAX, &f->driver_model) < 0)
		return -1;
	f->driver = (enum pci_driver)driver;
	return xml_read_children(p, node, NULL, NULL);
}

static int parse_mode(struct parser *p, xmlNode *node, enum forward_mode *ret)
{
	const char *text = xml_given(node, "mode");

	*ret = FORWARD_NAT;
	if (!text || forward_mode_parse(text, ret) == 0)
		return 0;
	xml_bad(p, node, "unknown forward mode '%.64s'", text);
	if (p->e)
		p->e->code = VNET_ERR_CONFIG_UNSUPPORTED;
	return -1;
}

/* dev= is short for one <interface>; with some there, it must be the first. */
static int parse_dev(struct parser *p, xmlNode *node, struct network_forward *f)
{
	AUTO(mem_drop) char *dev = NULL;

	if (xml_device(p, node, "dev", &dev) < 0)
		return -1;
	if (!dev)
		return 0;
	if (f->pf || f->n_addresses)
		return xml_bad(p, node, "dev='%s' cannot stand with a %s", dev, f->pf ? "<pf>" : "PCI <address>");
	if (f->n_ifs && strcmp(f->ifs[0].dev, dev) != 0)
		return xml_bad(p, node, "dev='%s' is not the first <interface>, which is '%s'", dev, f->ifs[0].dev);
	if (!f->n_ifs)
		*mem_push(f->ifs, f->n_ifs) = (struct forward_if){ .line = xml_line(node), .dev = TAKE(dev) };
	return 0;
}

/* An isolated network forwards nowhere, so nothing but the mode counts; it is not printed either. */
static void drop_if_isolated(struct parser *p, xmlNode *node, struct network_forward *f)
{
	if (f->mode != FORWARD_NONE)
		return;
	if (f->n_ifs || f->n_addresses || f->pf || f->driver || f->driver_model)
		xml_warn(p, node, "mode 'none' of <forward> has no use for devices: they are dropped");
	network_forward_clear(f);
	*f = (struct network_forward){ .line = xml_line(node) };
}

int parse_forward(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("mode"),
		ATTR("dev"),
		ATTR("managed"),
		{ 0 },
	};
	static const struct xml_rule children[] = {
		FIRST("driver", parse_driver),       ONE("nat", parse_nat),          ONE("pf", parse_pf),
		MANY("interface", parse_forward_if), MANY("address", parse_address), { 0 },
	};
	struct network_forward *f = into;
	const char *managed = xml_given(node, "managed");

	f->line = xml_line(node);
	if (parse_mode(p, node, &f->mode) < 0 || xml_check_attrs(p, node, attrs) < 0 ||
	    xml_read_children(p, node, children, f) < 0 || parse_dev(p, node, f) < 0)
		return -1;
	f->managed = managed && strcasecmp(managed, "yes") == 0;
	if (managed && f->mode != FORWARD_HOSTDEV)
		xml_warn(p, node, "attribute 'managed' of <forward> has no effect here");
	drop_if_isolated(p, node, f);
	return 0;
}
