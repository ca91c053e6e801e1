/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rpc/error.h - a struct err as it travels: its code's prefix and its detail make the message that users see. */
#pragma once
#include "base/err.h"
#include "rpc/remote.h"

/* Fills *ret; release it with xdr_free. */
void rpc_error_fill(const struct err *e, struct remote_error *ret);
