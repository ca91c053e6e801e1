/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "vnet/cli.h"

void words_free(struct words *w)
{
	free(w->v);
	free(w->text);
	*w = (struct words){ 0 };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Copies one word to *out. False: a quote is not closed. */
static bool take_word(const char **in, char **out)
{
	char quote = '\0';

	for (; **in; ++*in) {
		char c = **in;

		if (c == '\\' && quote != '\'' && (*in)[1])
			*(*out)++ = *++*in;
		else if (quote && c == quote)
			quote = '\0';
		else if (!quote && (c == '\'' || c == '"'))
			quote = c;
		else if (!quote && (is_blank(c) || c == ';'))
			break;
		else
			*(*out)++ = c;
	}
	*(*out)++ = '\0';
	return !quote;
}

int words_next(const char **line, struct words *ret)
{
	struct words w = { 0 };
	const char *p = *line;

	if (!*p)
		return 0;
	w.text = cli_alloc(NULL, 2 * strlen(p) + 1, 1); /* each word is followed by one NUL byte */
	for (char *out = w.text;;) {
		while (is_blank(*p))
			p++;
		if (*p == '#') {
			p += strcspn(p, "\n");
			continue;
		}
		if (!*p || *p == ';')
			break;
		w.v = cli_alloc(w.v, w.n + 1, sizeof(*w.v));
		w.v[w.n++] = out;
		if (!take_word(&p, &out)) {
			words_free(&w);
			return -1;
		}
	}
	*line = p + (*p == ';');
	*ret = w;
	return 1;
}
