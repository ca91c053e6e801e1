/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* guest/message.h - guest_msg to and from bytes, and scopes as values.
 * Both ends treat what comes as outside input: a message that does not decode ends the connection. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "guest/protocol.h"
#include "base/rd.h"
#include "base/stream.h"

/* Encodes `m` and queues it with its descriptors, which become the stream's. -EMSGSIZE: it does not fit a frame. */
int guest_send(struct stream *s, const struct guest_msg *m, const int *fds, size_t n);

/* The next message, to be freed with guest_msg_free, and its descriptors (GUEST_SERVE; room for GUEST_SOCKS_MAX).
 * 1: there is one; 0: not yet; -EBADMSG: it can't be read. */
int guest_receive(struct stream *s, struct guest_msg *ret, int *fds, size_t *ret_n);
void guest_msg_free(struct guest_msg *m);

struct guest_scope *guest_scope_copy(const struct guest_scope *scope);
void guest_scope_free(struct guest_scope *scope); /* and the struct itself */
DEFINE_AUTO(struct guest_scope *, guest_scope_free)

/* A hash of all that is in the scope: equal scopes have equal stamps on both sides and in every process. */
unsigned long long guest_scope_stamp(const struct guest_scope *scope);
