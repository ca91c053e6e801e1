/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The values that define fills in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "model/check.h"

#define DEFAULT_TEMPLATE "virbr%d"

bool network_bridge_is_template(const char *name)
{
	const char *percent = strchr(name, '%');

	return !*name || (percent && percent[1] == 'd' && !strchr(percent + 1, '%'));
}

void network_bridge_from_template(const char *name, unsigned i, char ret[IFNAMSIZ])
{
	if (!*name)
		name = DEFAULT_TEMPLATE;
	const char *percent = strchr(name, '%');

	snprintf(ret, IFNAMSIZ, "%.*s%u%s", (int)(percent - name), name, i, percent + 2);
}

/* Was `name` made from the template? */
static bool came_from(const char *template, const char *name)
{
	if (!*template)
		return true;
	size_t before = (size_t)(strchr(template, '%') - template);
	const char *after = template + before + 2;

	if (strncmp(name, template, before) != 0)
		return false;
	size_t digits = strspn(name + before, "0123456789");

	return digits && strcmp(name + before + digits, after) == 0;
}

/* 52:54:00 is the range that hypervisors use for guests and their bridges. */
static struct mac random_mac(void)
{
	struct mac m = { { 0x52, 0x54, 0x00 } };

	if (getrandom(m.b + 3, 3, 0) != 3) /* few bytes never come short (getrandom(2)) */
		abort();
	return m;
}

void network_complete(struct network *n, const struct network *old)
{
	if (!n->has_uuid)
		n->uuid = old && old->has_uuid ? old->uuid : uuid_random();
	n->has_uuid = true;
	if (!network_is_managed(n)) /* the bridge is somebody else's, if there is one */
		return;
	if (!n->has_mac)
		n->mac = old && old->has_mac ? old->mac : random_mac();
	n->has_mac = true;
	if (old && network_bridge_is_template(n->bridge.name) && !network_bridge_is_template(old->bridge.name) &&
	    came_from(n->bridge.name, old->bridge.name))
		memcpy(n->bridge.name, old->bridge.name, sizeof(n->bridge.name));
}
