/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as what a client wants to change: a command, a section, an index, and an element. A change that is refused
 * changes nothing; one that is made leaves a definition that reads back and prints the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/format.h"
#include "model/metadata.h"
#include "model/parse.h"
#include "model/update.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char xml[] =
    "<network><name>n</name><metadata><m:a xmlns:m='urn:m'/></metadata><forward><interface dev='w0'/></forward>"
    "<dns><txt name='a' value='1'/><srv service='s' protocol='tcp' target='t1'/>"
    "<host ip='10.0.0.5'><hostname>x</hostname><hostname>y</hostname></host></dns>"
    "<ip address='10.0.0.1' prefix='24'><dhcp><range start='10.0.0.100' end='10.0.0.120'/>"
    "<host mac='52:54:00:00:00:01' name='one' ip='10.0.0.11'/><host name='two' ip='10.0.0.12'/></dhcp></ip>"
    "<ip family='ipv6' address='fd00::1'><dhcp><host id='01' name='v6' ip='fd00::5'/></dhcp></ip>"
    "<portgroup name='p' default='yes'/><portgroup name='q'/></network>";

static struct network *parse(const char *text)
{
	struct network *n = NULL;
	struct err e = { 0 };

	if (network_parse(text, strlen(text), &n, NULL, &e) < 0)
		abort();
	return n;
}

/* Section 0 stands for the metadata. */
static int change(struct network *n, const uint8_t head[3], const char *payload, size_t len, struct err *e)
{
	static const char *const uris[] = { "urn:m", "urn:new" };

	if (head[1] % UPDATE_SECTIONS)
		return network_update(n, (enum update_command)(1 + head[0] % 4),
				      (enum update_section)(head[1] % UPDATE_SECTIONS), head[2] % 4 - 1, payload, len,
				      e);
	return network_set_metadata(n, METADATA_ELEMENT, payload, "k", uris[head[2] % 2], e);
}

static void get_all(const struct network *n)
{
	for (size_t i = 0; i < n->n_metadata; i++) {
		AUTO(mem_drop) char *text = NULL;

		if (network_get_metadata(n, METADATA_ELEMENT, n->metadata[i].uri, &text, NULL) < 0 || !text)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 3)
		return 0;
	AUTO(network_free) struct network *n = parse(xml);
	AUTO(mem_drop) char *payload = mem_dup(data + 3, size - 3);
	AUTO(mem_drop) char *before = network_format(n, NULL);
	struct err e = { 0 };
	int r = change(n, data, payload, size - 3, &e);
	AUTO(mem_drop) char *after = network_format(n, NULL);

	if (r < 0 && (!e.code || !e.detail[0] || strcmp(before, after) != 0))
		abort();
	get_all(n);
	AUTO(network_free) struct network *again = parse(after);
	AUTO(mem_drop) char *twice = network_format(again, NULL);

	if (strcmp(after, twice) != 0)
		abort();
	return 0;
}
