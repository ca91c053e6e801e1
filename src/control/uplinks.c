/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control/uplinks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/file.h"
#include "base/log.h"
#include "kernel/route.h"
#include "kernel/sysctl.h"

#define RECORD "uplinks"

enum { DEFAULT_MTU = 1500, RECORD_MAX = 1 << 20 };

/* ---- routes by router advertisement ---- */

static bool is_foreign(const struct link *l)
{
	return l->group != PLAN_LINK_GROUP && !l->master && strcmp(l->name, "lo") != 0;
}

static void accept_ra_key(const char *dev, char *ret, size_t size)
{
	snprintf(ret, size, "net/ipv6/conf/%s/accept_ra", dev);
}

static bool accept_ra_is(const char *dev, const char *want)
{
	char key[96], value[16];

	accept_ra_key(dev, key, sizeof(key));
	return sysctl_get(key, value, sizeof(value)) == 0 && strcmp(value, want) == 0;
}

static void set_accept_ra(const char *dev, const char *value)
{
	char key[96];

	accept_ra_key(dev, key, sizeof(key));
	int r = sysctl_set(key, value);

	if (r < 0 && r != -ENOENT) /* the device went away */
		log_warn("uplinks: set %s to %s: %s", key, value, strerror(-r));
}

/* The folder that is empty after a boot, when the sysctls are as they come, too. */
static int open_folder(const struct control *c)
{
	AUTO(mem_drop) char *path = mem_printf("%s/run/vnet", c->root);

	return dir_open(path, 0755);
}

/* The devices that are recorded, one a line; "": none. */
static char *read_record(int dir)
{
	char *text;
	size_t len;

	return file_read(dir, RECORD, RECORD_MAX, &text, &len) < 0 ? mem_strdup("") : text;
}

static bool is_recorded(const char *record, const char *dev)
{
	size_t len = strlen(dev);

	for (const char *p = record; *p; p = *p ? p + 1 : p) {
		const char *end = strchrnul(p, '\n');

		if ((size_t)(end - p) == len && memcmp(p, dev, len) == 0)
			return true;
		p = end;
	}
	return false;
}

/* Devices that come later begin with the value of "default". */
static void each_device(char *record, void (*fn)(const char *dev))
{
	char *dev;

	while ((dev = strsep(&record, "\n")))
		if (*dev)
			fn(dev);
}

static void keep_route(const char *dev)
{
	if (accept_ra_is(dev, "1"))
		set_accept_ra(dev, "2");
}

static void release_route(const char *dev)
{
	if (accept_ra_is(dev, "2"))
		set_accept_ra(dev, "1");
}

/* What was recorded before stays so: a daemon that died in between must not forget it. */
static char *new_record(const char *old, const struct link *v, size_t n)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	fputs(old, out);
	if (accept_ra_is("default", "1") && !is_recorded(old, "default"))
		fputs("default\n", out);
	for (size_t i = 0; i < n; i++)
		if (is_foreign(&v[i]) && accept_ra_is(v[i].name, "1") && !is_recorded(old, v[i].name))
			fprintf(out, "%s\n", v[i].name);
	fclose(out);
	return text;
}

int uplinks_keep_routes(struct control *c, struct err *e)
{
	AUTO(mem_drop) struct link *links = NULL;
	AUTO(fd_close) int dir = open_folder(c);
	size_t n;
	int r = dir < 0 ? dir : link_list(c->nl, 0, &links, &n);

	if (r < 0)
		return err_sys(e, r, "look at the host's interfaces");
	AUTO(mem_drop) char *old = read_record(dir);
	char *record = new_record(old, links, n);

	r = *record ? file_replace(dir, RECORD, record, strlen(record), 0600) : 0;
	if (r == 0)
		each_device(record, keep_route);
	free(record);
	return r < 0 ? err_sys(e, r, "write run/vnet/" RECORD) : 0;
}

static bool is_needed(const struct control *c)
{
	for (size_t i = 0; i < c->n_nets; i++)
		if (c->nets[i]->live && c->nets[i]->plan->forwards6)
			return true;
	return false;
}

