/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* host/validate.h - is this host fit for virtual networks? Nothing is changed. The daemon asks with its own sockets; the
 * library asks where there is no daemon. */
#pragma once
#include "firewall/pass.h"
#include "kernel/netlink.h"

enum host_level { HOST_PASS, HOST_WARN, HOST_FAIL };

struct host_check {
	enum host_level level;
	const char *what; /* in a word */
	char *found;      /* in a sentence */
	char *remedy;     /* a command or what else to do; NULL: nothing */
};
struct host_report {
	struct host_check *v;
	size_t n;
};
void host_report_clear(struct host_report *r);

void host_pass(struct host_report *r, const char *what, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void host_warn(struct host_report *r, const char *what, const char *remedy, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void host_fail(struct host_report *r, const char *what, const char *remedy, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

struct host_question {
	struct netlink *nl;
	struct firewall *fw;         /* NULL: we may not ask */
	const struct pass_net *nets; /* those that are to get through other firewalls */
	size_t n_nets;
	bool passes; /* rules of ours get them through where that is possible */
};
/* Adds an answer to each question. */
void host_validate(const struct host_question *q, struct host_report *ret);
