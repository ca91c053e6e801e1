/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/put.h"

static void put_driver(FILE *f, const struct network_forward *w)
{
	if (!w->driver && !w->driver_model)
		return;
	fputs("    <driver", f);
	put_word(f, "name", pci_driver_words, w->driver);
	put_attr(f, "model", w->driver_model);
	fputs("/>\n", f);
}

static bool has_nat_children(const struct network_forward *w)
{
	return w->nat_start.family || w->port_end;
}

static void put_nat(FILE *f, const struct network_forward *w)
{
	if (!w->nat_ipv6 && !has_nat_children(w))
		return;
	fputs("    <nat", f);
	put_word(f, "ipv6", tri_words, w->nat_ipv6);
	if (!has_nat_children(w)) {
		fputs("/>\n", f);
		return;
	}
	fputs(">\n", f);
	if (w->nat_start.family) {
		fputs("      <address", f);
		put_ip(f, "start", &w->nat_start);
		put_ip(f, "end", &w->nat_end);
		fputs("/>\n", f);
	}
	if (w->port_end)
		fprintf(f, "      <port start='%u' end='%u'/>\n", w->port_start, w->port_end);
	fputs("    </nat>\n", f);
}

void put_address(FILE *f, const struct forward_address *a)
{
	fprintf(f, " domain='0x%04x' bus='0x%02x' slot='0x%02x' function='0x%x'", a->domain, a->bus, a->slot,
		a->function);
}

static void put_devices(FILE *f, const struct network_forward *w, bool live)
{
	for (size_t i = 0; i < w->n_ifs; i++) {
		fputs("    <interface", f);
		put_attr(f, "dev", w->ifs[i].dev);
		put_number(f, "connections", live ? w->ifs[i].connections : 0);
		fputs("/>\n", f);
	}
	for (size_t i = 0; i < w->n_addresses; i++) {
		fputs("    <address type='pci'", f);
		put_address(f, &w->addresses[i]); /* libvirt prints no connections here */
		fputs("/>\n", f);
	}
}

static void put_children(FILE *f, const struct network_forward *w, bool live)
{
	put_driver(f, w);
	put_nat(f, w);
	if (w->pf) {
		fputs("    <pf", f);
		put_attr(f, "dev", w->pf);
		fputs("/>\n", f);
	}
	if (live || !w->pf) /* what a pf consists of is not part of the definition */
		put_devices(f, w, live);
}

void put_forward(FILE *f, const struct network_forward *w, bool live)
{
	char *children = NULL;
	size_t len;

	if (w->mode == FORWARD_NONE)
		return;
	fputs("  <forward", f);
	put_attr(f, "dev", w->n_ifs && !w->pf ? w->ifs[0].dev : NULL);
	put_attr(f, "mode", forward_mode_text(w->mode));
	if (w->mode == FORWARD_HOSTDEV)
		put_attr(f, "managed", w->managed ? "yes" : "no");
	FILE *inner = text_open(&children, &len);

	put_children(inner, w, live);
	text_close(inner);
	fprintf(f, len ? ">\n%s  </forward>\n" : "/>\n", children);
	mem_drop(children);
}
