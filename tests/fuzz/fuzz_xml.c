/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes: what the parser takes prints to XML that it takes again, and that prints the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/check.h"
#include "model/format.h"
#include "model/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Except an emptied <metadata/>, which is printed once and then gone. */
static void drop_empty_metadata(char *text)
{
	static const char line[] = "  <metadata/>\n";
	char *at = strstr(text, line);

	if (at)
		memmove(at, at + sizeof(line) - 1, strlen(at + sizeof(line) - 1) + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(network_free) struct network *first = NULL;
	AUTO(network_free) struct network *again = NULL;
	struct xml_warnings w = { 0 };
	struct err e = { 0 };
	int r = network_parse((const char *)data, size, &first, &w, &e);

	xml_warnings_free(&w);
	if (r < 0 && (!e.code || !e.detail[0]))
		abort(); /* every refusal says why */
	if (r < 0)
		return 0;
	network_complete(first, NULL);
	AUTO(network_free) struct network *copy = network_copy(first);
	AUTO(mem_drop) char *once = network_format(copy, NULL);

	if (network_parse(once, strlen(once), &again, NULL, &e) < 0)
		abort();
	AUTO(mem_drop) char *twice = network_format(again, NULL);

	if (first->has_metadata && !first->n_metadata)
		drop_empty_metadata(once);
	if (strcmp(once, twice) != 0)
		abort();
	return 0;
}
