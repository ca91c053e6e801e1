/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/forward.h"

#include <assert.h>
#include <errno.h>

#include "base/mem.h"
#include "model/array.h"

const char *const forward_mode_words[] = {
	[FORWARD_NONE] = "none",       [FORWARD_NAT] = "nat",
	[FORWARD_ROUTE] = "route",     [FORWARD_OPEN] = "open",
	[FORWARD_BRIDGE] = "bridge",   [FORWARD_PRIVATE] = "private",
	[FORWARD_VEPA] = "vepa",       [FORWARD_PASSTHROUGH] = "passthrough",
	[FORWARD_HOSTDEV] = "hostdev", NULL,
};
static_assert(ARRAY_SIZE(forward_mode_words) == FORWARD_MODES + 1, "every mode has a text");

const char *forward_mode_text(enum forward_mode mode)
{
	return forward_mode_words[mode];
}

int forward_mode_parse(const char *text, enum forward_mode *ret)
{
	int mode = word_find(forward_mode_words, text);

	if (mode < 0)
		return -EINVAL;
	*ret = (enum forward_mode)mode;
	return 0;
}

void forward_if_clear(struct forward_if *i)
{
	mem_drop(i->dev);
}

void network_forward_clear(struct network_forward *f)
{
	for (size_t i = 0; i < f->n_ifs; i++)
		forward_if_clear(&f->ifs[i]);
	mem_drop(f->ifs);
	mem_drop(f->addresses);
	mem_drop(f->pf);
	mem_drop(f->driver_model);
}

void network_forward_copy(struct network_forward *to, const struct network_forward *from)
{
	*to = *from;
	to->pf = mem_strdup(from->pf);
	to->driver_model = mem_strdup(from->driver_model);
	to->addresses = array_copy(from->addresses, from->n_addresses, sizeof(*from->addresses));
	to->ifs = array_copy(from->ifs, from->n_ifs, sizeof(*from->ifs));
	for (size_t i = 0; i < to->n_ifs; i++)
		to->ifs[i].dev = mem_strdup(to->ifs[i].dev);
}
