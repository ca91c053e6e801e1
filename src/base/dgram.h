/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/dgram.h - datagrams of many sockets, in bursts: buffers for what comes in, and an outbox where replies wait, those that
 * promise something until the promise is durable.
 * Owner   a struct dgram_sock lies in its protocol's io and owns its socket; the struct dgram outlives all of them.
 * Errors  0 or -errno. */
#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/rd.h"

struct sd_event;
struct sd_event_source;

enum { DGRAM_BURST = 64, DGRAM_OUTBOX_MAX = 512, DGRAM_MAX = 14 + 1500 /* bytes: one Ethernet frame */ };

struct dgram;

/* `wake(arg)`: dgram_wake was called, call dgram_send at the end of this turn. `full(arg)`: likewise, but now: the next burst's
 * replies may find no room. */
struct dgram *dgram_new(void (*wake)(void *arg), void (*full)(void *arg), void *arg);
void dgram_free(struct dgram *d);
DEFINE_AUTO(struct dgram *, dgram_free)

void dgram_wake(struct dgram *d);
/* Sends what waits; what promises nothing has left after its burst. `durable` false: what was promised could not be stored, so no
 * promise leaves; the guests will ask again. */
void dgram_send(struct dgram *d, bool durable);

struct dgram_sock;

struct dgram_slot {              /* a reply */
	struct dgram_sock *sock; /* NULL: not to be sent any more */
	bool promise;
	uint32_t held; /* the protocol's: what dgram_sock.hold is to look at, at the turn's end; 0: nothing */
	size_t len;
	struct sockaddr_in6 to; /* of family 0: the socket knows */
	uint8_t bytes[DGRAM_MAX];
};

struct dgram_sock {
	int fd;
	const char *area; /* for logs: the protocol */
	char *network;    /* likewise */
	struct dgram *d;
	struct sd_event_source *source;
	struct log_limit errors;
	uint64_t turn; /* counts those in which something came */
	bool behind;   /* more comes than is taken: the kernel had no room for all */
	uint32_t lost; /* by the kernel, when we last looked */
	/* NULL, or: some came in, and are to be taken next. */
	void (*burst)(void *arg);
	/* One came in; `from` is in `m`, if the socket has such. */
	void (*take)(void *arg, struct view bytes, struct msghdr *m);
	/* NULL, or: true if the slot was taken over, to be sent later. */
	bool (*hold)(void *arg, struct dgram_slot *s);
	void *arg;
};

/* All but d and source is filled in. */
int dgram_open(struct dgram_sock *s, struct sd_event *loop, struct dgram *d);
void dgram_close(struct dgram_sock *s); /* what waits of it is not sent; of one that was not opened: nothing */

/* In `take`: where to write a reply, and that it is to be sent. */
struct dgram_slot *dgram_slot(struct dgram_sock *s);
void dgram_push(struct dgram_sock *s);

/* What the kernel tells beside a datagram: `size` bytes to `ret`; false: not told. */
bool dgram_aside(struct msghdr *m, int level, int type, void *ret, size_t size);
/* -EPROTOTYPE: the socket is of another kind. */
int dgram_check(int fd, int domain, int type);
