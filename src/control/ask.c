/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What guestd alone knows: what became of leases, and its counters. Who asks waits for its answer, as for a job (job.h). Each
 * caller has one question at a time. */
#include <ctype.h>
#include <net/if.h>
#include <stdio.h>
#include <systemd/sd-event.h>

#include "control/state.h"

enum { ANSWER_WAIT_US = 5000000 };

struct question {
	struct question *next;
	struct control *c;
	const void *caller;
	unsigned number;
	bool ended, failed;
	struct guest_msg answer; /* op 0: none yet */
	sd_event_source *timer;
};

static void question_free(struct question *q)
{
	for (struct question **at = &q->c->questions; *at; at = &(*at)->next) {
		if (*at != q)
			continue;
		*at = q->next;
		break;
	}
	sd_event_source_disable_unref(q->timer);
	if (q->answer.op)
		guest_msg_free(&q->answer);
	mem_drop(q);
}
DEFINE_AUTO(struct question *, question_free)

void ask_caller_gone(struct control *c, const void *caller)
{
	struct question *next;

	for (struct question *q = c->questions; q; q = next) {
		next = q->next;
		if (q->caller == caller)
			question_free(q);
	}
}

void ask_close(struct control *c)
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

static void on_answer(void *arg, struct guest_msg *m)
{
	unsigned number = m->op == GUEST_HISTORY ? m->guest_msg_u.history.number : m->guest_msg_u.counters.number;
	struct control *c = arg;
	struct question *q = c->questions;

	while (q && q->number != number)
		q = q->next;
	if (!q || q->ended)
		return; /* too late, or nobody cares any more */
	q->answer = *m;
	m->op = 0; /* ours now */
	end(q, false);
}

void ask_open(struct control *c)
{
	guestd_on_answer(c->guestd, on_answer, c);
}

static int begin(struct control *c, const struct guest_msg *m, unsigned number, struct err *e)
{
	if (guestd_ask(c->guestd, m, e) < 0)
		return -1;
	struct question *q = mem_new(struct question);

	q->c = c;
	q->caller = c->caller;
	q->number = number;
	q->next = c->questions;
	c->questions = q;
	sd_event_add_time_relative(c->loop, &q->timer, CLOCK_MONOTONIC, ANSWER_WAIT_US, 1000, on_timer, q);
	return CONTROL_LATER;
}

/* The caller's question, NULL: it has not asked yet. */
static struct question *asked(const struct control *c)
{
	struct question *q = c->questions;

	while (q && q->caller != c->caller)
		q = q->next;
	return q;
}

/* The end of a question: 0 if it is answered. */
static int outcome(const struct question *q, guest_op want, struct err *e)
{
	if (q->failed || q->answer.op != want)
		return err_set(e, VNET_ERR_OPERATION_FAILED, "vnet-guestd does not answer");
	return 0;
}

/* ---- history ---- */

static struct ip to_ip(const guest_ip *from)
{
	struct ip ip = { .family = from->guest_ip_len == 4 ? AF_INET : AF_INET6 };

	if (from->guest_ip_len != ip_size(ip.family))
		return (struct ip){ 0 };
	memcpy(ip.b, from->guest_ip_val, from->guest_ip_len);
	return ip;
}

void control_history_free(struct control_past *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		mem_drop(v[i].hostname);
	mem_drop(v);
}

static void take_history(const struct guest_history *h, struct control_past **ret, size_t *ret_n)
{
	for (unsigned i = 0; i < h->rows.rows_len; i++) {
		const struct guest_history_row *row = &h->rows.rows_val[i];
		struct ip ip = to_ip(&row->ip);

		if (!ip.family)
			continue;
		struct control_past *p = mem_push(*ret, *ret_n);

		p->at = row->at;
		p->bound = row->event == GUEST_LEASE_BOUND;
		p->ip = ip;
		p->hostname = leases_name_fits(row->hostname) ? mem_strdup(row->hostname) : NULL;
		memcpy(p->mac.b, row->mac, sizeof(p->mac.b));
	}
}

