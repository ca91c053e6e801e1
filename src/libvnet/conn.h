/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libvnet/conn.h - what the library's files share: a connection and how a call is made on it. */
#pragma once
#include <sys/types.h>

#include "base/err.h"
#include "base/stream.h"
#include "rpc/procs.h"
#include "vnet/vnet.h"

struct vnet_conn {
	struct stream *stream;
	uint32_t serial;
	bool broken;               /* the stream can't be trusted any more: a call was cut short */
	pid_t ssh;                 /* that we talk through; 0: none */
	struct vnet_event *events; /* that came while a call waited for its answer, oldest first */
	size_t n_events;
};

enum { CONN_EVENTS_MAX = 65536 }; /* kept for vnet_event_next; with more, the connection is given up */

/* Takes a message that answers no call: a ping is answered, an event is kept. 0 or -errno. */
int conn_message(struct vnet_conn *c, const struct rpc_header *h, struct view payload);
/* Takes all messages that have come, without waiting; for when no call is under way. 0 or -errno. */
int conn_take_messages(struct vnet_conn *c);
/* Keeps an event that came, if it is one. 0 or -errno. */
int conn_put_event(struct vnet_conn *c, const struct rpc_header *h, struct view payload);
void conn_drop_events(struct vnet_conn *c);

/* Calls procedure `number` of `program`: `args` and `ret` are the structs of its row in rpc/procs.h, `ret` zeroed and to
 * be released with xdr_free when the call succeeded; NULL where the row has none. Descriptors that come with the answer
 * go to `fds` (room for RPC_FDS_MAX; may be NULL, then they are closed). */
int conn_call(struct vnet_conn *c, uint32_t program, int32_t number, const void *args, void *ret, int *fds,
	      size_t *ret_n_fds, struct vnet_error *err);
/* The same, of libvirt's program, without descriptors. */
int conn_remote(struct vnet_conn *c, int32_t number, const void *args, void *ret, struct vnet_error *err);

/* Where the daemon of this URI listens, freed with mem_drop. */
int conn_path(const char *uri, unsigned flags, char **ret, struct vnet_error *err);
/* The value of `socket` in a URI's query, freed with mem_drop; NULL: not given. */
char *conn_socket_of_query(const char *query);
/* Connects to the socket at `path`: a descriptor, or -1. */
int conn_open_path(const char *path, struct vnet_error *err);
/* Runs ssh for "network+ssh://[USER@]HOST[:PORT]/system[?socket=PATH]": a connected descriptor, or -1. */
int conn_open_ssh(const char *uri, unsigned flags, pid_t *ret, struct vnet_error *err);
/* Is it a URI for conn_open_ssh? */
bool conn_is_ssh(const char *uri);

/* Tells an error of the library itself; gives -1. `err` may be NULL. */
int conn_error(struct vnet_error *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int conn_error_sys(struct vnet_error *err, int neg, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Between the wire's name of a network and ours. The result borrows from `net`. */
struct remote_net conn_put_net(const struct vnet_network *net);
int conn_get_net(const struct remote_net *wire, struct vnet_network *ret, struct vnet_error *err);
/* Copies text that must fit `size`: a daemon that says more is not one of ours. */
int conn_get_text(const char *wire, char *ret, size_t size, struct vnet_error *err);
