/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/error.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/mem.h"

enum { LEVEL_ERROR = 2, NOT_GIVEN = -1 };

static rpc_text *optional(const char *s)
{
	rpc_text *p = mem_new(rpc_text);

	*p = mem_strdup(s);
	return p;
}

/* What is wrong with an argument itself: "unsupported flags (0x4) in function F", "A in F must not be NULL". The text
 * stands alone then, str1 is the function and str2 the argument. Fills in both; false: it is another text. */
static bool split_argument(const char *text, char function[64], char argument[64])
{
	int len = 0;

	if (sscanf(text, "unsupported flags (0x%*x) in function %63s%n", function, &len) == 1 && !text[len])
		return strcpy(argument, "flags");
	len = 0;
	return sscanf(text, "%63s in %63s must%n", argument, function, &len) == 2 && len;
}

/* Some codes have forms of their own in libvirt. */
static bool fill_special(const struct err *e, struct remote_error *ret)
{
	char function[64], argument[64];

	if (e->code == VNET_ERR_INVALID_ARG && split_argument(e->detail, function, argument)) {
		ret->message = optional(e->detail);
		ret->str1 = optional(function);
		ret->str2 = optional(argument);
		ret->int1 = ret->int2 = 0;
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
	*ret = (struct remote_error){
		.code = e->code,
		.domain = e->domain,
		.level = LEVEL_ERROR,
		.int1 = e->code == VNET_ERR_SYSTEM ? e->sys : NOT_GIVEN,
		.int2 = NOT_GIVEN,
	};
	if (!fill_special(e, ret))
		fill_usual(e, ret);
}
