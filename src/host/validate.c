/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/validate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "firewall/legacy.h"
#include "host/udp.h"
#include "kernel/link.h"
#include "kernel/sysctl.h"

enum { DHCP_SERVER_PORT = 67 };

static void __attribute__((format(printf, 5, 0)))
add(struct host_report *r, enum host_level level, const char *what, const char *remedy, const char *fmt, va_list ap)
{
	struct host_check *c = mem_push(r->v, r->n);
	char found[512];

	vsnprintf(found, sizeof(found), fmt, ap);
	*c = (struct host_check){ level, what, mem_strdup(found), mem_strdup(remedy) };
}

void host_pass(struct host_report *r, const char *what, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(r, HOST_PASS, what, NULL, fmt, ap);
	va_end(ap);
}

void host_warn(struct host_report *r, const char *what, const char *remedy, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(r, HOST_WARN, what, remedy, fmt, ap);
	va_end(ap);
}

void host_fail(struct host_report *r, const char *what, const char *remedy, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(r, HOST_FAIL, what, remedy, fmt, ap);
	va_end(ap);
}

void host_report_clear(struct host_report *r)
{
	for (size_t i = 0; i < r->n; i++) {
		mem_drop(r->v[i].found);
		mem_drop(r->v[i].remedy);
	}
	mem_drop(r->v);
	*r = (struct host_report){ 0 };
}

static bool may_not(int err)
{
	return err == -EPERM || err == -EACCES;
}

static void check_tun(struct host_report *r)
{
	AUTO(fd_close) int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		host_pass(r, "tun", "taps can be made");
	else if (may_not(-errno))
		host_warn(r, "tun", "ask as root", "/dev/net/tun: %s", strerror(errno));
	else
		host_fail(r, "tun", "modprobe tun", "no taps: /dev/net/tun: %s", strerror(errno));
}

static void check_bridge(struct netlink *nl, struct host_report *r)
{
	int err = link_probe_bridge(nl);

	if (err == 0)
		host_pass(r, "bridge", "bridges can be made");
	else if (may_not(err))
		host_warn(r, "bridge", "ask as root", "bridges: %s", strerror(-err));
	else
		host_fail(r, "bridge", "modprobe bridge", "no bridges: %s", strerror(-err));
}

static void check_forwarding(struct host_report *r, const char *family, const char *key)
{
	AUTO(mem_drop) char *path = mem_printf("/proc/sys/%s", key);
	char value[16];
	int err = sysctl_get(key, value, sizeof(value));

	if (err < 0)
		host_warn(r, "forwarding", "networks without addresses of that family work all the same",
			  "this kernel has no %s: %s", family, strerror(-err));
	else if (value[0] != '0')
		host_pass(r, "forwarding", "%s is forwarded", family);
	else if (access(path, W_OK) == 0)
		host_pass(r, "forwarding", "%s is not forwarded; the first network that needs it switches it on",
			  family);
	else if (errno == EROFS)
		host_fail(r, "forwarding", "set it where this container was made", "%s is read-only and off", path);
	else
		host_warn(r, "forwarding", "ask as root", "%s is not forwarded; whether it can be is root's to know",
			  family);
}

static bool is_on(const char *key)
{
	char value[16];

	return sysctl_get(key, value, sizeof(value)) == 0 && value[0] != '0';
}

static void check_bridged(struct host_report *r)
{
	if (is_on("net/bridge/bridge-nf-call-iptables"))
		host_pass(r, "bridge",
			  "what guests of one network say to each other passes the firewalls too "
			  "(net.bridge.bridge-nf-call-iptables)");
}

static bool is_told(const struct block *told, size_t n, const struct block *b)
{
	for (size_t i = 0; i < n; i++)
		if (told[i].base == b->base)
			return true;
	return false;
}

static void tell_stopped(struct host_report *r, const char *what, const char *how, bool forward)
{
	host_warn(r, "firewall", how, "%s stops %s", what,
		  forward ? "guests' packets to and from other networks" : "guests' questions to the host (DNS)");
}

static void tell_block(const struct host_question *q, const struct block *b, const struct pass_net *n,
		       struct host_report *r)
{
	AUTO(mem_drop) char *what = block_text(b), *how = block_remedy(b, n);

	if (b->place && q->passes)
		host_pass(r, "firewall", "%s drops what it does not know; rules of ours let networks pass", what);
	else
		tell_stopped(r, what, how, b->base->hook == FOREIGN_FORWARD);
}