static bool has_foreign_bridge(const struct control *c)
{
	AUTO(mem_drop) struct link *links = NULL;
	size_t n = 0;

	if (link_list(c->nl, 0, &links, &n) < 0)
		return true;
	for (size_t i = 0; i < n; i++)
		if (strcmp(links[i].kind, "bridge") == 0 && is_foreign(&links[i]) && links[i].up)
			return true;
	return false;
}

/* Forwarding ends first: an interface that is back at 1 while the host forwards would lose its routes. */
void uplinks_release(struct control *c)
{
	AUTO(fd_close) int dir = open_folder(c);
	AUTO(mem_drop) char *record = dir < 0 ? NULL : read_record(dir);

	c->uplinks_changed |= c->clamps;
	if (!record || !*record || is_needed(c) || has_foreign_bridge(c))
		return;
	int r = sysctl_set(PLAN_FORWARDING6, "0");

	if (r == 0) {
		each_device(record, release_route);
		r = file_remove(dir, RECORD);
	}
	if (r < 0)
		log_error("uplinks: end IPv6 forwarding: %s", strerror(-r));
}

/* ---- narrow ones ---- */

static unsigned mtu_of(const struct plan *p)
{
	return p->unmanaged ? 0 : p->bridge.mtu ? p->bridge.mtu : DEFAULT_MTU;
}

static unsigned mtu6_of(const struct plan *p)
{
	return p->forwards6 ? mtu_of(p) : 0;
}

void uplinks_network(struct control *c, const struct plan *p)
{
	c->uplinks_changed |= mtu_of(p) > c->widest || mtu6_of(p) > c->widest6;
}

static bool is_narrow(const struct control *c, const struct link *l)
{
	return is_foreign(l) && (l->mtu < c->widest || (l->mtu6 && l->mtu6 < c->widest6));
}

/* The kernel tells of links often, and looking at all of them takes a while where there are many. */
void uplinks_changed(struct control *c, const struct link *l)
{
	c->uplinks_changed |= !l || is_narrow(c, l) || (c->clamps && is_foreign(l));
}

void uplinks_way(struct control *c, unsigned mtu)
{
	c->uplinks_changed |= mtu < c->widest || c->clamps;
}

/* Whichever route it is, and of whichever table: the rules ask for each packet's own. */
static bool has_narrow_route(const struct control *c, int family, unsigned widest)
{
	unsigned mtu;

	return widest && route_least_mtu(c->nl, family, &mtu) == 0 && mtu && mtu < widest;
}

static bool has_narrow_way(const struct control *c)
{
	AUTO(mem_drop) struct link *links = NULL;
	size_t n = 0;

	if (!c->widest)
		return false;
	if (link_list(c->nl, 0, &links, &n) < 0)
		return c->clamps; /* nothing is known: no change */
	for (size_t i = 0; i < n; i++)
		if (links[i].up && is_narrow(c, &links[i]))
			return true;
	return has_narrow_route(c, AF_INET, c->widest) || has_narrow_route(c, AF_INET6, c->widest6);
}

bool uplinks_decide(struct control *c)
{
	c->uplinks_changed = false;
	c->widest = c->widest6 = 0;
	for (size_t i = 0; i < c->n_nets; i++) {
		const struct plan *p = c->nets[i]->live ? c->nets[i]->plan : NULL;

		if (p && mtu_of(p) > c->widest)
			c->widest = mtu_of(p);
		if (p && mtu6_of(p) > c->widest6)
			c->widest6 = mtu6_of(p);
	}
	c->clamps = has_narrow_way(c);
	return firewall_clamp(c->fw, c->clamps);
}

void uplinks_settle(struct control *c)
{
	struct err e;

	if (c->uplinks_changed && uplinks_decide(c) && firewall_commit(c->fw, NULL, 0, &e) < 0)
		log_error("firewall: the MSS of TCP: %s", e.detail);
}
