/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kernel/ against the real kernel, in a network namespace of its own. */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/veth.h>

#include "kernel/link.h"
#include "kernel/request.h"
#include "kernel/routes.h"
#include "kernel/sysctl.h"
#include "kernel/tap.h"
#include "kernel/watch.h"

static struct netlink *nl;

static const struct bridge_attrs classic = {
	.name = "virbr0",
	.alias = "vnet:f7ab0a8c-5b1d-4e0a-9f5e-111111111111",
	.group = 0x766e,
	.mac = { { 0x52, 0x54, 0x00, 0xaa, 0xbb, 0xcc } },
	.mtu = 1400,
	.stp = true,
	.delay_cs = 0,
};

static int make_bridge(const char *name, bool stp, unsigned delay_cs)
{
	struct bridge_attrs a = { .stp = stp, .delay_cs = delay_cs };
	int index;

	snprintf(a.name, sizeof(a.name), "%s", name);
	assert_int_equal(link_create_bridge(nl, &a, &index), 0);
	return index;
}

static struct link look(int index)
{
	struct link l;

	assert_int_equal(link_get_index(nl, index, &l), 0);
	return l;
}

/* A veth pair, both ends up: what a guest's plug is to a bridge. Gives the index of the first. */
static int make_veth(const char *name, const char *peer)
{
	struct ifinfomsg ifi = { 0 };
	struct nl_msg *m = request_new(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &ifi, sizeof(ifi));
	struct link a, b;

	nla_put_string(m, IFLA_IFNAME, name);
	struct nlattr *info = nla_nest_start(m, IFLA_LINKINFO);
	nla_put_string(m, IFLA_INFO_KIND, "veth");
	struct nlattr *data = nla_nest_start(m, IFLA_INFO_DATA);
	struct nlattr *other = nla_nest_start(m, VETH_INFO_PEER);
	nlmsg_append(m, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	nla_put_string(m, IFLA_IFNAME, peer);
	nla_nest_end(m, other);
	nla_nest_end(m, data);
	nla_nest_end(m, info);
	assert_int_equal(request_send(nl, m, NULL, NULL), 0);
	assert_int_equal(link_get(nl, name, &a), 0);
	assert_int_equal(link_get(nl, peer, &b), 0);
	assert_int_equal(link_set_up(nl, a.index, true), 0);
	assert_int_equal(link_set_up(nl, b.index, true), 0);
	return a.index;
}

static void bridge_has_all_attributes(void **state)
{
	int index;

	(void)state;
	assert_int_equal(link_create_bridge(nl, &classic, &index), 0);
	struct link l = look(index);

	assert_string_equal(l.name, "virbr0");
	assert_string_equal(l.kind, "bridge");
	assert_string_equal(l.alias, classic.alias);
	assert_int_equal(l.group, classic.group);
	assert_true(mac_eq(&l.mac, &classic.mac));
	assert_int_equal(l.mtu, 1400);
	assert_false(l.up);
	assert_true(l.bridge.stp);
	assert_int_equal(l.bridge.delay_cs, 200); /* the kernel's least with STP on */
	assert_int_equal(link_create_bridge(nl, &classic, &index), -EEXIST);

	/* neither MAC nor MTU follow the ports */
	int port = make_veth("v0", "v0p");

	assert_int_equal(link_set_master(nl, port, index), 0);
	l = look(index);
	assert_true(mac_eq(&l.mac, &classic.mac));
	assert_int_equal(l.mtu, 1400);
	assert_int_equal(link_delete(nl, port), 0);
	assert_int_equal(link_delete(nl, index), 0);
	assert_int_equal(link_get(nl, "virbr0", &l), -ENODEV);
}

static void stp_and_delay_change_in_any_order(void **state)
{
	static const struct {
		const char *name;
		bool stp;
		unsigned delay_cs, want;
	} rows[] = {
		{ "off 0", false, 0, 0 },         { "on 0", true, 0, 200 },         { "on 0 again", true, 0, 200 },
		{ "on 15 s", true, 1500, 1500 },  { "on 60 s", true, 6000, 3000 },  { "off 60 s", false, 6000, 6000 },
		{ "on from 60 s", true, 0, 200 }, { "off 0 from on", false, 0, 0 },
	};
	int index = make_bridge("br", false, 0);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int err = link_set_bridge(nl, index, rows[i].stp, rows[i].delay_cs);
		struct link l = look(index);

		if (err || l.bridge.stp != rows[i].stp || l.bridge.delay_cs != rows[i].want)
			fail_msg("%s: %d, stp %d, delay %u", rows[i].name, err, l.bridge.stp, l.bridge.delay_cs);
	}
	assert_int_equal(link_delete(nl, index), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		index = make_bridge("br", rows[i].stp, rows[i].delay_cs);
		struct link l = look(index);

		if (l.bridge.stp != rows[i].stp || l.bridge.delay_cs != rows[i].want)
			fail_msg("create %s: stp %d, delay %u", rows[i].name, l.bridge.stp, l.bridge.delay_cs);
		assert_int_equal(link_delete(nl, index), 0);
	}
}

