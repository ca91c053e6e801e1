/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "firewall/foreign_rule.h"

#include <arpa/inet.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/xt_devgroup.h>
#include <string.h>

#include "firewall/pass.h"

enum { NO_META = -1 };

struct decode {
	struct foreign_table *table;
	struct foreign_rule *rule;
	int meta;       /* that was loaded last, or NO_META */
	bool port;      /* a destination port was loaded last */
	bool commented; /* with our mark */
	struct pass want;
};

void foreign_add_ifname(struct foreign_table *t, const char *name, size_t len)
{
	struct foreign_ifname new = { 0 };

	if (!name || len == 0 || len > sizeof(new.name))
		return;
	memcpy(new.name, name, len < sizeof(new.name) ? len : sizeof(new.name) - 1);
	new.prefix = len < sizeof(new.name) && !memchr(name, '\0', len);
	*mem_push(t->ifnames, t->n_ifnames) = new;
}

static void add_index(struct foreign_table *t, uint32_t index)
{
	char name[IFNAMSIZ] = "";

	if (if_indextoname(index, name))
		foreign_add_ifname(t, name, sizeof(name));
}

static void take_group(struct decode *d, uint32_t group, bool out)
{
	if (group != FW_GROUP)
		return;
	d->want.group = true;
	d->want.out = out;
}

static void take_cmp(struct decode *d, const struct nftnl_expr *e)
{
	uint32_t len = 0, number = 0;
	const void *data = nftnl_expr_get(e, NFTNL_EXPR_CMP_DATA, &len);
	uint16_t port = 0;

	if (len == sizeof(number))
		memcpy(&number, data, sizeof(number));
	if (d->port && len == sizeof(port)) {
		memcpy(&port, data, sizeof(port));
		d->want.port = ntohs(port);
	}
	if (d->meta == NFT_META_IIFNAME || d->meta == NFT_META_OIFNAME)
		foreign_add_ifname(d->table, data, len);
	else if (d->meta == NFT_META_IIF || d->meta == NFT_META_OIF)
		add_index(d->table, number);
	else if (d->meta == NFT_META_IIFGROUP || d->meta == NFT_META_OIFGROUP)
		take_group(d, number, d->meta == NFT_META_OIFGROUP);
	else if (d->meta == NFT_META_L4PROTO && len == 1)
		d->want.proto = *(const uint8_t *)data;
	d->rule->always = false;
}

/* iptables' extensions that have no expression of their own. */
static void take_match(struct decode *d, const struct nftnl_expr *e)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_MT_NAME);
	uint32_t len = 0;
	const void *info = nftnl_expr_get(e, NFTNL_EXPR_MT_INFO, &len);
	struct xt_devgroup_info group;

	if (strcmp(name, "comment") == 0) {
		d->commented = len > sizeof(PASS_COMMENT) && memcmp(info, PASS_COMMENT, sizeof(PASS_COMMENT)) == 0;
		return;
	}
	d->rule->always = false;
	if (strcmp(name, "devgroup") != 0 || len < sizeof(group))
		return;
	memcpy(&group, info, sizeof(group));
	if (group.flags == XT_DEVGROUP_MATCH_SRC)
		take_group(d, group.src_group, false);
	else if (group.flags == XT_DEVGROUP_MATCH_DST)
		take_group(d, group.dst_group, true);
}

static void take_verdict(struct decode *d, const struct nftnl_expr *e)
{
	if (nftnl_expr_get_u32(e, NFTNL_EXPR_IMM_DREG) != NFT_REG_VERDICT)
		return;
	switch ((int)nftnl_expr_get_u32(e, NFTNL_EXPR_IMM_VERDICT)) {
	case NF_ACCEPT:
		d->rule->verdict = FOREIGN_ACCEPT;
		break;
	case NF_DROP:
		d->rule->verdict = FOREIGN_DROP;
		break;
	case NFT_RETURN:
		d->rule->verdict = FOREIGN_RETURN;
		break;
	case NFT_JUMP:
	case NFT_GOTO:
		d->rule->verdict =
		    (int)nftnl_expr_get_u32(e, NFTNL_EXPR_IMM_VERDICT) == NFT_JUMP ? FOREIGN_JUMP : FOREIGN_GOTO;
		mem_drop(d->rule->target);
		d->rule->target = mem_strdup(nftnl_expr_get_str(e, NFTNL_EXPR_IMM_CHAIN));
		break;
	default:
		d->rule->always = false; /* a queue, whose program decides */
	}
}

static void take_reject(struct decode *d)
{
	d->rule->verdict = FOREIGN_DROP;
	d->rule->rejects = true;
}

static int take_expr(struct nftnl_expr *e, void *arg)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);
	struct decode *d = arg;
	int meta = NO_META;
	bool port = false;

	if (strcmp(name, "meta") == 0 && nftnl_expr_is_set(e, NFTNL_EXPR_META_DREG))
		meta = (int)nftnl_expr_get_u32(e, NFTNL_EXPR_META_KEY);
	else if (strcmp(name, "payload") == 0)
		port = nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_BASE) == NFT_PAYLOAD_TRANSPORT_HEADER &&
		       nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET) == 2 &&
		       nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_LEN) == 2;
	else if (strcmp(name, "cmp") == 0)
		take_cmp(d, e);
	else if (strcmp(name, "match") == 0)
		take_match(d, e);
	else if (strcmp(name, "immediate") == 0)
		take_verdict(d, e);
	else if (strcmp(name, "reject") == 0)
		take_reject(d);
	else if (strcmp(name, "target") == 0 && strcmp(nftnl_expr_get_str(e, NFTNL_EXPR_TG_NAME), "REJECT") == 0)
		take_reject(d);
	else if (strcmp(name, "counter") != 0 && strcmp(name, "log") != 0 && strcmp(name, "target") != 0)
		d->rule->always = false; /* a condition, or something that may hold one */
	d->meta = meta;
	d->port = port;
	return 0;
}

static int take_udata(const struct nftnl_udata *u, void *arg)
{
	struct decode *d = arg;

	if (nftnl_udata_type(u) == NFTNL_UDATA_RULE_COMMENT && nftnl_udata_len(u) == sizeof(PASS_COMMENT))
		d->commented = memcmp(nftnl_udata_get(u), PASS_COMMENT, sizeof(PASS_COMMENT)) == 0;
	return 0;
}

void foreign_rule_parse(const struct nlmsghdr *h, struct foreign_table *t, struct foreign_rule *ret)
{
	struct nftnl_rule *r = nftnl_rule_alloc();
	struct decode d = { .table = t, .rule = ret, .meta = NO_META };
	uint32_t len = 0;

	*ret = (struct foreign_rule){ .always = true, .pass = PASS_NONE };
	if (r && nftnl_rule_nlmsg_parse(h, r) == 0) {
		ret->handle = nftnl_rule_get_u64(r, NFTNL_RULE_HANDLE);
		nftnl_expr_foreach(r, take_expr, &d);
		const void *data = nftnl_rule_get_data(r, NFTNL_RULE_USERDATA, &len);

		if (data)
			nftnl_udata_parse(data, len, take_udata, &d);
	}
	if (d.want.group && d.commented)
		ret->pass = ret->verdict == FOREIGN_ACCEPT ? pass_find(&d.want) : PASS_ODD;
	else if (d.want.group)
		t->names_group = true;
	nftnl_rule_free(r);
}
