/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "firewall/conntrack.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "firewall/nfnl.h"

enum { FILTERS_MAX = 16 /* targets that are asked for one by one; more are found sooner among all flows */ };

/* Bits of CTA_FILTER_ORIG_FLAGS and CTA_FILTER_REPLY_FLAGS: what of the tuple counts. */
enum {
	BY_IP_SRC = 1 << 0,
	BY_IP_DST = 1 << 1,
	BY_PROTO = 1 << 3,
	BY_SRC_PORT = 1 << 4,
	BY_DST_PORT = 1 << 5,
};

/* By IPv6, by source. */
static const uint16_t ip_types[2][2] = { { CTA_IP_V4_DST, CTA_IP_V4_SRC }, { CTA_IP_V6_DST, CTA_IP_V6_SRC } };

/* A flow to forget: what ctnetlink wants to hear to find it again. */
struct flow {
	uint8_t family;
	uint16_t zone; /* network order, 0: none */
	uint32_t id;   /* so that a newer flow with the same addresses stays */
	uint8_t tuple[128];
	uint16_t tuple_len;
};

struct search {
	bool (*wants)(const struct search *s, const struct nlmsghdr *h);
	const struct prefix *subnets;
	size_t n_subnets;
	const struct fw_block *gone, *come;
	struct flow *flows;
	size_t n;
};

/* The attribute `type` inside a nested one, or NULL. */
static const struct nlattr *inside(const struct nlattr *nest, int type)
{
	const char *end = (const char *)mnl_attr_get_payload(nest) + mnl_attr_get_payload_len(nest);
	const struct nlattr *a = mnl_attr_get_payload(nest);

	while (mnl_attr_ok(a, (int)(end - (const char *)a))) {
		if (mnl_attr_get_type(a) == type)
			return a;
		a = mnl_attr_next(a);
	}
	return NULL;
}

static bool source_is_ours(const struct search *s, const struct nlattr *tuple, uint8_t family)
{
	const struct nlattr *addrs = tuple ? inside(tuple, CTA_TUPLE_IP) : NULL;
	const struct nlattr *src = addrs ? inside(addrs, family == AF_INET ? CTA_IP_V4_SRC : CTA_IP_V6_SRC) : NULL;
	struct ip ip = { .family = family };

	if (!src || mnl_attr_get_payload_len(src) != ip_size(family))
		return false;
	memcpy(ip.b, mnl_attr_get_payload(src), ip_size(family));
	for (size_t i = 0; i < s->n_subnets; i++)
		if (prefix_contains(&s->subnets[i], &ip))
			return true;
	return false;
}

static uint8_t family_of(const struct nlmsghdr *h)
{
	return ((const struct nfgenmsg *)mnl_nlmsg_get_payload(h))->nfgen_family;
}

static bool is_of_subnets(const struct search *s, const struct nlmsghdr *h)
{
	return source_is_ours(s, nfnl_attr(h, CTA_TUPLE_ORIG), family_of(h)) ||
	       source_is_ours(s, nfnl_attr(h, CTA_TUPLE_REPLY), family_of(h));
}

/* One end of a flow. */
struct end {
	struct ip ip;
	uint8_t proto;
	uint16_t port;
};

/* Where a tuple comes from or goes to; false: it has no ports. */
static bool end_of(const struct nlattr *tuple, uint8_t family, bool source, struct end *ret)
{
	const struct nlattr *addrs = tuple ? inside(tuple, CTA_TUPLE_IP) : NULL;
	const struct nlattr *protos = tuple ? inside(tuple, CTA_TUPLE_PROTO) : NULL;
	const struct nlattr *ip = addrs ? inside(addrs, ip_types[family == AF_INET6][source]) : NULL;
	const struct nlattr *proto = protos ? inside(protos, CTA_PROTO_NUM) : NULL;
	const struct nlattr *port = protos ? inside(protos, source ? CTA_PROTO_SRC_PORT : CTA_PROTO_DST_PORT) : NULL;

	*ret = (struct end){ .ip.family = family };
	if (!ip || !proto || !port || mnl_attr_get_payload_len(ip) != ip_size(family))
		return false;
	memcpy(ret->ip.b, mnl_attr_get_payload(ip), ip_size(family));
	ret->proto = mnl_attr_get_u8(proto);
	ret->port = ntohs(mnl_attr_get_u16(port));
	return true;
}

