/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/firewall.h - our tables in the kernel: what is there, and one transaction that changes it (libmnl, libnftnl).
 * The kernel's state is read once when it is opened and after firewall_refresh; between them it is what we committed.
 * Errors  0 or -1 with *e. After a failed commit the kernel holds what it held before. */
#pragma once
#include <stdbool.h>

#include "base/err.h"
#include "firewall/guard.h"
#include "firewall/rules.h"

struct firewall;

int firewall_open(struct firewall **ret, struct err *e);
void firewall_free(struct firewall *f); /* rules stay in the kernel */
DEFINE_AUTO(struct firewall *, firewall_free)

/* Shall nobody else be able to change our tables while we live? Takes effect with the next commit. A kernel before 6.9
 * can't: that is logged, and no error. */
void firewall_own(struct firewall *f, bool own);

/* Reads again what the kernel holds of ours. */
int firewall_refresh(struct firewall *f, struct err *e);

/* Becomes readable when rules change; then firewall_changed is to be asked. */
int firewall_fd(const struct firewall *f);
struct fw_culprit {
	uint32_t pid;     /* 0: unknown */
	char program[16]; /* as the kernel cuts it */
};
/* Did anybody but us change our table since it was asked last, or may have? *ret says who, if that is known. */
bool firewall_changed(struct firewall *f, struct fw_culprit *ret);

/* And did other programs change chains or rules of theirs, as far as firewall_changed has read? */
bool firewall_others_changed(struct firewall *f, struct fw_culprit *ret);
/* Is there such a change that the descriptor does not tell of? It fell into a commit of ours. */
bool firewall_missed(const struct firewall *f);

/* Is this network in the kernel exactly like this? */
bool firewall_has(const struct firewall *f, const struct fw_net *n);
/* Can nobody else change our tables, or will that be so when there are some? */
bool firewall_is_owned(const struct firewall *f);
/* Is anything of a network with this bridge there? The bridges that are there: firewall_bridges gives the i-th, NULL at
 * the end. */
bool firewall_has_bridge(const struct firewall *f, const char *bridge);
const char *firewall_bridges(const struct firewall *f, size_t i);

/* Is the MSS of TCP that enters or leaves our networks to be clamped to the way's MTU? Takes effect with the next commit, which
 * may be one of no change. True: that differs from what is there. */
bool firewall_clamp(struct firewall *f, bool on);

struct fw_change {
	const struct fw_net *add; /* wanted, replacing what is there of the same bridge; or NULL */
	const char *del;          /* bridge to remove; or NULL. A bridge that is not there is no error */
};

/* All changes in one transaction: base chains appear with the first network and our table goes with the last. */
int firewall_commit(struct firewall *f, const struct fw_change *changes, size_t n, struct err *e);

/* What guarded ports may send: a table of its own, there while any port is guarded. A kernel that has no such tables is
 * told of once, and guests are not contained. */
bool firewall_has_guard(const struct firewall *f, const struct fw_guard *g); /* exactly like this, or it can't be */
/* Each is what is wanted of its bridge from now on, in one transaction; a port is guarded where it was named last. With
 * none, what is there of before is taken away. */
void firewall_guard(struct firewall *f, const struct fw_guard *const *v, size_t n);
bool firewall_guards_are_whole(const struct firewall *f);                  /* as we committed them, all of them */
bool firewall_guards_bridge(const struct firewall *f, const char *bridge); /* any port of it */
const char *firewall_guarded(const struct firewall *f, const char *port);  /* by its bridge's rules, or NULL */

struct guard_count {
	char port[IFNAMSIZ];
	struct mac mac; /* zero: any that is nobody else's */
	uint64_t packets[FW_REFUSALS];
};
/* The guarded ports of a bridge, and what was refused of each; freed with mem_drop. */
int firewall_refused(struct firewall *f, const char *bridge, struct guard_count **ret, size_t *ret_n, struct err *e);