static void setters_set(void **state)
{
	struct mac mac = { { 0x52, 0x54, 0, 1, 2, 3 } };
	int index = make_bridge("br", false, 0);

	(void)state;
	assert_int_equal(link_set_mac(nl, index, &mac), 0);
	assert_int_equal(link_set_mtu(nl, index, 9000), 0);
	assert_int_equal(link_set_alias(nl, index, "vnet:x"), 0);
	assert_int_equal(link_set_up(nl, index, true), 0);
	struct link l = look(index);

	assert_true(mac_eq(&l.mac, &mac));
	assert_int_equal(l.mtu, 9000);
	assert_string_equal(l.alias, "vnet:x");
	assert_true(l.up);
	assert_int_equal(link_set_up(nl, index, false), 0);
	assert_false(look(index).up);
	assert_int_equal(link_delete(nl, index), 0);
	assert_int_equal(link_delete(nl, index), -ENODEV);
}

static void port_forwards_at_once(void **state)
{
	int br = make_bridge("br", true, 0), ours = make_veth("v0", "v0p"), theirs = make_veth("v1", "v1p");

	(void)state;
	assert_int_equal(link_set_up(nl, br, true), 0);
	assert_int_equal(link_attach_forwarding(nl, ours, br), 0);
	assert_int_equal(look(ours).master, br);
	assert_int_equal(look(ours).port.state, PORT_FORWARDING);
	assert_true(look(br).bridge.stp);

	assert_int_equal(link_set_master(nl, theirs, br), 0);
	assert_int_equal(look(theirs).port.state, PORT_LISTENING);
	assert_int_equal(link_attach_forwarding(nl, theirs, br), 0);
	assert_int_equal(look(theirs).port.state, PORT_FORWARDING);
	assert_int_equal(look(ours).port.state, PORT_FORWARDING);
	assert_true(look(br).bridge.stp);

	struct link *ports;
	size_t n;

	assert_int_equal(link_list(nl, br, &ports, &n), 0);
	assert_int_equal(n, 2);
	mem_drop(ports);
	assert_int_equal(link_delete(nl, ours), 0);
	assert_int_equal(link_delete(nl, theirs), 0);
	assert_int_equal(link_delete(nl, br), 0);
}

