/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a port: what the parser takes prints to XML that it takes again, and that prints the same; a network makes
 * of it a port with a plug, or says why not. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/port.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static const struct network *a_network(void)
{
	static const char xml[] =
	    "<network><name>n</name><forward mode='bridge'/><bridge name='br0'/><virtualport type='openvswitch'/>"
	    "<portgroup name='g'><vlan><tag id='7'/></vlan><virtualport type='openvswitch'><parameters "
	    "profileid='p'/></virtualport>"
	    "</portgroup></network>";
	static struct network *n;
	struct err e;

	if (!n)
		must(network_parse(xml, strlen(xml), &n, NULL, &e) == 0);
	return n;
}

/* Text out of `p` that reads back as the same text. */
static void check_round(const struct port *p)
{
	AUTO(mem_drop) char *once = port_format(p);
	AUTO(port_free) struct port *again = NULL;
	struct err e;

	must(port_parse(once, strlen(once), &again, NULL, &e) == 0);
	AUTO(mem_drop) char *twice = port_format(again);

	must(strcmp(once, twice) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(port_free) struct port *p = NULL;
	struct err e = { 0 };

	if (port_parse((const char *)data, size, &p, NULL, &e) < 0) {
		must(e.code && e.detail[0]); /* every refusal says why */
		return 0;
	}
	check_round(p);
	if (port_fill(p, a_network(), NULL, 0, &e) < 0) {
		must(e.code && e.detail[0]);
		return 0;
	}
	must(p->plug.type == PLUG_BRIDGE);
	check_round(p);
	return 0;
}
