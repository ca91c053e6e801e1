/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/block.h - inside firewall/: rules as data. A block is what stands in our table for all networks (the base) or
 * for one. print.c shows it as text, expr.c and batch.c send it to the kernel: both from the same data, so the text is true.
 * Owner   fw_block_of_net gives a block that fw_block_free empties; fw_base is constant. */
#pragma once
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "firewall/field.h"
#include "firewall/fast.h"
#include "firewall/rules.h"

#define FW_TABLE       "vnetd"
#define FW_GUARD_TABLE "vnetd_guard" /* of family bridge: firewall/guard.h */
#define FW_FAST_TABLE  "vnetd_fast"  /* the short cut for established flows, firewall/fast.h */
#define FW_FLOWTABLE   "fast"

enum {
	FW_NAME = 64, /* of chains and sets: an interface name with every byte escaped, a front and a suffix */
	FW_RULE_TERMS = 5,
	FW_SET_VALUES = 4,
	FW_TERM_FIELDS = 3,
	FW_LIMIT_RATE = 1,
	FW_LIMIT_BURST = 64,
};

enum fw_set_id {
	SET_EGRESS,
	SET_INGRESS,
	SET_HOST_IN,
	SET_NAT4,
	SET_NAT6,
	SET_NAT4_HOST,
	SET_NAT6_HOST,
	SET_ICMP,
	SET_SERVICE_PORTS,
	SET_FORWARD4,
	SET_FORWARD4_ANY,
	SET_FORWARD6,
	SET_FORWARD6_ANY,
	FW_SETS
};

enum fw_key {
	KEY_IFNAME,
	KEY_IPV4,
	KEY_IPV6,
	KEY_PROTO,
	KEY_PORT,
	KEY_PROTO_PORT,
	KEY_PROTO_IPV4_PORT,
	KEY_PROTO_IPV6_PORT,
};

enum fw_term_kind {
	TERM_NONE,
	TERM_IPV4,
	TERM_IPV6,
	TERM_IIFNAME_VMAP, /* name: a map keyed by interface names */
	TERM_OIFNAME_VMAP,
	TERM_SADDR4_VMAP, /* name: a map keyed by IPv4 prefixes */
	TERM_SADDR6_VMAP,
	TERM_IIFNAME, /* name */
	TERM_OIFNAME,
	TERM_IIFGROUP, /* group */
	TERM_OIFGROUP,
	TERM_IIFNAME_IN, /* name: a set */
	TERM_OIFNAME_IN,
	TERM_SADDR, /* prefix */
	TERM_DADDR,
	TERM_CT_ESTABLISHED, /* or related */
	TERM_CT_INVALID,
	TERM_CT_DNAT, /* its destination was translated: somebody forwards it on purpose */
	TERM_L4PROTO, /* name: a set */
	TERM_TCP,
	TERM_UDP,
	TERM_TCP_SYN,   /* with or without ACK */
	TERM_UDP_DPORT, /* name: a set */
	TERM_TCP_DPORT, /* port */
	TERM_CLAMP_MSS, /* matches all; it changes the packet */
	/* of the bridge family, where each field is looked at by itself */
	TERM_FIELD,        /* of[0] is `value` */
	TERM_FIELD_NOT,    /* of[0] is not `value` */
	TERM_FIELD_PREFIX, /* of[0] is in `prefix` */
	TERM_FIELD_IN,     /* those of `of`, in a row, are in the set `name` */
	TERM_FIELD_NOT_IN,
	TERM_UPDATE,   /* these come into the set `name`, if there is room, and their time there begins anew */
	TERM_LIMIT,    /* they do, and no more than FW_LIMIT_RATE packets a second of each match */
	TERM_SET_MARK, /* to `mark` */
	/* these end a rule, or may */
	TERM_ACCEPT,
	TERM_DROP,
	TERM_RETURN,
	TERM_REJECT,
	TERM_GOTO, /* name: a chain */
	TERM_JUMP,
	TERM_MASQUERADE,
	TERM_SNAT,
	TERM_DNAT_MAP, /* set: of targets; a packet that is not there goes on */
	TERM_FLOW_ADD, /* name: a flowtable; it ends the rule, not the chain */
};

