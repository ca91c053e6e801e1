/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vnet/xpath.h - the parts of a document that an expression selects. */
#pragma once

struct cli_args;

/* Options of commands that print a document. */
#define XPATH_OPTIONS                                                                                                  \
	{ "xpath", ARG_VALUE, false, "only what this expression selects" },                                            \
	{                                                                                                              \
		"wrap", ARG_FLAG, false, "with --xpath: in one element <nodes>"                                        \
	}
/* Prints all of it, or what --xpath selects: nodes, with --wrap inside of <nodes>, or a value. -1: told why. */
int xpath_print(const struct cli_args *args, const char *xml);
/* The value of an expression as text, for free(); NULL: there is no such thing in the document, or it is empty. */
char *xpath_text(const char *xml, const char *expr);
