/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* control/job.h - a change of one network that may have to wait for hook scripts. The loop goes on meanwhile: who asked
 * is told CONTROL_LATER and asks again when control says that a job ended; then the same call gives the result. */
#pragma once
#include "control/state.h"

struct job;
/* `why` NULL: the hook scripts agreed, or there are none. */
typedef void job_step(struct job *j, const struct err *why);

struct job {
	struct control *c;
	struct net *n; /* good until the job ends */
	struct uuid uuid;
	struct network *live; /* to be started; the job's */
	struct port *port;    /* that is to be plugged in; the network's */
	struct uuid port_uuid;
	/* job.c's own */
	struct job *next;
	const void *caller; /* NULL: nobody waits for the result */
	job_step *then;
	bool ended, failed;
	struct err why;
};

/* The job that the present caller (control_set_caller) waits for, or NULL. */
struct job *job_mine(const struct control *c);
/* Its result: CONTROL_LATER; or 0, or -1 with *e, and then the job is no more. */
int job_result(struct job *j, struct err *e);

/* What a network is to whoever asks: what runs of it, else what is stored, else what its job is about to start. */
const struct network *net_shown(const struct net *n);

/* The network of a change that may be such a job. NULL: there is nothing to begin, *ret is what the caller is told: the
 * result of its own job, CONTROL_LATER because another's is under way, or -1 with *e. */
struct net *job_net_to_change(const struct control *c, const struct uuid *u, int *ret, struct err *e);

/* Begins one for the present caller. `n` is busy (n->job) until job_end, and stays until then. */
struct job *job_begin(struct control *c, struct net *n);

/* Runs the hook scripts of one occasion, with this definition (and j->port) on their standard input, and goes on in
 * `then`: at once if there are none. */
void job_hook(struct job *j, const char *operation, const char *suboperation, const struct network *def,
	      job_step *then);
/* The same where nobody cares for the answer. */
void job_tell(struct control *c, const char *operation, const char *suboperation, const struct network *def,
	      const struct port *port);

/* The end: `why` NULL for success. Wakes who waits; `j` may be gone. */
void job_end(struct job *j, const struct err *why);

void jobs_free(struct control *c); /* the daemon ends */