static int begin_history(struct control *c, const struct uuid *u, const struct control_past_filter *f, struct err *e)
{
	struct guest_msg m = { .op = GUEST_ASK_HISTORY };
	struct guest_history_ask *ask = &m.guest_msg_u.ask_history;
	struct ip ip = f->ip;

	ask->number = ++c->last_question;
	ask->ip = (guest_ip){ ip.family ? (unsigned)ip_size(ip.family) : 0, (char *)ip.b };
	ask->since = f->since;
	ask->until = INT64_MAX;
	ask->most = GUEST_HISTORY_MAX;
	memcpy(ask->uuid, u->b, sizeof(ask->uuid));
	memcpy(ask->mac, f->mac.b, sizeof(ask->mac));
	return begin(c, &m, ask->number, e);
}

int control_history(struct control *c, const struct uuid *u, const struct control_past_filter *f,
		    struct control_past **ret, size_t *ret_n, struct err *e)
{
	struct question *q = asked(c);

	if (!q)
		return net_find(c, u, NULL, e) ? begin_history(c, u, f, e) : -1;
	if (!q->ended)
		return CONTROL_LATER;
	AUTO(question_free) struct question *done = q;

	if (outcome(done, GUEST_HISTORY, e) < 0)
		return -1;
	take_history(&done->answer.guest_msg_u.history, ret, ret_n);
	return 0;
}

/* ---- counters ---- */

void control_dhcp_stats_free(struct control_dhcp_stats *s)
{
	for (size_t i = 0; i < s->n_counters; i++)
		mem_drop(s->counters[i].what);
	mem_drop(s->counters);
	mem_drop(s->ports);
}

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (!isprint((unsigned char)*text))
			return false;
	return true;
}

static void take_counters(bool ipv6, const guest_counters_of *from, struct control_dhcp_stats *ret)
{
	for (unsigned i = 0; i < from->guest_counters_of_len; i++) {
		const struct guest_counter *g = &from->guest_counters_of_val[i];

		if (is_plain(g->what))
			*mem_push(ret->counters, ret->n_counters) =
			    (struct control_counter){ .ipv6 = ipv6, .what = mem_strdup(g->what), .n = g->n };
	}
}

static void take_ports(const struct guest_counters *from, struct control_dhcp_stats *ret)
{
	for (unsigned i = 0; i < from->ports.ports_len; i++) {
		const struct guest_port_counter *g = &from->ports.ports_val[i];
		struct control_port_counter *p = mem_push(ret->ports, ret->n_ports);

		*p = (struct control_port_counter){ .holds = g->holds,
						    .messages = g->messages,
						    .offers = g->offers,
						    .acks = g->acks,
						    .naks = g->naks,
						    .limited = g->limited };
		if (g->port && !if_indextoname(g->port, p->dev))
			snprintf(p->dev, sizeof(p->dev), "(gone %u)", g->port % 1000000);
	}
}

static int begin_stats(struct control *c, const struct uuid *u, struct err *e)
{
	struct guest_msg m = { .op = GUEST_ASK_COUNTERS, .guest_msg_u.ask_counters.number = ++c->last_question };

	if (!net_active(c, u, e))
		return -1;
	memcpy(m.guest_msg_u.ask_counters.uuid, u->b, sizeof(u->b));
	return begin(c, &m, c->last_question, e);
}

int control_dhcp_stats(struct control *c, const struct uuid *u, struct control_dhcp_stats *ret, struct err *e)
{
	struct question *q = asked(c);

	if (!q)
		return begin_stats(c, u, e);
	if (!q->ended)
		return CONTROL_LATER;
	AUTO(question_free) struct question *done = q;

	if (outcome(done, GUEST_COUNTERS, e) < 0)
		return -1;
	const struct guest_counters *g = &done->answer.guest_msg_u.counters;

	*ret = (struct control_dhcp_stats){
		.pool = { g->pool.taken, g->pool.total },
		.pool6 = { g->pool6.taken, g->pool6.total },
	};
	take_counters(false, &g->dhcp4, ret);
	take_counters(true, &g->dhcp6, ret);
	take_ports(g, ret);
	return 0;
}