static bool is_told_legacy(const struct legacy_block *told, size_t n, const struct legacy_block *b)
{
	for (size_t i = 0; i < n; i++)
		if (told[i].family == b->family && told[i].forward == b->forward)
			return true;
	return false;
}

/* iptables' older half, whose rules nf_tables does not show. */
static size_t check_legacy(const struct pass_net *n, struct legacy_block told[LEGACY_PLACES], size_t n_told,
			   struct host_report *r)
{
	struct legacy_block v[LEGACY_PLACES];
	int count = legacy_blocks(n, v);

	if (count < 0)
		host_warn(r, "firewall", "iptables-legacy -S", "iptables-legacy's rules can't be read: %s",
			  strerror(-count));
	for (int i = 0; i < count; i++) {
		AUTO(mem_drop) char *what = legacy_text(&v[i]), *how = legacy_remedy(&v[i], n);

		if (is_told_legacy(told, n_told, &v[i]))
			continue;
		tell_stopped(r, what, how, v[i].forward);
		told[n_told++] = v[i];
	}
	return n_told;
}

static void check_libvirt(const struct foreign *f, struct host_report *r)
{
	for (size_t i = 0; i < f->n_tables; i++) {
		if (strcmp(f->tables[i].name, "libvirt_network") != 0 &&
		    !foreign_chain_find(&f->tables[i], "LIBVIRT_FWX"))
			continue;
		host_warn(r, "libvirt", "'vnet import' takes them over",
			  "libvirt's own networks run here: bridges and subnets of ours must be others");
		return;
	}
}

/* Each chain is told of once, for the first network that it stops. */
static void check_firewalls(const struct host_question *q, struct host_report *r)
{
	static const struct pass_net someone = { "virbr0", true };
	AUTO(foreign_free) struct foreign *f = NULL;
	AUTO(mem_drop) struct block *told = NULL;
	struct legacy_block legacy[LEGACY_PLACES];
	size_t n_told = 0, n_legacy = 0;
	int err = q->fw ? foreign_read(q->fw, &f) : -EPERM;
	struct block b;

	if (may_not(err))
		host_warn(r, "nf_tables", "ask as root", "rules are root's to see");
	else if (err < 0)
		host_fail(r, "nf_tables", "modprobe nf_tables", "rules can't be read: %s", strerror(-err));
	if (err < 0)
		return;
	host_pass(r, "nf_tables", "rules can be read and made");
	for (size_t i = 0; i < (q->n_nets ? q->n_nets : 1); i++) {
		const struct pass_net *n = q->n_nets ? &q->nets[i] : &someone;

		for (size_t pos = 0; block_next(f, n, &pos, &b);) {
			if (!is_told(told, n_told, &b))
				tell_block(q, &b, n, r);
			*mem_push(told, n_told) = b;
		}
		n_legacy = check_legacy(n, legacy, n_legacy, r);
	}
	if (!n_told && !n_legacy)
		host_pass(r, "firewall", "no other firewall stops our networks");
	check_libvirt(f, r);
}

static bool is_ours(struct netlink *nl, int device)
{
	struct link l;

	return device && link_get_index(nl, device, &l) == 0 && (l.group == FW_GROUP || l.group == FW_GROUP_OPEN);
}

static void check_dhcp(struct netlink *nl, struct host_report *r)
{
	AUTO(mem_drop) struct udp_listener *v = NULL;
	size_t n = 0, bound = 0;
	int err = udp_listeners(DHCP_SERVER_PORT, &v, &n);

	if (err < 0) {
		host_warn(r, "dhcp", NULL, "other DHCP servers: %s", strerror(-err));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (v[i].any && !v[i].device) {
			host_warn(r, "dhcp",
				  "'ss -lunp sport = :67' names it; let it listen on its own interfaces only "
				  "(dnsmasq: bind-interfaces)",
				  "another DHCP server listens on all interfaces: it may answer our guests");
			return;
		}
		bound += !is_ours(nl, v[i].device);
	}
	if (bound)
		host_pass(r, "dhcp", "other DHCP servers listen on interfaces or addresses of their own");
	else
		host_pass(r, "dhcp", "no other DHCP server listens here");
}

void host_validate(const struct host_question *q, struct host_report *ret)
{
	check_tun(ret);
	check_bridge(q->nl, ret);
	check_bridged(ret);
	check_forwarding(ret, "IPv4", "net/ipv4/ip_forward");
	check_forwarding(ret, "IPv6", "net/ipv6/conf/all/forwarding");
	check_firewalls(q, ret);
	check_dhcp(q->nl, ret);
}
