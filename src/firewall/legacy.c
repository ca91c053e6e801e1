/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "firewall/legacy.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/file.h"

enum { NAMES_MAX = 4096 };

#define TABLE "filter"

/* What the two families' entries differ in. The headers of questions and answers are the same. */
struct layout {
	int family, level;
	const char *names; /* the file that lists the tables that are loaded */
	size_t size, in, in_mask, out, out_mask, target_offset, next_offset;
};

#define LAYOUT(entry, part)                                                                                            \
	.size = sizeof(struct entry), .in = offsetof(struct entry, part.iniface),                                      \
	.in_mask = offsetof(struct entry, part.iniface_mask), .out = offsetof(struct entry, part.outiface),            \
	.out_mask = offsetof(struct entry, part.outiface_mask),                                                        \
	.target_offset = offsetof(struct entry, target_offset), .next_offset = offsetof(struct entry, next_offset)

static const struct layout layouts[] = {
	{ AF_INET, IPPROTO_IP, "/proc/net/ip_tables_names", LAYOUT(ipt_entry, ip) },
	{ AF_INET6, IPPROTO_IPV6, "/proc/net/ip6_tables_names", LAYOUT(ip6t_entry, ipv6) },
};
static_assert(sizeof(struct ipt_getinfo) == sizeof(struct ip6t_getinfo), "one question fits both");
static_assert((int)IPT_SO_GET_INFO == (int)IP6T_SO_GET_INFO && (int)IPT_SO_GET_ENTRIES == (int)IP6T_SO_GET_ENTRIES,
	      "one question fits both");

static bool is_loaded(const struct layout *l)
{
	AUTO(mem_drop) char *text = NULL;
	size_t len;

	return file_read(AT_FDCWD, l->names, NAMES_MAX, &text, &len) == 0 && strstr(text, TABLE);
}

/* The table's entries, one after the other; freed with mem_drop. */
static int read_table(const struct layout *l, struct ipt_getinfo *info, struct ipt_get_entries **ret)
{
	AUTO(fd_close) int fd = socket(l->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(*info);

	*info = (struct ipt_getinfo){ .name = TABLE };
	if (fd < 0 || getsockopt(fd, l->level, IPT_SO_GET_INFO, info, &len) < 0)
		return -errno;
	AUTO(mem_drop) struct ipt_get_entries *t = mem_array(1, sizeof(*t) + info->size);

	memcpy(t->name, TABLE, sizeof(TABLE));
	t->size = info->size;
	len = (socklen_t)(sizeof(*t) + info->size);
	if (getsockopt(fd, l->level, IPT_SO_GET_ENTRIES, t, &len) < 0)
		return -errno; /* -EAGAIN: it changed since */
	*ret = TAKE(t);
	return 0;
}

static uint16_t get_u16(const uint8_t *at)
{
	uint16_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

/* Does what stands at the end of the hook's chain drop? */
static bool drops(const struct layout *l, const struct ipt_getinfo *info, const uint8_t *entries, int hook)
{
	struct xt_standard_target t;
	size_t at = info->underflow[hook];

	if (at > info->size || info->size - at < l->size)
		return false;
	at += get_u16(entries + at + l->target_offset);
	if (at > info->size || info->size - at < sizeof(t))
		return false;
	memcpy(&t, entries + at, sizeof(t));
	return !t.target.u.user.name[0] && t.verdict == -NF_DROP - 1; /* a verdict that is no jump is -1 less it */
}

/* The mask has ones for each byte of the name that counts, none: any interface. */
static bool is_named(const uint8_t *name, const uint8_t *mask, const char *bridge)
{
	char padded[IFNAMSIZ] = "";
	size_t n = 0;

	memcpy(padded, bridge, strnlen(bridge, IFNAMSIZ - 1));
	while (n < IFNAMSIZ && mask[n])
		n++;
	return n && memcmp(name, padded, n) == 0;
}

/* Does this entry stand in the chain of another hook? Those of chains that somebody made may be for any. */
static bool is_of_another(const struct ipt_getinfo *info, size_t at, int hook)
{
	for (int i = 0; i < NF_INET_NUMHOOKS; i++)
		if (i != hook && info->valid_hooks & (1U << i) && at >= info->hook_entry[i] && at <= info->underflow[i])
			return true;
	return false;
}

static bool names_bridge(const struct layout *l, const struct ipt_getinfo *info, const uint8_t *entries, int hook,
			 const char *bridge)
{
	for (size_t at = 0; info->size - at >= l->size;) {
		const uint8_t *e = entries + at;
		size_t next = get_u16(e + l->next_offset);

		if (!is_of_another(info, at, hook) &&
		    (is_named(e + l->in, e + l->in_mask, bridge) || is_named(e + l->out, e + l->out_mask, bridge)))
			return true;
		if (next < l->size || next > info->size - at)
			break;
		at += next;
	}
	return false;
}

static int blocks_of(const struct layout *l, const struct pass_net *n, struct legacy_block *ret)
{
	AUTO(mem_drop) struct ipt_get_entries *t = NULL;
	struct ipt_getinfo info;
	int err = read_table(l, &info, &t), count = 0;

	if (err < 0)
		return err;
	const uint8_t *entries = (const uint8_t *)t->entrytable;

	for (int forward = n->forwards; forward >= 0; forward--) {
		int hook = forward ? NF_INET_FORWARD : NF_INET_LOCAL_IN;

		if (drops(l, &info, entries, hook) && !names_bridge(l, &info, entries, hook, n->bridge))
			ret[count++] = (struct legacy_block){ l->family, forward };
	}
	return count;
}

int legacy_blocks(const struct pass_net *n, struct legacy_block ret[LEGACY_PLACES])
{
	int count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
		int more = is_loaded(&layouts[i]) ? blocks_of(&layouts[i], n, ret + count) : 0;

		if (more < 0)
			return more;
		count += more;
	}
	return count;
}

static const char *program(const struct legacy_block *b)
{
	return b->family == AF_INET6 ? "ip6tables-legacy" : "iptables-legacy";
}

char *legacy_text(const struct legacy_block *b)
{
	return mem_printf("%s's chain %s (its policy: drop)", program(b), b->forward ? "FORWARD" : "INPUT");
}

char *legacy_remedy(const struct legacy_block *b, const struct pass_net *n)
{
	if (!b->forward)
		return mem_printf("%s -I INPUT -i %s -j ACCEPT", program(b), n->bridge);
	return mem_printf("%s -I FORWARD -i %s -j ACCEPT; %s -I FORWARD -o %s -j ACCEPT", program(b), n->bridge,
			  program(b), n->bridge);
}