/* STP still does its work: of two links between two bridges one ends up blocking. */
static void loops_are_still_found(void **state)
{
	int a = make_bridge("bra", true, 0), b = make_bridge("brb", true, 0), blocked = 0;
	int ends[4] = { make_veth("v0", "v0p"), make_veth("v1", "v1p") };
	struct link l;

	(void)state;
	assert_int_equal(link_get(nl, "v0p", &l), 0);
	ends[2] = l.index;
	assert_int_equal(link_get(nl, "v1p", &l), 0);
	ends[3] = l.index;
	assert_int_equal(link_set_up(nl, a, true), 0);
	assert_int_equal(link_set_up(nl, b, true), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(link_attach_forwarding(nl, ends[i], i < 2 ? a : b), 0);
	for (int tries = 0; tries < 50 && !blocked; tries++) {
		usleep(100 * 1000);
		for (int i = 0; i < 4; i++)
			blocked += look(ends[i]).port.state == PORT_BLOCKING;
	}
	assert_int_equal(blocked, 1);
	assert_int_equal(link_delete(nl, ends[0]), 0);
	assert_int_equal(link_delete(nl, ends[1]), 0);
	assert_int_equal(link_delete(nl, a), 0);
	assert_int_equal(link_delete(nl, b), 0);
}

static struct prefix prefix_of(const char *ip, unsigned len)
{
	struct prefix p = { .len = len };

	assert_int_equal(ip_parse(ip, &p.ip), 0);
	return p;
}

static size_t count_routes(struct routes *r, bool anew, int oif, const struct prefix *dst)
{
	const struct route *v;
	size_t n, count = 0;

	assert_int_equal(routes_list(r, nl, anew, &v, &n), 0);
	for (size_t i = 0; i < n; i++)
		count += v[i].oif == oif && prefix_eq(&v[i].dst, dst);
	return count;
}

/* What comes is heard of; what goes is gone when all are read anew; and those that came and went do not pile up. */
static void routes_are_kept(void **state)
{
	enum { MANY = 5000 };
	struct prefix v4 = prefix_of("192.168.122.1", 24), v6 = prefix_of("fd00::1", 64);
	struct routes *r;
	struct err e;
	const struct route *v;
	size_t n;

	(void)state;
	assert_int_equal(routes_open(&r, &e), 0);
	assert_int_equal(routes_list(r, nl, false, &v, &n), 0);
	int index = make_bridge("br", false, 0);

	assert_int_equal(addr_add(nl, index, &v4), 0);
	assert_int_equal(addr_add(nl, index, &v6), 0);
	assert_int_equal(link_set_up(nl, index, true), 0);
	assert_int_equal(count_routes(r, false, index, &v4), 1);
	assert_int_equal(count_routes(r, false, index, &v6), 1);

	struct route other = { .dst = prefix_of("10.9.0.0", 16), .oif = index };

	for (int i = 0; i < MANY; i++) { /* more than is kept, and than the socket has room for */
		assert_int_equal(route_add(nl, &other), 0);
		assert_int_equal(route_del(nl, &other), 0);
	}
	assert_int_equal(routes_list(r, nl, false, &v, &n), 0);
	assert_true(n < MANY);
	assert_int_equal(count_routes(r, false, index, &v4), 1);
	assert_int_equal(count_routes(r, true, index, &other.dst), 0);

	assert_int_equal(link_delete(nl, index), 0);
	assert_int_equal(count_routes(r, true, index, &v4), 0);
	routes_free(r);
}

static void addresses_and_routes_show(void **state)
{
	struct prefix v4 = prefix_of("192.168.122.1", 24), v6 = prefix_of("fd00::1", 64), *addrs;
	int index = make_bridge("br", false, 0);
	struct route *routes;
	size_t n, connected = 0;

	(void)state;
	assert_int_equal(addr_add(nl, index, &v4), 0);
	assert_int_equal(addr_add(nl, index, &v4), -EEXIST);
	assert_int_equal(addr_add(nl, index, &v6), 0);
	assert_int_equal(link_set_up(nl, index, true), 0);
	assert_int_equal(addr_list(nl, index, &addrs, &n), 0);
	assert_int_equal(n, 2);
	assert_true(ip_eq(&addrs[0].ip, &v4.ip) && addrs[0].len == 24);
	assert_true(ip_eq(&addrs[1].ip, &v6.ip) && addrs[1].len == 64);
	mem_drop(addrs);

	assert_int_equal(route_list(nl, 0, &routes, &n), 0);
	for (size_t i = 0; i < n; i++)
		connected += routes[i].oif == index && routes[i].link_scope &&
			     (prefix_eq(&routes[i].dst, &v4) || prefix_eq(&routes[i].dst, &v6));
	mem_drop(routes);
	assert_int_equal(connected, 2);

	struct route via = { .dst = prefix_of("10.9.0.0", 16), .oif = index, .metric = 7 };

	via.gateway = prefix_of("192.168.122.9", 24).ip;
	assert_int_equal(route_add(nl, &via), 0);
	assert_int_equal(route_add(nl, &via), -EEXIST);
	assert_int_equal(route_list(nl, index, &routes, &n), 0);
	connected = 0;
	for (size_t i = 0; i < n; i++)
		connected += prefix_eq(&routes[i].dst, &via.dst) && ip_eq(&routes[i].gateway, &via.gateway) &&
			     routes[i].metric == 7 && !routes[i].link_scope;
	mem_drop(routes);
	assert_int_equal(connected, 1);
	assert_int_equal(route_del(nl, &via), 0);
	assert_int_equal(route_del(nl, &via), -ESRCH);
	via.gateway = prefix_of("192.0.2.1", 24).ip;
	assert_int_equal(route_add(nl, &via), -ENETUNREACH);

	assert_int_equal(addr_del(nl, index, &v4), 0);
	assert_int_equal(addr_del(nl, index, &v4), -EADDRNOTAVAIL);
	assert_int_equal(link_delete(nl, index), 0);
}

static unsigned least_mtu(int family)
{
	unsigned mtu;

	assert_int_equal(route_least_mtu(nl, family, &mtu), 0);
	return mtu;
}

static void routes_with_several_ways_and_narrow_ones_show(void **state)
{
	struct prefix v4 = prefix_of("192.168.122.1", 24), dst = prefix_of("10.9.0.0", 16);
	int index = make_bridge("br", false, 0);
	struct route *routes;
	size_t n, hops = 0;
	struct link l;

	(void)state;
	assert_int_equal(addr_add(nl, index, &v4), 0);
	assert_int_equal(link_set_up(nl, index, true), 0);
	assert_int_equal(least_mtu(AF_INET), 0);
	assert_int_equal(
	    system("ip route add 10.9.0.0/16 mtu 1400 nexthop via 192.168.122.8 nexthop via 192.168.122.9 && "
		   "ip route add 10.10.0.0/16 via 192.168.122.9 mtu 1300 table 77 && "
		   "ip route add unreachable 10.11.0.0/16 mtu 1290"),
	    0);
	assert_int_equal(route_list(nl, index, &routes, &n), 0);
	for (size_t i = 0; i < n; i++)
		hops +=
		    prefix_eq(&routes[i].dst, &dst) && routes[i].oif == index && routes[i].gateway.family == AF_INET;
	mem_drop(routes);
	assert_int_equal(hops, 2);
	assert_int_equal(least_mtu(AF_INET), 1300);
	assert_int_equal(least_mtu(AF_INET6), 0);
	assert_int_equal(link_get(nl, "br", &l), 0);
	assert_true(l.mtu == 1500 && l.mtu6 == 1500);
	assert_int_equal(sysctl_set("net/ipv6/conf/br/mtu", "1280"), 0);
	assert_int_equal(link_get(nl, "br", &l), 0);
	assert_true(l.mtu == 1500 && l.mtu6 == 1280);
	assert_int_equal(link_delete(nl, index), 0);
}

static void kernel_says_why(void **state)
{
	int index = make_bridge("br", false, 0);

	(void)state;
	assert_int_equal(link_set_mtu(nl, index, 10), -EINVAL);
	assert_string_equal(netlink_why(nl), "mtu less than device minimum");
	assert_int_equal(link_delete(nl, index), 0);
	assert_int_equal(link_set_up(nl, 4711, true), -ENODEV);
}

static void taps_come_and_stay(void **state)
{
	struct tap_attrs a = { .name = "vnet%d", .owner = getuid(), .multi_queue = true };
	char name[IFNAMSIZ], again[IFNAMSIZ];
	struct link l;
	int fd = tap_create(&a, name);

	(void)state;
	if (fd == -ENOENT || fd == -EPERM || fd == -EACCES) {
		print_message("skip taps: /dev/net/tun: %s\n", strerror(-fd));
		skip();
	}
	assert_true(fd >= 0);
	assert_string_equal(name, "vnet0");
	int queue = tap_open_queue(name);

	assert_true(queue >= 0);
	assert_int_equal(tap_set_persist(fd), 0);
	close(queue);
	close(fd);
	assert_int_equal(link_get(nl, name, &l), 0);
	assert_string_equal(l.kind, "tun");
	assert_true(l.tun.tap && l.tun.persist);
	assert_int_equal(l.tun.owner, getuid());
	snprintf(a.name, sizeof(a.name), "vnet0");
	assert_int_equal(tap_create(&a, again), -EBUSY);
	assert_int_equal(tap_open_queue("vnet7"), -ENODEV);
	assert_int_equal(link_delete(nl, l.index), 0);

	fd = tap_create(&(struct tap_attrs){ .name = "t0", .owner = TAP_NO_OWNER }, name);
	assert_true(fd >= 0);
	assert_int_equal(link_get(nl, "t0", &l), 0);
	assert_true(l.tun.owner == UINT32_MAX && !l.tun.persist);
	close(fd);
	assert_int_equal(link_get(nl, "t0", &l), -ENODEV);
}

/* A tap waits for its machine: it is attached without carrier, and forwards soon after it is opened. */
static void tap_forwards_when_opened(void **state)
{
	AUTO(watch_free) struct watch *w = NULL;
	struct err e = { 0 };
	struct watch_event ev;
	char name[IFNAMSIZ];
	struct link tap;
	bool listened = false;
	int br = make_bridge("br", true, 0);
	int fd = tap_create(&(struct tap_attrs){ .name = "vnet%d", .owner = TAP_NO_OWNER, .multi_queue = true }, name);

	(void)state;
	if (fd < 0) {
		assert_int_equal(link_delete(nl, br), 0);
		skip();
	}
	assert_int_equal(tap_set_persist(fd), 0);
	close(fd);
	assert_int_equal(link_get(nl, name, &tap), 0);
	assert_int_equal(link_set_up(nl, br, true), 0);
	assert_int_equal(link_set_up(nl, tap.index, true), 0);
	assert_int_equal(link_attach_forwarding(nl, tap.index, br), 0);
	assert_int_equal(look(tap.index).port.state, PORT_DISABLED);

	assert_int_equal(watch_open(&w, &e), 0);
	fd = tap_open_queue(name);
	assert_true(fd >= 0);
	struct pollfd p = { .fd = watch_fd(w), .events = POLLIN };

	while (!listened && poll(&p, 1, 2000) == 1)
		while (watch_next(w, &ev) == 1)
			listened |= ev.link.index == tap.index && ev.link.port.state == PORT_LISTENING;
	assert_true(listened);
	assert_int_equal(link_attach_forwarding(nl, tap.index, br), 0);
	assert_int_equal(look(tap.index).port.state, PORT_FORWARDING);
	close(fd);
	assert_int_equal(link_delete(nl, tap.index), 0);
	assert_int_equal(link_delete(nl, br), 0);
}

static void sysctls_are_this_namespaces(void **state)
{
	char value[32];
	int index = make_bridge("br", false, 0);

	(void)state;
	assert_int_equal(sysctl_set("net/ipv4/ip_forward", "1"), 0);
	assert_int_equal(sysctl_get("net/ipv4/ip_forward", value, sizeof(value)), 0);
	assert_string_equal(value, "1");
	assert_int_equal(sysctl_set("net/ipv6/conf/br/accept_ra", "0"), 0);
	assert_int_equal(sysctl_set("net/ipv6/conf/nobody/accept_ra", "0"), -ENOENT);
	assert_int_equal(link_delete(nl, index), 0);
}

static bool saw(struct watch *w, int index, bool gone, int master)
{
	struct watch_event ev;
	bool found = false;

	while (watch_next(w, &ev) == 1)
		found |= ev.link.index == index && ev.gone == gone && ev.link.master == master;
	return found;
}

static void watch_tells_changes(void **state)
{
	AUTO(watch_free) struct watch *w = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(watch_open(&w, &e), 0);
	int br = make_bridge("br", false, 0), port = make_veth("v0", "v0p");

	assert_true(saw(w, port, false, 0));
	assert_int_equal(link_set_master(nl, port, br), 0);
	assert_true(saw(w, port, false, br));
	assert_int_equal(link_set_master(nl, port, 0), 0);
	struct watch_event ev;
	int events = 0;

	while (watch_next(w, &ev) == 1) {
		assert_false(ev.gone); /* leaving the bridge is not leaving the world */
		events += ev.link.index == port && ev.link.master == 0;
	}
	assert_true(events > 0);
	assert_int_equal(link_delete(nl, port), 0);
	assert_true(saw(w, port, true, 0));
	assert_int_equal(link_delete(nl, br), 0);
}

/* Reads all that is there: how often that device lost something, how often forwarding was switched off. */
static void count_losses(struct watch *w, int device, int *ret_device, int *ret_host)
{
	struct watch_event ev;

	*ret_device = *ret_host = 0;
	while (watch_next(w, &ev) == 1) {
		*ret_device += ev.device == device;
		*ret_host += ev.host;
	}
}

static void watch_tells_what_is_taken_away(void **state)
{
	AUTO(watch_free) struct watch *w = NULL;
	struct err e = { 0 };
	int br = make_bridge("br", false, 0), device, host;
	struct prefix addr = prefix_of("192.168.122.1", 24);
	struct route via = { .dst = prefix_of("10.9.0.0", 16), .oif = br, .metric = 7 };

	(void)state;
	via.gateway = prefix_of("192.168.122.9", 24).ip;
	assert_int_equal(link_set_up(nl, br, true), 0);
	assert_int_equal(sysctl_set("net/ipv4/ip_forward", "1"), 0);
	assert_int_equal(watch_open(&w, &e), 0);
	assert_int_equal(addr_add(nl, br, &addr), 0);
	assert_int_equal(route_add(nl, &via), 0);
	count_losses(w, br, &device, &host);
	assert_int_equal(device + host, 0); /* what comes is nobody's loss */
	assert_int_equal(route_del(nl, &via), 0);
	count_losses(w, br, &device, &host);
	assert_true(device == 1 && host == 0);
	assert_int_equal(addr_del(nl, br, &addr), 0);
	count_losses(w, br, &device, &host);
	assert_true(device == 1 && host == 0);
	assert_int_equal(sysctl_set("net/ipv4/ip_forward", "0"), 0);
	count_losses(w, br, &device, &host);
	assert_true(device == 0 && host == 1);
	assert_int_equal(sysctl_set("net/ipv4/ip_forward", "1"), 0);
	count_losses(w, br, &device, &host);
	assert_int_equal(host, 0);
	assert_int_equal(link_delete(nl, br), 0);
}

static int count_ways(struct watch *w)
{
	struct watch_event ev;
	int n = 0;

	while (watch_next(w, &ev) == 1)
		n += ev.way;
	return n;
}

static void watch_tells_of_the_default_route(void **state)
{
	AUTO(watch_free) struct watch *w = NULL;
	struct err e = { 0 };
	int br = make_bridge("br", false, 0);
	struct prefix addr = prefix_of("192.168.122.1", 24);
	struct route other = { .dst = prefix_of("10.9.0.0", 16), .oif = br },
		     way = { .dst = prefix_of("0.0.0.0", 0), .oif = br };

	(void)state;
	other.gateway = way.gateway = prefix_of("192.168.122.9", 24).ip;
	assert_int_equal(link_set_up(nl, br, true), 0);
	assert_int_equal(addr_add(nl, br, &addr), 0);
	assert_int_equal(watch_open(&w, &e), 0);
	assert_int_equal(route_add(nl, &other), 0);
	assert_int_equal(route_del(nl, &other), 0);
	assert_int_equal(count_ways(w), 0);
	assert_int_equal(route_add(nl, &way), 0);
	assert_int_equal(count_ways(w), 1);
	assert_int_equal(route_del(nl, &way), 0);
	assert_int_equal(count_ways(w), 1);
	assert_int_equal(link_delete(nl, br), 0);
}

static void watch_tells_overrun(void **state)
{
	AUTO(watch_free) struct watch *w = NULL;
	struct err e = { 0 };
	struct watch_event ev;
	bool overrun = false;
	int index = make_bridge("br", false, 0), room = 1;

	(void)state;
	assert_int_equal(watch_open(&w, &e), 0);
	assert_int_equal(setsockopt(watch_fd(w), SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)), 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(link_set_mtu(nl, index, 1400 + (unsigned)i), 0);
	while (watch_next(w, &ev) == 1)
		overrun |= ev.overrun;
	assert_true(overrun);
	assert_int_equal(link_delete(nl, index), 0);
}

/* More than one datagram of a dump. */
static void three_hundred_links(void **state)
{
	struct link *links;
	size_t n, ours = 0;
	char name[IFNAMSIZ];

	(void)state;
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "b%d", i);
		make_bridge(name, true, 0);
	}
	assert_int_equal(link_list(nl, 0, &links, &n), 0);
	for (size_t i = 0; i < n; i++)
		ours += strcmp(links[i].kind, "bridge") == 0 && links[i].bridge.stp;
	mem_drop(links);
	assert_int_equal(ours, 300);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(bridge_has_all_attributes),
		cmocka_unit_test(stp_and_delay_change_in_any_order),
		cmocka_unit_test(setters_set),
		cmocka_unit_test(port_forwards_at_once),
		cmocka_unit_test(loops_are_still_found),
		cmocka_unit_test(routes_are_kept),
		cmocka_unit_test(addresses_and_routes_show),
		cmocka_unit_test(routes_with_several_ways_and_narrow_ones_show),
		cmocka_unit_test(kernel_says_why),
		cmocka_unit_test(taps_come_and_stay),
		cmocka_unit_test(tap_forwards_when_opened),
		cmocka_unit_test(sysctls_are_this_namespaces),
		cmocka_unit_test(watch_tells_changes),
		cmocka_unit_test(watch_tells_what_is_taken_away),
		cmocka_unit_test(watch_tells_of_the_default_route),
		cmocka_unit_test(watch_tells_overrun),
		cmocka_unit_test(three_hundred_links),
	};
	struct err e = { 0 };

	if (unshare(CLONE_NEWNET) < 0) {
		printf("skip test_kernel: unshare: %s\n", strerror(errno));
		return 77;
	}
	if (netlink_open(&nl, &e) < 0) {
		printf("not ok test_kernel: %s\n", e.detail);
		return 1;
	}
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	netlink_free(nl);
	return failed;
}
