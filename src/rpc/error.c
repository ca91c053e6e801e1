/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/error.h"

#include <stdio.h>

#include "base/mem.h"

enum { LEVEL_ERROR = 2, NOT_GIVEN = -1 };

static rpc_text *optional(const char *s)
{
	rpc_text *p = mem_new(rpc_text);

	*p = mem_strdup(s);
	return p;
}

void rpc_error_fill(const struct err *e, struct remote_error *ret)
{
	/* The one text of this code that libvirt sends without its prefix. */
	bool bare = e->code == VNET_ERR_INVALID_ARG && strncmp(e->detail, "unsupported flags (", 19) == 0;
	const char *prefix = bare ? "" : err_prefix(e->code);
	AUTO(mem_drop) char *message = mem_printf("%s%s", prefix, e->detail);
	AUTO(mem_drop) char *format = *prefix ? mem_printf("%s%%1$s", prefix) : mem_strdup("%s");

	*ret = (struct remote_error){
		.code = e->code,
		.domain = e->domain,
		.message = optional(message),
		.level = LEVEL_ERROR,
		.str1 = optional(format),
		.str2 = optional(e->detail),
		.int1 = e->code == VNET_ERR_SYSTEM        ? e->sys
			: e->code == VNET_ERR_INVALID_ARG ? 0
							  : NOT_GIVEN,
		.int2 = e->code == VNET_ERR_INVALID_ARG ? 0 : NOT_GIVEN,
	};
}
