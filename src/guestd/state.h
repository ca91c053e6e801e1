/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* guestd/state.h - what the rooms of guestd/serve.h share: serve.c what vnetd wants, turn.c what a turn of the loop ends with,
 * report.c what vnetd asks. */
#pragma once
#include <systemd/sd-event.h>

#include "base/log.h"
#include "base/map.h"
#include "guestd/net.h"
#include "guestd/serve.h"

struct guestd_serve {
	struct guestd_engines engines;
	sd_event_source *turn, *timer, *jump;
	struct uuid boot;
	struct lease_db *db;
	struct guestd_sink sink;
	struct map *nets;
	struct guestd_opener *opener;
	uint64_t retry; /* CLOCK_BOOTTIME seconds; 0: all is stored */
	struct log_limit db_errors;
	struct uuid *forgotten; /* networks whose rows are to be deleted, before others are stored */
	size_t n_forgotten;
};

int guestd_turn_open(struct guestd_serve *s); /* 0 or -errno */
void guestd_turn_close(struct guestd_serve *s);
void guestd_turn_wake(void *arg); /* a guestd_serve: leases may have changed, or replies wait */
void guestd_turn_end(void *arg);  /* likewise, at once */
struct lease_clock guestd_clocks(const struct guestd_serve *s);

struct guestd_telling { /* the argument of these, which are guestd_net6_lease */
	struct guestd_serve *s;
	const struct guestd_net *n;
	struct lease_clock now;
};
void guestd_tell_vnetd(void *arg, const struct ip *ip, const struct lease *l);
void guestd_tell_dns(void *arg, const struct ip *ip, const struct lease *l);
