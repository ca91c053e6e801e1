/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/put.h"

#include <limits.h>
#include <stdlib.h>

FILE *text_open(char **text, size_t *len)
{
	FILE *f = open_memstream(text, len);

	if (!f)
		abort();
	return f;
}

void text_close(FILE *f)
{
	if (ferror(f) || fclose(f) == EOF)
		abort();
}

/* White space in an attribute, and CR anywhere, would be read back as something else, so it goes as a number. */
static const char *const escapes[UCHAR_MAX + 1] = {
	['<'] = "&lt;",    ['>'] = "&gt;",  ['&'] = "&amp;",  ['"'] = "&quot;",
	['\''] = "&apos;", ['\t'] = "&#9;", ['\n'] = "&#10;", ['\r'] = "&#13;",
};

void put_escaped(FILE *f, const char *s, bool attr)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		bool raw = !attr && (c == '\t' || c == '\n');

		if (escapes[c] && !raw)
			fputs(escapes[c], f);
		else if (c >= ' ' || raw) /* other control characters cannot stand in XML */
			putc(c, f);
	}
}

void put_attr(FILE *f, const char *name, const char *value)
{
	if (!value)
		return;
	fprintf(f, " %s='", name);
	put_escaped(f, value, true);
	putc('\'', f);
}

void put_ip(FILE *f, const char *name, const struct ip *a)
{
	char text[IP_TEXT];

	if (a->family)
		put_attr(f, name, ip_text(a, text));
}

void put_word(FILE *f, const char *name, const char *const *words, int value)
{
	if (words[value][0])
		put_attr(f, name, words[value]);
}

void put_number(FILE *f, const char *name, unsigned long value)
{
	if (value)
		fprintf(f, " %s='%lu'", name, value);
}
