/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/grammar.h"

/* The path is that of the build's folder, which is the repository's. */
__asm__(".pushsection .rodata\n"
	"model_grammar:\n"
	".incbin \"xml/network.rng\"\n"
	"model_grammar_end:\n"
	".popsection");

extern const char model_grammar[] __attribute__((visibility("hidden")));
extern const char model_grammar_end[] __attribute__((visibility("hidden")));

const char *grammar_text(size_t *ret_len)
{
	*ret_len = (size_t)(model_grammar_end - model_grammar);
	return model_grammar;
}
