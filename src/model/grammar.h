/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/grammar.h - xml/network.rng, which is part of the program: it fits this version, and no file is needed. */
#pragma once
#include <stddef.h>

/* The text and its length, which never change. */
const char *grammar_text(size_t *ret_len);
