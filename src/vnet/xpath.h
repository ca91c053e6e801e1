/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vnet/xpath.h - the parts of a document that an expression selects. */
#pragma once
#include <stdbool.h>

/* Prints the nodes, or the value of an expression that has one; `wrap`: the nodes inside of <nodes>. -1: told why. */
int xpath_print(const char *xml, const char *expr, bool wrap);
/* The value of an expression as text, for free(); NULL: there is no such thing in the document, or it is empty. */
char *xpath_text(const char *xml, const char *expr);
