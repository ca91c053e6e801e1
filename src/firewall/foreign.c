/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "firewall/foreign.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <libnftnl/common.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

#include "firewall/nfnl.h"

enum { REQUEST_MAX = 256 };

/* Looked for by name: to list all chains would cost each of a thousand starts the chains of a thousand networks. */
static const struct fw_foreign known[] = {
	{ NFPROTO_IPV4, "ip", "filter", "FORWARD", true, "iptables" },
	{ NFPROTO_IPV6, "ip6", "filter", "FORWARD", true, "ip6tables" },
	{ NFPROTO_INET, "inet", "filter", "forward", true, NULL },
	{ NFPROTO_IPV4, "ip", "filter", "INPUT", false, "iptables" },
	{ NFPROTO_INET, "inet", "filter", "input", false, NULL },
};
static const struct fw_foreign docker = { NFPROTO_IPV4, "ip", "filter", "DOCKER-USER", true, "iptables" };

static int ask(struct nfnl *nl, const struct fw_foreign *c, int type, int flags, mnl_cb_t take, void *arg)
{
	char buf[REQUEST_MAX];
	struct nlmsghdr *h = nftnl_nlmsg_build_hdr(buf, (uint16_t)type, (uint16_t)c->family, (uint16_t)flags, 0);
	bool chain = type == NFT_MSG_GETCHAIN;

	mnl_attr_put_strz(h, chain ? NFTA_CHAIN_TABLE : NFTA_RULE_TABLE, c->table);
	mnl_attr_put_strz(h, chain ? NFTA_CHAIN_NAME : NFTA_RULE_CHAIN, c->chain);
	return nfnl_ask(nl, h, take, arg);
}

static int take_policy(const struct nlmsghdr *h, void *arg)
{
	const struct nlattr *hook = nfnl_attr(h, NFTA_CHAIN_HOOK), *policy = nfnl_attr(h, NFTA_CHAIN_POLICY);

	if (hook && policy)
		*(bool *)arg = ntohl(mnl_attr_get_u32(policy)) == NF_DROP;
	return MNL_CB_OK;
}

struct search {
	const char *name;
	bool found;
};

/* A rule that names an interface holds its name with the final zero, whoever encoded it. */
static int take_rule(const struct nlmsghdr *h, void *arg)
{
	struct search *s = arg;

	s->found |= memmem(h, h->nlmsg_len, s->name, strlen(s->name) + 1) != NULL;
	return MNL_CB_OK;
}

static bool names(struct nfnl *nl, const struct fw_foreign *c, const char *bridge)
{
	struct search s = { .name = bridge };

	ask(nl, c, NFT_MSG_GETRULE, NLM_F_DUMP, take_rule, &s); /* no such chain: it names nothing */
	return s.found;
}

const struct fw_foreign *firewall_foreign_drop(struct firewall *f, const char *bridge, size_t *pos)
{
	struct nfnl *nl = firewall_nfnl(f);

	while (*pos < ARRAY_SIZE(known)) {
		const struct fw_foreign *c = &known[(*pos)++];
		bool drops = false;

		if (ask(nl, c, NFT_MSG_GETCHAIN, NLM_F_ACK, take_policy, &drops) < 0 || !drops)
			continue;
		if (!names(nl, c, bridge) && !(c->forward && c->family == docker.family && names(nl, &docker, bridge)))
			return c;
	}
	return NULL;
}

bool firewall_has_docker(struct firewall *f)
{
	return ask(firewall_nfnl(f), &docker, NFT_MSG_GETCHAIN, NLM_F_ACK, NULL, NULL) == 0;
}