static const struct fw_target *find_target(const struct fw_block *b, const struct end *to)
{
	bool v4 = to->ip.family == AF_INET;
	struct fw_target exact = {
		.map = v4 ? SET_FORWARD4 : SET_FORWARD6, .proto = to->proto, .address = to->ip, .port = to->port
	};
	struct fw_target any = { .map = v4 ? SET_FORWARD4_ANY : SET_FORWARD6_ANY,
				 .proto = to->proto,
				 .port = to->port };
	const struct fw_target *t = fw_block_find_target(b, &exact);

	return t ? t : fw_block_find_target(b, &any);
}

static bool is_of_targets(const struct search *s, const struct nlmsghdr *h)
{
	const struct nlattr *status = nfnl_attr(h, CTA_STATUS);
	uint32_t bits = status ? ntohl(mnl_attr_get_u32(status)) : 0;
	const struct fw_target *t;
	struct end to, guest;

	if (!end_of(nfnl_attr(h, CTA_TUPLE_ORIG), family_of(h), false, &to) ||
	    !end_of(nfnl_attr(h, CTA_TUPLE_REPLY), family_of(h), true, &guest))
		return false;
	if (!(bits & IPS_DST_NAT))
		return to.proto == IPPROTO_UDP && !(bits & IPS_SEEN_REPLY) && find_target(s->come, &to);
	t = find_target(s->gone, &to);
	return t && ip_eq(&t->to, &guest.ip) && t->to_port == guest.port;
}

static int take_flow(const struct nlmsghdr *h, void *arg)
{
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(h);
	const struct nlattr *orig = nfnl_attr(h, CTA_TUPLE_ORIG);
	const struct nlattr *zone = nfnl_attr(h, CTA_ZONE), *id = nfnl_attr(h, CTA_ID);
	struct search *s = arg;

	if (nfg->nfgen_family != AF_INET && nfg->nfgen_family != AF_INET6)
		return MNL_CB_OK;
	if (!s->wants(s, h))
		return MNL_CB_OK;
	if (!orig || mnl_attr_get_payload_len(orig) > sizeof(s->flows->tuple))
		return MNL_CB_OK;
	struct flow *f = mem_push(s->flows, s->n);

	f->family = nfg->nfgen_family;
	f->zone = zone ? mnl_attr_get_u16(zone) : 0;
	f->id = id ? mnl_attr_get_u32(id) : 0;
	f->tuple_len = mnl_attr_get_payload_len(orig);
	memcpy(f->tuple, mnl_attr_get_payload(orig), f->tuple_len);
	return MNL_CB_OK;
}

static int forget(struct nfnl *nl, const struct flow *f)
{
	char buf[NFNL_REQUEST_MAX];
	struct nlmsghdr *h = nfnl_request(buf, NFNL_SUBSYS_CTNETLINK, f->family, IPCTNL_MSG_CT_DELETE, NLM_F_ACK);

	mnl_attr_put(h, CTA_TUPLE_ORIG | NLA_F_NESTED, f->tuple_len, f->tuple);
	if (f->zone)
		mnl_attr_put_u16(h, CTA_ZONE, f->zone);
	if (f->id)
		mnl_attr_put_u32(h, CTA_ID, f->id);
	int err = nfnl_ask(nl, h, NULL, NULL);

	return err == -ENOENT ? 0 : err; /* it ended by itself */
}

/* A kernel without conntrack, or without its netlink part. */
static bool is_missing(int err)
{
	return err == -EINVAL || err == -EOPNOTSUPP || err == -EPROTONOSUPPORT;
}

static struct nlmsghdr *dump_request(char buf[NFNL_REQUEST_MAX], uint8_t family)
{
	return nfnl_request(buf, NFNL_SUBSYS_CTNETLINK, family, IPCTNL_MSG_CT_GET, NLM_F_DUMP);
}

