/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes: what the parser takes prints to XML that it takes again, and that prints the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/check.h"
#include "model/format.h"
#include "model/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
	AUTO(mem_drop) char *once = network_format(first, NULL);

	if (network_parse(once, strlen(once), &again, NULL, &e) < 0)
		abort();
	AUTO(mem_drop) char *twice = network_format(again, NULL);

	if (strcmp(once, twice) != 0)
		abort();
	return 0;
}
