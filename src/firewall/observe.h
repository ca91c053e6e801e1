/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/observe.h - inside firewall/: what the kernel holds of ours. */
#pragma once
#include "firewall/block.h"
#include "firewall/nfnl.h"

struct fw_seen {
	char bridge[IFNAMSIZ];
	struct fw_block block; /* of the chains' rules only the number counts */
};

struct fw_state {
	bool table;      /* ours is there */
	bool base;       /* and what stands in it for all networks is as we make it, and nothing foreign is in it */
	bool clamp;      /* the chain for it is there, as we make it; one that isn't is foreign */
	bool forwarding; /* with it that which is there while ports are published */
	uint32_t hold;   /* FW_OWNER, FW_PERSIST */
	bool taken;      /* it is another process's: nothing can be changed */
	struct fw_seen *nets;
	size_t n;
};

struct fw_table {
	bool there;
	uint32_t hold; /* FW_OWNER, FW_PERSIST */
	uint32_t port; /* the owner's */
	uint32_t use;  /* chains, sets and flowtables in it */
};
/* 0 or -errno; a table that is not there is no error. */
int fw_see_table(struct nfnl *nl, int family, const char *name, struct fw_table *ret);

/* Gives each element of a message about a set to `take`. For nfnl_ask. */
struct nftnl_set_elem;
int fw_each_element(const struct nlmsghdr *h, void (*take)(void *arg, struct nftnl_set_elem *el), void *arg);

/* 0 or -errno. */
int fw_observe(struct nfnl *nl, struct fw_state *ret);
void fw_state_free(struct fw_state *s);
struct fw_seen *fw_state_find(const struct fw_state *s, const char *bridge); /* or NULL */
