/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set(struct err *e, int code, int sys, const char *fmt, va_list ap)
{
	e->code = code;
	e->domain = code == VNET_ERR_RPC ? VNET_FROM_RPC : VNET_FROM_NETWORK;
	e->sys = sys;
	e->line = 0;
	vsnprintf(e->detail, sizeof(e->detail), fmt, ap);
}

int err_set(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	set(e, code, 0, fmt, ap);
	va_end(ap);
	return -1;
}

int err_sys(struct err *e, int neg, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	set(e, VNET_ERR_SYSTEM, abs(neg), fmt, ap);
	va_end(ap);
	size_t len = strlen(e->detail);

	snprintf(e->detail + len, sizeof(e->detail) - len, ": %s", strerror(abs(neg)));
	return -1;
}

int err_in(struct err *e, const char *fmt, ...)
{
	char inner[sizeof(e->detail)];
	va_list ap;

	if (!e)
		return -1;
	memcpy(inner, e->detail, sizeof(inner));
	va_start(ap, fmt);
	int len = vsnprintf(e->detail, sizeof(e->detail), fmt, ap);
	va_end(ap);
	if (len >= 0 && (size_t)len < sizeof(e->detail))
		snprintf(e->detail + len, sizeof(e->detail) - (size_t)len, ": %s", inner);
	return -1;
}

const char *err_prefix(int code)
{
	static const struct {
		int code;
		const char *text;
	} prefixes[] = {
		{ VNET_ERR_INTERNAL, "internal error: " },
		{ VNET_ERR_NO_SUPPORT, "this function is not supported by the connection driver: " },
		{ VNET_ERR_NO_CONNECT, "no connection driver available for " },
		{ VNET_ERR_INVALID_ARG, "invalid argument: " },
		{ VNET_ERR_OPERATION_FAILED, "operation failed: " },
		{ VNET_ERR_XML, "XML error: " },
		{ VNET_ERR_OPERATION_DENIED, "operation forbidden: " },
		{ VNET_ERR_NO_NETWORK, "Network not found: " },
		{ VNET_ERR_AUTH_FAILED, "authentication failed: " },
		{ VNET_ERR_OPERATION_INVALID, "Requested operation is not valid: " },
		{ VNET_ERR_CONFIG_UNSUPPORTED, "unsupported configuration: " },
		{ VNET_ERR_ARGUMENT_UNSUPPORTED, "argument unsupported: " },
		{ VNET_ERR_OPERATION_UNSUPPORTED, "Operation not supported: " },
		{ VNET_ERR_XML_INVALID_SCHEMA, "XML document failed to validate against schema: " },
		{ VNET_ERR_NO_PORT, "network port not found: " },
		{ VNET_ERR_NO_METADATA, "metadata not found: " },
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (prefixes[i].code == code)
			return prefixes[i].text;
	return "";
}
