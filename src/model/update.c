/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A section is an array somewhere in the definition. The payload is read into an array of its own, with the parser that
 * documents are read with; what is compared with what is a row of a table. */
#include "model/update.h"

#include "model/array.h"
#include "model/check.h"
#include "model/elements.h"

/* The array that a section means. */
struct list {
	void *v; /* the address of the pointer to its first element */
	size_t *n;
};

struct section {
	const char *name, *element;
	size_t size;
	int (*read)(struct parser *p, xmlNode *node, void *into);
	bool (*clash)(const void *have, const void *given); /* may not both be there */
	bool (*same)(const void *have, const void *given);  /* modify replaces it; NULL: never */
	bool (*meant)(const void *have, const void *given); /* delete removes it */
	bool (*says)(const void *given);                    /* does it say enough to delete one? NULL: always */
	bool one;                                           /* delete is for one alone, not for the first of several */
	void (*clear)(void *element);
};

static bool text_eq(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* Not given, or the same. */
static bool text_fits(const char *have, const char *given)
{
	return !given || text_eq(have, given);
}

static bool host_clash(const void *have, const void *given)
{
	const struct dhcp_host *a = have, *b = given;

	return (a->mac_text && b->mac_text && mac_eq(&a->mac, &b->mac)) || ip_eq(&a->ip, &b->ip) ||
	       text_eq(a->name, b->name);
}

static bool host_meant(const void *have, const void *given)
{
	const struct dhcp_host *a = have, *b = given;

	return (!a->mac_text || !b->mac_text || mac_eq(&a->mac, &b->mac)) && text_fits(a->name, b->name) &&
	       (!b->ip.family || ip_eq(&a->ip, &b->ip));
}

static bool host_says(const void *given)
{
	const struct dhcp_host *h = given;

	return h->mac_text || h->name || h->ip.family;
}

static void host_clear(void *element)
{
	dhcp_host_clear(element);
}

static bool range_eq(const void *have, const void *given)
{
	const struct dhcp_range *a = have, *b = given;

	return ip_eq(&a->start, &b->start) && ip_eq(&a->end, &b->end);
}

static void range_clear(void *element)
{
	dhcp_range_clear(element);
}

static bool range_says(const void *given)
{
	const struct dhcp_range *r = given;

	return r->start.family && r->end.family;
}

static bool if_eq(const void *have, const void *given)
{
	return text_eq(((const struct forward_if *)have)->dev, ((const struct forward_if *)given)->dev);
}

static void if_clear(void *element)
{
	forward_if_clear(element);
}

static bool group_eq(const void *have, const void *given)
{
	return text_eq(((const struct portgroup *)have)->name, ((const struct portgroup *)given)->name);
}

static void group_clear(void *element)
{
	portgroup_clear(element);
}

static bool record_eq(const void *have, const void *given)
{
	return ip_eq(&((const struct dns_host *)have)->ip, &((const struct dns_host *)given)->ip);
}

static bool record_meant(const void *have, const void *given)
{
	const struct dns_host *a = have, *b = given;

	if (b->ip.family && ip_eq(&a->ip, &b->ip))
		return true;
	for (size_t i = 0; i < a->n_names; i++)
		for (size_t j = 0; j < b->n_names; j++)
			if (strcmp(a->names[i], b->names[j]) == 0)
				return true;
	return false;
}

static bool record_says(const void *given)
{
	const struct dns_host *h = given;

	return h->ip.family || h->n_names;
}

static void record_clear(void *element)
{
	dns_host_clear(element);
}

static bool txt_eq(const void *have, const void *given)
{
	return text_eq(((const struct dns_txt *)have)->name, ((const struct dns_txt *)given)->name);
}

static void txt_clear(void *element)
{
	dns_txt_clear(element);
}

static bool srv_meant(const void *have, const void *given)
{
	const struct dns_srv *a = have, *b = given;

	return text_fits(a->service, b->service) && text_fits(a->protocol, b->protocol) &&
	       text_fits(a->domain, b->domain) && text_fits(a->target, b->target);
}

static bool srv_says(const void *given)
{
	const struct dns_srv *s = given;

	return s->service || s->protocol || s->domain || s->target;
}

static void srv_clear(void *element)
{
	dns_srv_clear(element);
}

/* Sections without `read` exist but cannot be changed. */
static const struct section sections[UPDATE_SECTIONS] = {
	[UPDATE_BRIDGE] = { .name = "bridge" },
	[UPDATE_DOMAIN] = { .name = "domain" },
	[UPDATE_IP] = { .name = "ip" },
	[UPDATE_FORWARD] = { .name = "forward" },
	[UPDATE_FORWARD_PF] = { .name = "forward-pf" },
	[UPDATE_DHCP_HOST] = {
		.name = "ip-dhcp-host",
		.element = "host",
		.size = sizeof(struct dhcp_host),
		.read = parse_dhcp_host,
		.clash = host_clash,
		.same = host_clash,
		.meant = host_meant,
		.says = host_says,
		.clear = host_clear,
	},
	[UPDATE_DHCP_RANGE] = {
		.name = "ip-dhcp-range",
		.element = "range",
		.size = sizeof(struct dhcp_range),
		.read = parse_dhcp_range,
		.clash = range_eq,
		.meant = range_eq,
		.says = range_says,
		.clear = range_clear,
	},
	[UPDATE_FORWARD_INTERFACE] = {
		.name = "forward-interface",
		.element = "interface",
		.size = sizeof(struct forward_if),
		.read = parse_forward_if,
		.clash = if_eq,
		.meant = if_eq,
		.clear = if_clear,
	},
	[UPDATE_PORTGROUP] = {
		.name = "portgroup",
		.element = "portgroup",
		.size = sizeof(struct portgroup),
		.read = parse_portgroup,
		.clash = group_eq,
		.same = group_eq,
		.meant = group_eq,
		.clear = group_clear,
	},
	[UPDATE_DNS_HOST] = {
		.name = "dns-host",
		.element = "host",
		.size = sizeof(struct dns_host),
		.read = parse_dns_host,
		.clash = record_eq,
		.same = record_eq,
		.meant = record_meant,
		.says = record_says,
		.one = true,
		.clear = record_clear,
	},
	[UPDATE_DNS_TXT] = {
		.name = "dns-txt",
		.element = "txt",
		.size = sizeof(struct dns_txt),
		.read = parse_dns_txt,
		.clash = txt_eq,
		.same = txt_eq,
		.meant = txt_eq,
		.clear = txt_clear,
	},
	[UPDATE_DNS_SRV] = {
		.name = "dns-srv",
		.element = "srv",
		.size = sizeof(struct dns_srv),
		.read = parse_dns_srv,
		.clash = srv_meant,
		.meant = srv_meant,
		.says = srv_says,
		.one = true,
		.clear = srv_clear,
	},
};

const char *update_section_text(enum update_section section)
{
	return section > 0 && section < UPDATE_SECTIONS ? sections[section].name : NULL;
}

/* Also what the parser of the section reads into: for DHCP `ip`, else a part of `n`. */
static void *parent_of(struct network *n, struct network_ip *ip, enum update_section section)
{
	switch (section) {
	case UPDATE_DHCP_HOST:
	case UPDATE_DHCP_RANGE:
		return ip;
	case UPDATE_FORWARD_INTERFACE:
		return &n->forward;
	case UPDATE_PORTGROUP:
		return n;
	default:
		return &n->dns;
	}
}

static struct list list_of(struct network *n, struct network_ip *ip, enum update_section section)
{
	switch (section) {
	case UPDATE_DHCP_HOST:
		return (struct list){ &ip->hosts, &ip->n_hosts };
	case UPDATE_DHCP_RANGE:
		return (struct list){ &ip->ranges, &ip->n_ranges };
	case UPDATE_FORWARD_INTERFACE:
		return (struct list){ &n->forward.ifs, &n->forward.n_ifs };
	case UPDATE_PORTGROUP:
		return (struct list){ &n->portgroups, &n->n_portgroups };
	case UPDATE_DNS_HOST:
		return (struct list){ &n->dns.hosts, &n->dns.n_hosts };
	case UPDATE_DNS_TXT:
		return (struct list){ &n->dns.txts, &n->dns.n_txts };
	default:
		return (struct list){ &n->dns.srvs, &n->dns.n_srvs };
	}
}

static void *list_start(struct list l)
{
	void *v;

	memcpy(&v, l.v, sizeof(v));
	return v;
}

static void *list_at(const struct section *s, struct list l, size_t i)
{
	return (char *)list_start(l) + i * s->size;
}

static void list_open(const struct section *s, struct list l, size_t i)
{
	void *v = array_open(list_start(l), (*l.n)++, i, s->size);

	memcpy(l.v, &v, sizeof(v));
}

/* The first element from `from` on that `is` what `given` says, else the list's length. */
static size_t list_find(const struct section *s, struct list l, size_t from, bool (*is)(const void *, const void *),
			const void *given)
{
	while (from < *l.n && !is(list_at(s, l, from), given))
		from++;
	return from;
}

static int invalid(const struct network *n, const struct section *s, const char *what, struct err *e)
{
	return err_set(e, VNET_ERR_OPERATION_INVALID, "couldn't update %s: network '%s' has %s", s->name, n->name,
		       what);
}

/* *given goes into the list, so it is emptied. */
static int add(const struct network *n, const struct section *s, struct list l, size_t at, void *given, struct err *e)
{
	if (list_find(s, l, 0, s->clash, given) < *l.n)
		return invalid(n, s, "an entry already that matches this one", e);
	list_open(s, l, at);
	memcpy(list_at(s, l, at), given, s->size);
	memset(given, 0, s->size);
	return 0;
}

static int modify(const struct network *n, const struct section *s, struct list l, void *given, struct err *e)
{
	if (!s->same)
		return err_set(e, VNET_ERR_OPERATION_UNSUPPORTED,
			       "%s entries cannot be modified, only added or deleted", s->name);
	size_t i = list_find(s, l, 0, s->same, given);

	if (i == *l.n)
		return invalid(n, s, "no entry that matches this one", e);
	char old[s->size];

	memcpy(old, list_at(s, l, i), s->size);
	memcpy(list_at(s, l, i), given, s->size);
	memcpy(given, old, s->size);
	return 0;
}

static int delete (const struct network *n, const struct section *s, struct list l, const void *given, struct err *e)
{
	if (s->says && !s->says(given))
		return err_set(e, VNET_ERR_XML, "<%s> does not say which one to delete", s->element);
	size_t i = list_find(s, l, 0, s->meant, given);

	if (i == *l.n)
		return invalid(n, s, "no entry that matches this one", e);
	if (s->one && list_find(s, l, i + 1, s->meant, given) < *l.n)
		return invalid(n, s, "several entries that match this one", e);
	if (s->read == parse_forward_if && ((struct forward_if *)list_at(s, l, i))->connections)
		return invalid(n, s, "guests on this device", e);
	if (s->clear)
		s->clear(list_at(s, l, i));
	array_close(list_start(l), (*l.n)--, i, s->size);
	return 0;
}

/* NULL: there is none. */
static struct network_ip *choose_ip(struct network *n, int index)
{
	if (index >= 0)
		return (size_t)index < n->n_ips ? &n->ips[index] : NULL;
	for (size_t i = 0; i < n->n_ips; i++)
		if (network_ip_has_dhcp(&n->ips[i]))
			return &n->ips[i];
	for (size_t i = 0; i < n->n_ips; i++)
		if (n->ips[i].address.family == AF_INET)
			return &n->ips[i];
	return n->n_ips ? &n->ips[0] : NULL;
}

/* Reads the payload into the list of a network that is otherwise empty. */
static int read_payload(const struct section *s, void *into, bool partial, const char *xml, size_t len, struct err *e)
{
	struct parser p = { .e = e, .partial = partial };
	AUTO(xml_unload) xmlNode *root = NULL;

	if (xml_load_any(&p, xml, len, &root) < 0)
		return -1;
	if (root->ns || strcmp((const char *)root->name, s->element) != 0)
		return err_set(e, VNET_ERR_XML, "unexpected element <%.64s>, expecting <%s>", (const char *)root->name,
			       s->element);
	return s->read(&p, root, into);
}

/* Changes `n`, which is a copy that is thrown away on failure. */
static int change(struct network *n, enum update_command command, enum update_section section, struct network_ip *ip,
		  const char *xml, size_t len, struct err *e)
{
	const struct section *s = &sections[section];
	AUTO(network_free) struct network *payload = mem_new(struct network);
	struct network_ip *payload_ip = mem_push(payload->ips, payload->n_ips);
	struct list to = list_of(n, ip, section), from = list_of(payload, payload_ip, section);

	if (ip)
		payload_ip->address.family = ip->address.family;
	if (read_payload(s, parent_of(payload, payload_ip, section), command == UPDATE_DELETE, xml, len, e) < 0)
		return -1;
	void *given = list_at(s, from, 0);

	switch (command) {
	case UPDATE_MODIFY:
		return modify(n, s, to, given, e);
	case UPDATE_DELETE:
		return delete (n, s, to, given, e);
	default:
		return add(n, s, to, command == UPDATE_ADD_FIRST ? 0 : *to.n, given, e);
	}
}

int network_update(struct network *n, enum update_command command, enum update_section section, int parent_index,
		   const char *xml, size_t len, struct err *e)
{
	const char *name = update_section_text(section);
	AUTO(network_free) struct network *c = network_copy(n);
	struct network_ip *ip = NULL;

	if (!name || command < UPDATE_MODIFY || command > UPDATE_ADD_FIRST)
		return err_set(e, VNET_ERR_INVALID_ARG, "unknown update command %d or section %d", (int)command,
			       (int)section);
	if (!sections[section].read)
		return err_set(e, VNET_ERR_OPERATION_UNSUPPORTED, "can't update '%s' section of network '%s'", name,
			       n->name);
	if (section == UPDATE_DHCP_HOST || section == UPDATE_DHCP_RANGE) {
		ip = choose_ip(c, parent_index);
		if (!ip && parent_index < 0)
			return err_set(e, VNET_ERR_OPERATION_INVALID,
				       "couldn't update %s: network '%s' has no <ip> element", name, n->name);
		if (!ip)
			return err_set(e, VNET_ERR_OPERATION_INVALID,
				       "couldn't update %s entry - no <ip> element found at index %d in network '%s'",
				       name, parent_index, n->name);
	}
	if (change(c, command, section, ip, xml, len, e) < 0)
		return -1;
	if (network_check(c, e) < 0) {
		if (e)
			e->line = 0; /* it was in the document that the network came from */
		return -1;
	}
	network_replace(n, TAKE(c));
	return 0;
}
