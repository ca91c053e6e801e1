/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* api/dispatch.h - one message in, its answer out. No sockets and no loop here, so a fuzzer and the tests call what the
 * daemon calls. */
#pragma once
#include <stdbool.h>

#include "api/auth.h"
#include "base/err.h"
#include "base/rd.h"
#include "control/control.h"
#include "rpc/procs.h"

struct api_session { /* what a connection is, between its calls */
	struct control *control;
	struct api_peer peer;
	bool read_only; /* by its socket, or asked for in REMOTE_OPEN */
	bool open;
	bool closing;   /* set by REMOTE_CLOSE: hang up once the answer is out */
	bool later;     /* the last message waits for hook scripts: dispatch it again when control makes progress */
	bool keepalive; /* the client answers pings */
	char *uri;      /* as opened */
	struct api_callback *callbacks; /* which events it wants */
	size_t n_callbacks;
	int next_callback;
};
void api_session_clear(struct api_session *s);

struct api_reply {
	char *body; /* of a frame */
	size_t len;
	int fds[CONTROL_TAP_QUEUES_MAX];
	size_t n_fds;
};
void api_reply_clear(struct api_reply *r);

/* Answers one message whose header and descriptor count were read off. True: *ret is the answer, the caller's to send or
 * to clear; false: the message wants none, or s->later. */
bool api_dispatch(struct api_session *s, const struct rpc_header *h, struct view payload, struct api_reply *ret);

/* A call while it runs. `args` and `ret` point to the structs of the procedure's row; what a handler puts into `ret` is
 * allocated and released after the answer is encoded, also when the handler fails. */
struct api_call {
	struct api_session *session;
	const void *args;
	void *ret;
	int fds[CONTROL_TAP_QUEUES_MAX]; /* to go with the answer */
	size_t n_fds;
};

struct api_handler {
	int32_t number;
	/* 0, -1 with *e, or CONTROL_LATER. NULL: nothing to do, the answer is empty */
	int (*run)(struct api_call *c, struct err *e);
};

/* Rows up to one with number 0. Every row of rpc/procs.h has one here. */
extern const struct api_handler api_connect_handlers[];
extern const struct api_handler api_network_handlers[];
extern const struct api_handler api_list_handlers[];
extern const struct api_handler api_event_handlers[];
extern const struct api_handler api_port_handlers[];
extern const struct api_handler api_vnet_handlers[], api_host_handlers[],
    api_publish_handlers[]; /* of the second program */

/* For handlers: an error of another domain than the networks': return api_domain(e, DOMAIN, err_set(e, ...)). */
int api_domain(struct err *e, int domain, int r);
struct remote_net api_net(const struct control_net *n);
rpc_text *api_text(const char *s); /* a copy for an answer; NULL stays NULL: it is absent */
/* Refuses flags that are not in `known`, naming the function as libvirt does. */
int api_check_flags(unsigned flags, unsigned known, const char *function, struct err *e);
/* The network an argument names, for calls that need more of it than its uuid. */
int api_find(struct api_call *c, const struct remote_net *net, struct control_net *ret, struct err *e);
struct uuid api_uuid(const remote_uuid u);
