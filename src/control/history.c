/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What became of leases: guestd keeps that in its database, so who asks waits for its answer, as for a job (job.h). Each
 * caller has one question at a time. */
#include <systemd/sd-event.h>

#include "control/state.h"

enum { ANSWER_WAIT_US = 5000000 };

struct question {
	struct question *next;
	struct control *c;
	const void *caller;
	unsigned number;
	bool ended, failed;
	struct control_past *rows;
	size_t n;
	sd_event_source *timer;
};

void control_history_free(struct control_past *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		mem_drop(v[i].hostname);
	mem_drop(v);
}

static void question_free(struct question *q)
{
	for (struct question **at = &q->c->questions; *at; at = &(*at)->next) {
		if (*at != q)
			continue;
		*at = q->next;
		break;
	}
	sd_event_source_disable_unref(q->timer);
	control_history_free(q->rows, q->n);
	mem_drop(q);
}

void history_caller_gone(struct control *c, const void *caller)
{
	struct question *next;

	for (struct question *q = c->questions; q; q = next) {
		next = q->next;
		if (q->caller == caller)
			question_free(q);
	}
}

void history_close(struct control *c)
{
	while (c->questions)
		question_free(c->questions);
}

static void end(struct question *q, bool failed)
{
	q->ended = true;
	q->failed = failed;
	if (q->c->progress)
		q->c->progress(q->c->progress_arg);
}

static int on_timer(sd_event_source *s, uint64_t usec, void *arg)
{
	struct question *q = arg;

	(void)s;
	(void)usec;
	if (!q->ended)
		end(q, true);
	return 0;
}

static void on_history(void *arg, const struct guest_history *h)
{
	struct control *c = arg;
	struct question *q = c->questions;

	while (q && q->number != h->number)
		q = q->next;
	if (!q || q->ended)
		return; /* too late, or nobody cares any more */
	for (unsigned i = 0; i < h->rows.rows_len; i++) {
		const struct guest_history_row *row = &h->rows.rows_val[i];
		struct control_past *p = mem_push(q->rows, q->n);

		*p = (struct control_past){ .at = row->at,
					    .bound = row->event == GUEST_LEASE_BOUND,
					    .ip = ip_from_v4(row->ip),
					    .hostname =
						leases_name_fits(row->hostname) ? mem_strdup(row->hostname) : NULL };
		memcpy(p->mac.b, row->mac, sizeof(p->mac.b));
	}
	end(q, false);
}

void history_open(struct control *c)
{
	guestd_on_history(c->guestd, on_history, c);
}

static int begin(struct control *c, const struct uuid *u, const struct control_past_filter *f, struct err *e)
{
	struct guest_history_ask ask = {
		.number = ++c->last_question,
		.ip = ip_v4(&f->ip),
		.since = f->since,
		.until = INT64_MAX,
		.most = GUEST_HISTORY_MAX,
	};

	memcpy(ask.uuid, u->b, sizeof(ask.uuid));
	memcpy(ask.mac, f->mac.b, sizeof(ask.mac));
	if (guestd_ask_history(c->guestd, &ask, e) < 0)
		return -1;
	struct question *q = mem_new(struct question);

	q->c = c;
	q->caller = c->caller;
	q->number = ask.number;
	q->next = c->questions;
	c->questions = q;
	sd_event_add_time_relative(c->loop, &q->timer, CLOCK_MONOTONIC, ANSWER_WAIT_US, 1000, on_timer, q);
	return CONTROL_LATER;
}

int control_history(struct control *c, const struct uuid *u, const struct control_past_filter *f,
		    struct control_past **ret, size_t *ret_n, struct err *e)
{
	struct question *q = c->questions;

	while (q && q->caller != c->caller)
		q = q->next;
	if (!q)
		return net_find(c, u, NULL, e) ? begin(c, u, f, e) : -1;
	if (!q->ended)
		return CONTROL_LATER;
	int r = q->failed ? err_set(e, VNET_ERR_OPERATION_FAILED, "vnet-guestd does not answer") : 0;

	*ret = TAKE(q->rows);
	*ret_n = q->n;
	q->n = 0;
	question_free(q);
	return r;
}
