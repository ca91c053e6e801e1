/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "libvnet/conn.h"

#include <stdarg.h>
#include <stdio.h>

/* The text alone: what the library itself finds needs no prefix of a code. */
static int fill(struct vnet_error *err, int code, const char *text, const char *reason)
{
	if (!err)
		return -1;
	err->code = code;
	err->domain = VNET_FROM_RPC;
	err->line = 0;
	snprintf(err->message, sizeof(err->message), "%s%s%s", text, reason ? ": " : "", reason ? reason : "");
	return -1;
}

int conn_error(struct vnet_error *err, int code, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return fill(err, code, text, NULL);
}

int conn_error_sys(struct vnet_error *err, int neg, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return fill(err, VNET_ERR_SYSTEM, text, strerror(-neg));
}
