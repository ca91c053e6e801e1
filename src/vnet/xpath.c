/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/xpath.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vnet/cli.h"

int xpath_print(const struct cli_args *args, const char *xml)
{
	const char *expr = cli_arg(args, "xpath");
	AUTO_FREE char *text = NULL;
	struct vnet_error why;

	if (expr &&
	    vnet_xml_select(xml, strlen(xml), expr, cli_arg(args, "wrap") ? VNET_SELECT_WRAP : 0, &text, &why) < 0)
		return cli_error("%s", why.message);
	fputs(expr ? text : xml, stdout);
	return 0;
}

char *xpath_text(const char *xml, const char *expr)
{
	AUTO_FREE char *value = cli_text("string(%s)", expr);
	struct vnet_error why;
	char *text;

	if (vnet_xml_select(xml, strlen(xml), value, 0, &text, &why) < 0)
		return NULL;
	text[strlen(text) - 1] = '\0'; /* the line's end */
	if (*text)
		return text;
	free(text);
	return NULL;
}
