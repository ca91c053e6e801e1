/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "model/elements.h"

enum { SRV_SERVICE_MAX = 482 }; /* bytes, as libvirt has it */

static int parse_forwarder(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("domain"),
		ATTR("addr"),
		{ 0 },
	};
	struct network_dns *d = into;

	if (d->n_forwarders == NETWORK_DNS_MAX)
		return xml_bad(p, node, "more than %d of them", NETWORK_DNS_MAX);
	struct dns_forwarder *f = mem_push(d->forwarders, d->n_forwarders);

	f->line = xml_line(node);
	if (xml_check_attrs(p, node, attrs) < 0 || xml_name(p, node, "domain", NETWORK_DOMAIN_MAX, &f->domain) < 0 ||
	    (xml_attr(node, "addr") && xml_ip(p, node, "addr", 0, &f->addr) < 0))
		return -1;
	if (!f->domain && !f->addr.family)
		return xml_bad(p, node, "needs a domain or an addr");
	return xml_read_children(p, node, NULL, NULL);
}

int parse_dns_txt(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("name"),
		ATTR("value"),
		{ 0 },
	};
	struct network_dns *d = into;
	const char *value = xml_attr(node, "value");

	if (d->n_txts == NETWORK_DNS_MAX)
		return xml_bad(p, node, "more than %d of them", NETWORK_DNS_MAX);
	struct dns_txt *t = mem_push(d->txts, d->n_txts);

	t->line = xml_line(node);
	if (xml_check_attrs(p, node, attrs) < 0 || xml_name(p, node, "name", NETWORK_DOMAIN_MAX, &t->name) < 0)
		return -1;
	if (!t->name)
		return xml_bad(p, node, "attribute 'name' is missing");
	if (t->name[strcspn(t->name, " ,")])
		return xml_bad(p, node, "name='%.64s' has a blank or a comma", t->name);
	if (!value && xml_missing(p, node, "value") < 0)
		return -1;
	if (value && strlen(value) > NETWORK_TXT_MAX)
		return xml_bad(p, node, "value is longer than %d bytes", NETWORK_TXT_MAX);
	t->value = mem_strdup(value);
	return xml_read_children(p, node, NULL, NULL);
}

/* A text of letters, digits and `others`. */
static int parse_label(struct parser *p, xmlNode *node, const char *attr, const char *others, size_t max, char **ret)
{
	if (xml_name(p, node, attr, max, ret) < 0)
		return -1;
	if (!*ret)
		return xml_missing(p, node, attr);
	for (const char *c = *ret; *c; c++)
		if (!(isascii(*c) && isalnum((unsigned char)*c)) && !strchr(others, *c))
			return xml_bad(p, node, "%s='%.64s' has a character other than letters, digits and %s", attr,
				       *ret, others);
	return 0;
}

static int parse_srv_numbers(struct parser *p, xmlNode *node, struct dns_srv *s)
{
	if (xml_number_given(p, node, "port", USHRT_MAX, &s->port) < 0 ||
	    xml_number_given(p, node, "priority", USHRT_MAX, &s->priority) < 0 ||
	    xml_number_given(p, node, "weight", USHRT_MAX, &s->weight) < 0)
		return -1;
	if (xml_given(node, "port") && !s->port)
		return xml_bad(p, node, "port 0 is none");
	if (!s->target && !p->partial &&
	    (xml_given(node, "port") || xml_given(node, "priority") || xml_given(node, "weight")))
		return xml_bad(p, node, "port, priority and weight need a target");
	return 0;
}

int parse_dns_srv(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("service"), ATTR("protocol"), ATTR("domain"), ATTR("target"),
		ATTR("port"),    ATTR("priority"), ATTR("weight"), { 0 },
	};
	struct network_dns *d = into;

	if (d->n_srvs == NETWORK_DNS_MAX)
		return xml_bad(p, node, "more than %d of them", NETWORK_DNS_MAX);
	struct dns_srv *s = mem_push(d->srvs, d->n_srvs);

	s->line = xml_line(node);
	if (xml_check_attrs(p, node, attrs) < 0 ||
	    parse_label(p, node, "service", "_-+/*", SRV_SERVICE_MAX, &s->service) < 0 ||
	    parse_label(p, node, "protocol", "-+/", NETWORK_TOKEN_MAX, &s->protocol) < 0 ||
	    xml_string(p, node, "domain", NETWORK_DOMAIN_MAX, &s->domain) < 0 ||
	    xml_string(p, node, "target", NETWORK_DOMAIN_MAX, &s->target) < 0 || parse_srv_numbers(p, node, s) < 0)
		return -1;
	return xml_read_children(p, node, NULL, NULL);
}

static int parse_hostname(struct parser *p, xmlNode *node, void *into)
{
	AUTO(mem_drop) char *name = NULL;
	struct dns_host *h = into;

	if (h->n_names == NETWORK_HOSTNAMES_MAX)
		return xml_bad(p, node, "more than %d of them", NETWORK_HOSTNAMES_MAX);
	if (xml_text(p, node, &name) < 0)
		return -1;
	if (!name)
		return xml_bad(p, node, "is empty");
	if (strlen(name) > NETWORK_DOMAIN_MAX)
		return xml_bad(p, node, "is longer than %d bytes", NETWORK_DOMAIN_MAX);
	*mem_push(h->names, h->n_names) = TAKE(name);
	return 0;
}

int parse_dns_host(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("ip"),
		{ 0 },
	};
	static const struct xml_rule children[] = {
		MANY("hostname", parse_hostname),
		{ 0 },
	};
	struct network_dns *d = into;

	if (d->n_hosts == NETWORK_DNS_MAX)
		return xml_bad(p, node, "more than %d of them", NETWORK_DNS_MAX);
	struct dns_host *h = mem_push(d->hosts, d->n_hosts);

	h->line = xml_line(node);
	if (xml_check_attrs(p, node, attrs) < 0 || xml_ip(p, node, "ip", 0, &h->ip) < 0 ||
	    xml_read_children(p, node, children, h) < 0)
		return -1;
	if (!h->n_names && !p->partial)
		return xml_bad(p, node, "needs a <hostname>");
	return 0;
}

int parse_dns(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("enable"),
		ATTR("forwardPlainNames"),
		{ 0 },
	};
	static const struct xml_rule children[] = {
		MANY("forwarder", parse_forwarder),
		MANY("txt", parse_dns_txt),
		MANY("srv", parse_dns_srv),
		MANY("host", parse_dns_host),
		{ 0 },
	};
	struct network_dns *d = into;

	if (xml_check_attrs(p, node, attrs) < 0 || xml_tri(p, node, "enable", &d->enable) < 0 ||
	    xml_tri(p, node, "forwardPlainNames", &d->forward_plain) < 0 || xml_read_children(p, node, children, d) < 0)
		return -1;
	if (d->enable == TRI_NO && network_dns_has_records(d))
		return xml_bad(p, node, "enable='no' leaves no use for what is inside");
	if (!d->enable && !d->forward_plain && !network_dns_has_records(d))
		xml_warn(p, node, "empty <dns> says nothing and is dropped");
	return 0;
}