static int ask_for_all(struct nfnl *nl, struct search *s, uint8_t family)
{
	char buf[NFNL_REQUEST_MAX];
	int err = nfnl_ask(nl, dump_request(buf, family), take_flow, s);

	return is_missing(err) ? 0 : err;
}

/* Of the reply: where it comes from; else where the flow goes. A kernel that knows no such filter (before 5.8) gives all
 * flows of the family. */
static int ask_for_end(struct nfnl *nl, struct search *s, uint8_t family, bool reply, const struct end *end)
{
	uint32_t parts = BY_PROTO | (reply ? BY_SRC_PORT : BY_DST_PORT);
	char buf[NFNL_REQUEST_MAX];
	struct nlmsghdr *h = dump_request(buf, family);
	struct nlattr *tuple = mnl_attr_nest_start(h, reply ? CTA_TUPLE_REPLY : CTA_TUPLE_ORIG), *part;

	if (end->ip.family) {
		parts |= reply ? BY_IP_SRC : BY_IP_DST;
		part = mnl_attr_nest_start(h, CTA_TUPLE_IP);
		mnl_attr_put(h, ip_types[family == AF_INET6][reply], ip_size(family), end->ip.b);
		mnl_attr_nest_end(h, part);
	}
	part = mnl_attr_nest_start(h, CTA_TUPLE_PROTO);
	mnl_attr_put_u8(h, CTA_PROTO_NUM, end->proto);
	mnl_attr_put_u16(h, reply ? CTA_PROTO_SRC_PORT : CTA_PROTO_DST_PORT, htons(end->port));
	mnl_attr_nest_end(h, part);
	mnl_attr_nest_end(h, tuple);
	part = mnl_attr_nest_start(h, CTA_FILTER);
	mnl_attr_put_u32(h, reply ? CTA_FILTER_REPLY_FLAGS : CTA_FILTER_ORIG_FLAGS, parts);
	mnl_attr_nest_end(h, part);
	return nfnl_ask(nl, h, take_flow, s);
}

static int ask_for_targets(struct nfnl *nl, struct search *s)
{
	int err = 0;

	for (size_t i = 0; i < s->gone->n_targets && err == 0; i++) {
		const struct fw_target *t = &s->gone->targets[i];

		err = ask_for_end(nl, s, t->to.family, true, &(struct end){ t->to, t->proto, t->to_port });
	}
	for (size_t i = 0; i < s->come->n_targets && err == 0; i++) {
		const struct fw_target *t = &s->come->targets[i];

		if (t->proto == IPPROTO_UDP)
			err = ask_for_end(nl, s, t->to.family, false, &(struct end){ t->address, t->proto, t->port });
	}
	return err;
}

static int forget_found(struct nfnl *nl, struct search *s, int err, struct err *e)
{
	for (size_t i = 0; i < s->n && err == 0; i++)
		err = forget(nl, &s->flows[i]);
	mem_drop(s->flows);
	return err < 0 ? err_sys(e, err, "forget flows") : 0;
}

/* AF_UNSPEC: of both. The kernel can't be asked for a subnet. */
static uint8_t family_of_all(const struct prefix *v, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (v[i].ip.family != v[0].ip.family)
			return AF_UNSPEC;
	return (uint8_t)v[0].ip.family;
}

int conntrack_forget(struct firewall *f, const struct prefix *subnets, size_t n, struct err *e)
{
	struct search s = { .wants = is_of_subnets, .subnets = subnets, .n_subnets = n };
	struct nfnl *nl = firewall_nfnl(f);

	return n ? forget_found(nl, &s, ask_for_all(nl, &s, family_of_all(subnets, n)), e) : 0;
}

int conntrack_forget_targets(struct firewall *f, const struct fw_block *gone, const struct fw_block *come,
			     struct err *e)
{
	struct search s = { .wants = is_of_targets, .gone = gone, .come = come };
	size_t n = gone->n_targets + come->n_targets;
	struct nfnl *nl = firewall_nfnl(f);

	if (n == 0)
		return 0;
	bool all = n > FILTERS_MAX || ask_for_targets(nl, &s) < 0;

	return forget_found(nl, &s, all ? ask_for_all(nl, &s, AF_UNSPEC) : 0, e);
}
