/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/foreign.h - other programs' filter chains that guests' packets pass too, as far as they matter here. What one
 * of them drops is gone, whatever we accept. iptables' rules are read too, if it is the one over nf_tables.
 * Owner   the struct owns all it points to; foreign_free releases it. */
#pragma once
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

struct firewall;

enum foreign_verdict { FOREIGN_GO_ON, FOREIGN_ACCEPT, FOREIGN_DROP, FOREIGN_RETURN, FOREIGN_JUMP, FOREIGN_GOTO };

/* The rules of ours in others' chains: they let pass what bears the group of our bridges. */
enum pass_kind {
	PASS_FROM_GUESTS, /* forwarded */
	PASS_TO_GUESTS,
	PASS_DNS_UDP, /* to the host */
	PASS_DNS_TCP,
	PASS_TFTP,
	PASS_DHCP6,
	PASS_KINDS,
	PASS_NONE = PASS_KINDS, /* no rule of ours */
	PASS_ODD,               /* bears our mark, but does something else by now */
};
#define PASS_COMMENT "vnetd" /* their mark, as iptables and nft show it */

struct foreign_rule {
	uint64_t handle;
	bool always; /* whatever the packet is */
	enum foreign_verdict verdict;
	bool rejects; /* FOREIGN_DROP: it tells the sender */
	char *target; /* of FOREIGN_JUMP and FOREIGN_GOTO */
	enum pass_kind pass;
};

enum foreign_hook { FOREIGN_NO_HOOK, FOREIGN_FORWARD, FOREIGN_INPUT };

struct foreign_chain {
	char *name;
	enum foreign_hook hook;
	bool drops; /* its policy */
	struct foreign_rule *rules;
	size_t n_rules;
};

struct foreign_ifname {
	char name[IFNAMSIZ];
	bool prefix; /* "virbr*" */
};

struct foreign_table {
	int family; /* NFPROTO_IPV4, NFPROTO_IPV6, NFPROTO_INET */
	char *name;
	struct foreign_chain *chains;
	size_t n_chains;
	struct foreign_ifname *ifnames; /* what its rules and sets name */
	size_t n_ifnames;
	bool names_group; /* a rule that is not ours is about the group of our bridges */
};

struct foreign {
	struct foreign_table *tables; /* those without a chain at these hooks have no rules here */
	size_t n_tables;
};

/* 0 or -errno. */
int foreign_read(struct firewall *f, struct foreign **ret);
void foreign_free(struct foreign *f);
DEFINE_AUTO(struct foreign *, foreign_free)

struct pass_change;
/* Those of the changes that are about this table, in one transaction; nothing, if there are none. 0 or -errno: -EPERM, it
 * belongs to its program alone. */
int foreign_change(struct firewall *f, const struct foreign_table *t, const struct pass_change *v, size_t n);

const struct foreign_chain *foreign_chain_find(const struct foreign_table *t, const char *name);
const char *foreign_family(const struct foreign_table *t); /* "ip", "ip6", "inet" */
