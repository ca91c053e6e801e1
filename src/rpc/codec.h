/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rpc/codec.h - messages to and from bytes: a header, then what rpcgen's functions make of the payload (RFC 4506).
 * Owner   what is decoded belongs to the caller and goes by xdr_free; strings put into a struct that is encoded may be
 *         anybody's. */
#pragma once
#include <stddef.h>
#include <rpc/rpc.h>

#include "base/rd.h"
#include "rpc/header.h"

/* A string in a message. Unlike XDR's own, it is allocated only after its bytes were seen to be in the frame, and one with
 * a NUL byte inside does not decode: nobody behind this line can be fooled by a name that ends twice. */
typedef char *rpc_text;
bool_t xdr_rpc_text(XDR *x, rpc_text *text);

/* Decodes one payload into *ret, which must be zeroed. Bytes behind it are ignored, as libvirt does. -EBADMSG: it is
 * short or breaks a limit; *ret is released then. `proc` NULL: nothing to read. */
int rpc_decode(xdrproc_t proc, struct view payload, void *ret);

/* A frame's body: the header, the count if its type is one with descriptors, the payload. The caller frees *ret with
 * mem_drop. -EMSGSIZE: it does not fit a frame. `proc` NULL: no payload. */
int rpc_encode(const struct rpc_header *h, size_t n_fds, xdrproc_t proc, const void *what, char **ret, size_t *ret_len);
