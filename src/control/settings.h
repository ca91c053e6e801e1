/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* control/settings.h - etc/vnet/vnetd.conf: lines `key = value`, '#' begins a comment. All is optional. */
#pragma once
#include <stdbool.h>

#include "base/err.h"
#include "plan/guard.h"

enum coexist { COEXIST_AUTO, COEXIST_WARN, COEXIST_OFF };

struct settings {             /* zeroed, with `table_owner` set, it is the defaults */
	bool table_owner;     /* others can't change our tables while the daemon runs */
	enum coexist coexist; /* with firewalls that drop what they do not know */
	bool flowtable;       /* networks that do not say otherwise: established flows take the short cut */
	bool strict_options;  /* an option of dnsmasq's that has no effect here is an error, not a warning */
	struct plan_guard_defaults guard; /* of definitions that do not say otherwise */
};

const char *settings_coexist(const struct settings *s); /* the word */

/* -1: *e names the line and what is wrong with it; *ret is not touched. */
int settings_parse(const char *text, struct settings *ret, struct err *e);
/* The file below `root`; one that is not there is empty. */
int settings_load(const char *root, struct settings *ret, struct err *e);
