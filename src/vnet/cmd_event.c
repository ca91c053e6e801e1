/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waits for events of networks and prints them. */
#include "vnet/cli.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

static const char *const kinds[] = {
	[VNET_EVENT_LIFECYCLE] = "lifecycle", [VNET_EVENT_METADATA] = "metadata-change", [VNET_EVENT_LEASE] = "lease"
};

enum { NO_KIND = -1, TIMEOUT_MAX_S = 2147483 };

static int kind_of(const char *text)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (strcmp(kinds[i], text) == 0)
			return (int)i;
	return NO_KIND;
}

static const char *detail_text(const struct vnet_event *ev)
{
	static const char *const life[] = { "Defined", "Undefined", "Started", "Stopped" };
	static const char *const types[] = { "description", "title", "element" };
	static const char *const leases[] = { "bound", "renewed", "ended" };
	size_t i = (size_t)ev->detail;

	if (ev->kind == VNET_EVENT_LEASE)
		return i < COUNT(leases) ? leases[i] : "unknown";
	if (ev->kind == VNET_EVENT_METADATA)
		return i < COUNT(types) ? types[i] : "unknown";
	return i < COUNT(life) ? life[i] : "unknown";
}

static void print_time(void)
{
	struct timespec now;
	struct tm tm;
	char text[32] = "";

	clock_gettime(CLOCK_REALTIME, &now);
	if (gmtime_r(&now.tv_sec, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	printf("%s.%03ld+0000: ", text, now.tv_nsec / 1000000);
}

static void print_event(const struct vnet_event *ev, bool timestamp)
{
	if (timestamp)
		print_time();
	printf("event '%s' for network %s: ", kinds[ev->kind], ev->network.name);
	if (ev->kind == VNET_EVENT_LEASE) /* the daemon passes on no name with odd characters */
		printf("%s %s %s %s\n", detail_text(ev), ev->lease.ip, ev->lease.mac,
		       ev->lease.hostname[0] ? ev->lease.hostname : "-");
	else if (ev->kind == VNET_EVENT_METADATA)
		printf("type %s, uri %s\n", detail_text(ev), ev->uri ? ev->uri : "<null>");
	else
		printf("%s\n", detail_text(ev));
	fflush(stdout);
}

/* What ends the wait beside events: the user, and time. */
struct waiting {
	struct vnet_conn *conn;
	int signals;    /* a signalfd */
	int64_t end_ms; /* 0: never */
	bool loop, timestamp;
	unsigned received;
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Prints what has come. 1: go on; 0: that was all that was wanted; -1: told why. */
static int take_events(struct waiting *w)
{
	struct vnet_event ev;
	struct vnet_error why;
	int r;

	while ((r = vnet_event_next(w->conn, 0, &ev, &why)) > 0) {
		print_event(&ev, w->timestamp);
		vnet_free(ev.uri);
		w->received++;
		if (!w->loop)
			return 0;
	}
	return r < 0 ? cli_error("%s", why.message) : 1;
}

static int wait_loop(struct waiting *w)
{
	struct pollfd p[] = { { .fd = vnet_fd(w->conn), .events = POLLIN }, { .fd = w->signals, .events = POLLIN } };

	for (;;) {
		int r = take_events(w);

		if (r <= 0)
			return r;
		int64_t left = w->end_ms ? w->end_ms - now_ms() : -1;

		r = w->end_ms && left <= 0 ? 0 : poll(p, COUNT(p), (int)left);
		if (r < 0)
			return cli_error("poll: %s", strerror(errno));
		if (r == 0)
			return puts("event loop timed out"), 0;
		if (p[1].revents)
			return puts("event loop interrupted"), 0;
	}
}

/* INT and TERM end the wait instead of the program. */
static int wait_for_events(struct waiting *w)
{
	sigset_t set, before;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &before);
	w->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	int r = w->signals < 0 ? cli_error("signalfd: %s", strerror(errno)) : wait_loop(w);

	if (w->signals >= 0) {
		struct signalfd_siginfo taken;

		while (read(w->signals, &taken, sizeof(taken)) > 0)
			; /* else they were delivered when the mask is back */
		close(w->signals);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}

static int watch(struct cli *cli, const struct cli_args *args, enum vnet_event_kind kind)
{
	struct waiting w = { .loop = cli_arg(args, "loop"), .timestamp = cli_arg(args, "timestamp") };
	const char *name = cli_arg(args, "network");
	struct vnet_network net;
	struct vnet_error why;
	unsigned timeout = 0;
	int id;

	if (cli_arg_number(args, "timeout", 1, TIMEOUT_MAX_S, &timeout) < 0 || !cli_conn(cli) ||
	    (name && cli_network(cli, name, &net) < 0))
		return -1;
	w.conn = cli->conn;
	w.end_ms = timeout ? now_ms() + (int64_t)timeout * 1000 : 0;
	if (vnet_event_register(w.conn, kind, name ? &net : NULL, &id, &why) < 0)
		return cli_failed(&why, "Failed to register for events");
	int r = wait_for_events(&w);

	vnet_event_deregister(w.conn, id, NULL);
	if (r == 0)
		printf("events received: %u\n", w.received);
	return r == 0 && w.received ? 0 : -1;
}

static int event(struct cli *cli, const struct cli_args *args)
{
	const char *text = cli_arg(args, "event");
	int kind = text ? kind_of(text) : NO_KIND;

	if (cli_arg(args, "list")) {
		for (size_t i = 0; i < COUNT(kinds); i++)
			puts(kinds[i]);
		return 0;
	}
	if (!text)
		return cli_error("either --list or --event <type> is required");
	if (kind == NO_KIND)
		return cli_error("unknown event type %s", text);
	return watch(cli, args, (enum vnet_event_kind)kind);
}

/* clang-format off */
const struct cli_cmd cli_event_cmds[] = {
	{ "event", event, "wait for events of networks", false,
	  { { "network", ARG_VALUE, false, "only of this network: name or uuid" },
	    { "event", ARG_VALUE, false, "which kind to wait for" },
	    { "loop", ARG_FLAG, false, "go on after the first one" },
	    { "timeout", ARG_VALUE, false, "seconds to wait" },
	    { "list", ARG_FLAG, false, "list the kinds of events" },
	    { "timestamp", ARG_FLAG, false, "print when each one came" } } },
	{ 0 },
};
/* clang-format on */
