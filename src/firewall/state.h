/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/state.h - inside firewall/: what the rooms of firewall/firewall.h share. firewall.c has the networks' table, guard.c
 * that of guarded ports. */
#pragma once
#include "firewall/firewall.h"
#include "firewall/guards.h"
#include "firewall/observe.h"
#include "firewall/watch.h"

struct firewall {
	struct nfnl *nl;
	struct fw_watch *watch;
	struct fw_state seen;
	struct fw_net *wanted; /* what was committed: if the base breaks, all of it is built again */
	size_t n_wanted;
	bool clamp;
	bool own;      /* our tables are to be ours alone */
	bool no_owner; /* but this kernel knows no such tables that outlive their owner */
	bool others;   /* other programs' rules changed, by: */
	struct fw_culprit other;
	bool missed; /* somebody changed rules while we did not listen */
	struct guards *guards;
	bool no_guards; /* the kernel refused the guard's table */
	bool probed;    /* can the guard remember who came first? */
};
