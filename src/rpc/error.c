/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/error.h"

#include <stdbool.h>

#include "base/mem.h"

enum { LEVEL_ERROR = 2, NOT_GIVEN = -1 };

static rpc_text *optional(const char *s)
{
	rpc_text *p = mem_new(rpc_text);

	*p = mem_strdup(s);
	return p;
}

/* Some codes have forms of their own in libvirt: flags that are not known, where str1 is the function and str2 the
 * argument, and a missing name, whose text is its format. */
static bool fill_special(const struct err *e, struct remote_error *ret)
{
	static const char flags[] = "unsupported flags (", in[] = " in function ";
	const char *function = strstr(e->detail, in);

	if (e->code == VNET_ERR_INVALID_ARG && function && strncmp(e->detail, flags, strlen(flags)) == 0) {
		ret->message = optional(e->detail);
		ret->str1 = optional(function + strlen(in));
		ret->str2 = optional("flags");
		return true;
	}
	if (e->code == VNET_ERR_PORT_EXISTS) { /* the one whose words stand on both sides */
		AUTO(mem_drop) char *message = mem_printf("network port %s exists already", e->detail);

		ret->message = optional(message);
		ret->str1 = optional("network port %1$s exists already");
		ret->str2 = optional(e->detail);
		return true;
	}
	if (e->code == VNET_ERR_NO_NAME) {
		ret->message = optional(e->detail);
		ret->str1 = optional(e->detail);
		return true;
	}
	return false;
}

static void fill_usual(const struct err *e, struct remote_error *ret)
{
	const char *prefix = err_prefix(e->code);
	AUTO(mem_drop) char *message = mem_printf("%s%s", prefix, e->detail);
	AUTO(mem_drop) char *format = *prefix ? mem_printf("%s%%1$s", prefix) : mem_strdup("%s");

	ret->message = optional(message);
	ret->str1 = optional(format);
	ret->str2 = optional(e->detail);
}

void rpc_error_fill(const struct err *e, struct remote_error *ret)
{
	bool argument = e->code == VNET_ERR_INVALID_ARG;

	*ret = (struct remote_error){
		.code = e->code,
		.domain = e->domain,
		.level = LEVEL_ERROR,
		.int1 = e->code == VNET_ERR_SYSTEM ? e->sys
			: argument                 ? 0
						   : NOT_GIVEN,
		.int2 = argument ? 0 : NOT_GIVEN,
	};
	if (!fill_special(e, ret))
		fill_usual(e, ret);
}
