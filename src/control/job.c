/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control/job.h"

#include <stdio.h>

#include "base/log.h"
#include "control/hooks.h"
#include "model/format.h"

struct job *job_mine(const struct control *c)
{
	struct job *j = c->caller ? c->jobs : NULL;

	while (j && j->caller != c->caller)
		j = j->next;
	return j;
}

static void job_free(struct job *j)
{
	for (struct job **at = &j->c->jobs; *at; at = &(*at)->next) {
		if (*at != j)
			continue;
		*at = j->next;
		break;
	}
	network_free(j->live);
	mem_drop(j);
}

int job_result(struct job *j, struct err *e)
{
	if (!j->ended)
		return CONTROL_LATER;
	int r = j->failed ? -1 : 0;

	if (j->failed)
		*e = j->why;
	job_free(j);
	return r;
}

const struct network *net_shown(const struct net *n)
{
	return n->live ? n->live : n->def ? n->def : n->job->live;
}

struct net *job_net_to_change(const struct control *c, const struct uuid *u, int *ret, struct err *e)
{
	struct job *mine = job_mine(c);
	struct net *n = mine ? NULL : net_find(c, u, NULL, e);

	if (n && !n->job)
		return n;
	*ret = mine ? job_result(mine, e) : n ? CONTROL_LATER : -1;
	return NULL;
}

struct job *job_begin(struct control *c, struct net *n)
{
	struct job *j = mem_new(struct job);

	j->c = c;
	j->n = n;
	j->uuid = n->uuid;
	j->caller = c->caller;
	j->next = c->jobs;
	c->jobs = j;
	n->job = j;
	return j;
}

/* What a hook reads: the definition inside <hookData>, two blanks further in, no newline at the end. */
static void put_indented(FILE *out, const char *xml)
{
	for (const char *line = xml; *line;) {
		int n = (int)strcspn(line, "\n");

		fprintf(out, "  %.*s\n", n, line);
		line += n + (line[n] == '\n');
	}
}

static char *hook_data(const struct network *def, const struct port *port)
{
	AUTO(mem_drop) char *xml = network_format(def, NULL);
	AUTO(mem_drop) char *port_xml = port ? port_format(port) : NULL;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return mem_strdup("");
	fputs("<hookData>\n", out);
	put_indented(out, xml);
	if (port)
		put_indented(out, port_xml);
	fputs("</hookData>", out);
	fclose(out);
	return text;
}

static int run_hooks(struct control *c, const char *operation, const char *suboperation, const struct network *def,
		     const struct port *port, hook_done done, void *arg)
{
	AUTO(mem_drop) char *xml = hook_data(def, port);
	struct hook_call call = {
		.network = def->name, .operation = operation, .suboperation = suboperation, .xml = xml
	};

	return hooks_run(c->hooks, &call, done, arg);
}

static void on_hook(void *arg, const struct err *why)
{
	struct job *j = arg;

	j->then(j, why);
}

void job_hook(struct job *j, const char *operation, const char *suboperation, const struct network *def, job_step *then)
{
	j->then = then;
	if (run_hooks(j->c, operation, suboperation, def, j->port, on_hook, j) == 0)
		then(j, NULL);
}

static void on_told(void *arg, const struct err *why)
{
	(void)arg;
	if (why)
		log_warn("%s", why->detail);
}

void job_tell(struct control *c, const char *operation, const char *suboperation, const struct network *def,
	      const struct port *port)
{
	run_hooks(c, operation, suboperation, def, port, on_told, NULL);
}

void job_end(struct job *j, const struct err *why)
{
	struct control *c = j->c;

	j->n->job = NULL;
	j->ended = true;
	j->failed = why;
	if (why)
		j->why = *why;
	if (!j->caller) {
		if (why)
			log_error("%s", why->detail);
		job_free(j);
	}
	if (c->progress)
		c->progress(c->progress_arg);
}

void control_set_caller(struct control *c, const void *caller)
{
	c->caller = caller;
}

void control_caller_gone(struct control *c, const void *caller)
{
	struct job *next;

	for (struct job *j = c->jobs; j; j = next) {
		next = j->next;
		if (j->caller != caller)
			continue;
		j->caller = NULL;
		if (j->ended)
			job_free(j);
	}
	ask_caller_gone(c, caller);
}

void control_on_progress(struct control *c, void (*progress)(void *arg), void *arg)
{
	c->progress = progress;
	c->progress_arg = arg;
}

void jobs_free(struct control *c)
{
	while (c->jobs)
		job_free(c->jobs);
}