struct fw_nat {
	struct ip start, end;          /* TERM_SNAT */
	uint16_t port_start, port_end; /* 0: any */
};

struct fw_term {
	enum fw_term_kind kind;
	enum fw_field of[FW_TERM_FIELDS];
	union {
		char name[FW_NAME];
		struct prefix prefix;
		struct fw_nat nat;
		uint16_t port, value;
		uint32_t group, mark;
		enum fw_set_id set;
	};
};

struct fw_rule {
	struct fw_term t[FW_RULE_TERMS]; /* up to the first TERM_NONE */
};

struct fw_hook {
	const char *type; /* "filter", "nat" */
	const char *name; /* as nft writes it */
	unsigned number;  /* NF_INET_* */
	const char *priority_name;
	int priority;
};

struct fw_chain {
	char name[FW_NAME];
	const struct fw_hook *hook;
	const struct fw_rule *rules; /* NULL in what was read back: only their number is known then */
	size_t n_rules;
	uint64_t stamp; /* of the network, or of the base */
};

struct fw_set {
	const char *name;
	enum fw_key key;
	bool verdicts; /* a map to verdicts, filled by networks */
	uint16_t values[FW_SET_VALUES];
	size_t n_values;
	int target; /* a map to addresses of this family and ports, filled by networks; 0: it is not */
};

extern const struct fw_set fw_sets[FW_SETS];

struct fw_element {
	enum fw_set_id map;
	char ifname[IFNAMSIZ]; /* the key, KEY_IFNAME */
	struct prefix prefix;  /* the key, KEY_IPV4 and KEY_IPV6 */
	bool go;               /* goto, else jump */
	char chain[FW_NAME];
};

/* An element of a map of targets: one port. */
struct fw_target {
	enum fw_set_id map;
	uint8_t proto;
	struct ip address; /* family 0: any of the host's */
	uint16_t port;
	struct ip to;
	uint16_t to_port;
};

struct fw_block {
	char bridge[IFNAMSIZ]; /* not in what was read back */
	struct fw_chain *chains;
	size_t n_chains;
	struct fw_element *elements;
	size_t n_elements;
	struct fw_target *targets; /* ordered by fw_target_cmp */
	size_t n_targets;
};

extern const struct fw_chain fw_base_chains[];
extern const size_t fw_base_n_chains;
extern const struct fw_chain fw_clamp_chain; /* there or not, as firewall_clamp says; it bears the base's stamp */
extern const struct fw_chain fw_fast_chain;  /* of a table of its own: firewall/fast.h */
extern const struct fw_set fw_fast_set;
uint64_t fw_base_stamp(void);
/* What is there for all networks while one of them publishes ports. */
struct fw_block fw_block_of_forwarding(uint64_t stamp);
void fw_base_print(FILE *out);
void fw_clamp_print(FILE *out);
void fw_fast_print(const struct fw_devs *devs, FILE *out);

struct fw_block fw_block_of_net(const struct fw_net *n);
void fw_block_free(struct fw_block *b);
bool fw_block_is_empty(const struct fw_block *b);
int fw_target_cmp(const void *a, const void *b); /* by what is forwarded, not where to */
const struct fw_target *fw_block_find_target(const struct fw_block *b, const struct fw_target *key);
/* What is in `a` and not in `b`, but for chains: a block of elements and targets alone. */
struct fw_block fw_block_minus(const struct fw_block *a, const struct fw_block *b);
bool fw_block_same_chains(const struct fw_block *a, const struct fw_block *b);
/* The same chains (by name, stamp and number of rules), elements and targets? */
bool fw_block_eq(const struct fw_block *a, const struct fw_block *b);
void fw_block_print(const struct fw_block *b, const char *indent, FILE *out);
void fw_chains_print(const struct fw_block *b, const char *indent, FILE *out); /* those alone */
void fw_chain_print(const struct fw_chain *c, const char *indent, FILE *out);
/* The name of a bridge's own chain. */
void fw_chain_name(const char *bridge, const char *suffix, char ret[FW_NAME]);
uint64_t fw_hash_text(const char *text, size_t len);
uint64_t fw_hash_print(void (*print)(const void *what, FILE *out), const void *what); /* of what is printed */
