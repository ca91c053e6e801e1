/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dhcp4/scope.h"

#include <errno.h>

/* --- check --- */

static bool may_be_set(uint8_t code)
{
	switch (code) {
	case OPT_PAD:
	case OPT_REQUESTED:
	case OPT_LEASE_TIME: /* has a field of its own */
	case OPT_OVERLOAD:
	case OPT_TYPE:
	case OPT_SERVER_ID:
	case OPT_PARAMS:
	case OPT_MAX_SIZE:
	case OPT_CLIENT_ID:
	case OPT_RAPID_COMMIT:
	case OPT_RELAY_AGENT:
	case OPT_END:
		return false;
	default:
		return true;
	}
}

static bool opts_ok(const struct dhcp4_opt *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!may_be_set(v[i].code))
			return false;
	return true;
}

static bool extras_ok(const struct dhcp4_extra *v, size_t n)
{
	for (size_t i = 0; v && i < n; i++)
		if (!opts_ok(v[i].opts, v[i].n_opts))
			return false;
	return true;
}

int dhcp4_scope_check(const struct dhcp4_scope *s)
{
	return s->lease_s && opts_ok(s->opts, s->n_opts) && extras_ok(s->range_extra, s->rules.n_ranges) &&
		       extras_ok(s->host_extra, s->rules.n_hosts)
		   ? 0
		   : -EINVAL;
}

/* --- copy --- */

static struct dhcp4_opt *copy_opts(const struct dhcp4_opt *v, size_t n)
{
	struct dhcp4_opt *c = mem_array(n + 1, sizeof(*c));

	for (size_t i = 0; i < n; i++) {
		c[i] = v[i];
		c[i].value.p = mem_dup(v[i].value.p, v[i].value.len);
	}
	return c;
}

static void free_opts(const struct dhcp4_opt *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		mem_drop((void *)v[i].value.p);
	mem_drop((void *)v);
}

static struct dhcp4_extra *copy_extras(const struct dhcp4_extra *v, size_t n)
{
	struct dhcp4_extra *c = v ? mem_array(n + 1, sizeof(*c)) : NULL;

	for (size_t i = 0; v && i < n; i++) {
		c[i] = v[i];
		c[i].opts = v[i].n_opts ? copy_opts(v[i].opts, v[i].n_opts) : NULL;
	}
	return c;
}

static void free_extras(const struct dhcp4_extra *v, size_t n)
{
	for (size_t i = 0; v && i < n; i++)
		free_opts(v[i].opts, v[i].n_opts);
	mem_drop((void *)v);
}

static struct dhcp4_boot *copy_boots(const struct dhcp4_boot *v, size_t n)
{
	struct dhcp4_boot *c = mem_array(n + 1, sizeof(*c));

	for (size_t i = 0; i < n; i++) {
		c[i] = v[i];
		c[i].file = mem_strdup(v[i].file ?: "");
		c[i].server_name = mem_strdup(v[i].server_name ?: "");
	}
	return c;
}

/* The pool has its own copy of the hosts; of them the scope needs no more than their number. */
struct dhcp4_scope *dhcp4_scope_copy(const struct dhcp4_scope *s)
{
	struct dhcp4_scope *c = mem_new(struct dhcp4_scope);
	struct lease_range *ranges = mem_array(s->rules.n_ranges + 1, sizeof(*ranges));

	*c = *s;
	for (size_t i = 0; i < s->rules.n_ranges; i++)
		ranges[i] = s->rules.ranges[i];
	c->rules.ranges = ranges;
	c->rules.hosts = NULL;
	c->domain = mem_strdup(s->domain ?: "");
	c->opts = copy_opts(s->opts, s->n_opts);
	c->range_extra = copy_extras(s->range_extra, s->rules.n_ranges);
	c->host_extra = copy_extras(s->host_extra, s->rules.n_hosts);
	c->boots = copy_boots(s->boots, s->n_boots);
	return c;
}

void dhcp4_scope_free(struct dhcp4_scope *s)
{
	if (!s)
		return;
	free_opts(s->opts, s->n_opts);
	free_extras(s->range_extra, s->rules.n_ranges);
	free_extras(s->host_extra, s->rules.n_hosts);
	for (size_t i = 0; i < s->n_boots; i++) {
		mem_drop((char *)s->boots[i].file);
		mem_drop((char *)s->boots[i].server_name);
	}
	mem_drop((void *)s->boots);
	mem_drop((void *)s->rules.ranges);
	mem_drop((char *)s->domain);
	mem_drop(s);
}

/* --- look --- */

uint32_t dhcp4_scope_mask(const struct dhcp4_scope *s)
{
	return ~0U << (32 - s->rules.prefix_len); /* lease_pool_rules refuses a length of 0 */
}

const struct dhcp4_extra *dhcp4_scope_range(const struct dhcp4_scope *s, uint32_t addr)
{
	for (size_t i = 0; s->range_extra && i < s->rules.n_ranges; i++)
		if (addr >= s->rules.ranges[i].start && addr <= s->rules.ranges[i].end)
			return &s->range_extra[i];
	return NULL;
}

static bool starts_with(struct view v, const char *text)
{
	return v.len >= strlen(text) && memcmp(v.p, text, strlen(text)) == 0;
}

bool dhcp4_boots_by_http(const struct dhcp4_msg *m)
{
	return starts_with(m->vendor_class, "HTTPClient");
}

/* iPXE says so as plain text; by RFC 3004 s.4 each class has its length before it. */
static bool is_ipxe(const struct dhcp4_msg *m)
{
	return starts_with(m->user_class, "iPXE") || starts_with(m->user_class, "\4iPXE");
}

static bool has_arch(const struct dhcp4_msg *m, int arch)
{
	struct rd r = rd_make(m->archs.p, m->archs.len);

	if (arch < 0)
		return true;
	while (rd_left(&r) >= 2)
		if (rd_be16(&r) == arch)
			return true;
	return false;
}

const struct dhcp4_boot *dhcp4_scope_boot(const struct dhcp4_scope *s, const struct dhcp4_msg *m)
{
	bool ipxe = is_ipxe(m);

	for (size_t i = 0; i < s->n_boots; i++) {
		const struct dhcp4_boot *b = &s->boots[i];

		if (has_arch(m, b->arch) && (b->who == BOOT_ANY || (b->who == BOOT_IPXE) == ipxe))
			return b;
	}
	return NULL;
}
