/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/addr.h"
#include "base/log.h"
#include "base/mem.h"

enum { DNS_PORT = 53, DHCP_SERVER_PORT = 67, TFTP_PORT = 69, DHCP6_SERVER_PORT = 547 };
enum {
	TCP_BACKLOG = 64,
	DHCP_RECEIVE_BUFFER = 4 << 20, /* what comes while a slow disk syncs */
	BRIDGES_RECEIVE_BUFFER = 8 << 20,
};
enum { SOCKS_OF_DHCP_AND_RA = 5 /* DHCPv4 has three, RA and DHCPv6 one each */ };

/* Untagged IPv4 UDP to port 67, first fragments only: all that guestd ever wants to see of a bridge. */
static const struct sock_filter dhcp_filter[] = {
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (unsigned)(SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 9),
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 7),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 23),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 5),
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 20),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 3, 0),
	BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14),
	BPF_STMT(BPF_LD | BPF_H | BPF_IND, 16),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DHCP_SERVER_PORT, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, 0),
	BPF_STMT(BPF_RET | BPF_K, 0x40000),
};

/* Untagged ARP answers to our own address: what says that somebody has an address that guestd asked for. */
static const struct sock_filter arp_filter[] = {
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (unsigned)(SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 5),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_HOST, 0, 3),
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 20),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARPOP_REPLY, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, 0x40000),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

static const struct sock_filter drop_filter[] = { BPF_STMT(BPF_RET | BPF_K, 0) };

static int attach_filter(int fd, const struct sock_filter *f, size_t n)
{
	struct sock_fprog prog = { .len = (unsigned short)n, .filter = (struct sock_filter *)f };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog));
}

static int set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

/* DHCP is read from a packet socket: the host's own firewall can't stop it, and replies to guests that have no address
 * yet can be built. Bound last, so nothing unfiltered gets in. */
static int open_packet(const struct guest_scope *scope, uint16_t protocol, const struct sock_filter *filter, size_t n)
{
	AUTO(fd_close) int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr_ll a = { .sll_family = AF_PACKET,
				 .sll_protocol = htons(protocol),
				 .sll_ifindex = (int)scope->ifindex };

	if (fd < 0 || attach_filter(fd, filter, n) < 0 || set_int(fd, SOL_PACKET, PACKET_AUXDATA, 1) < 0 ||
	    bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		return -errno;
	set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, DHCP_RECEIVE_BUFFER); /* smaller is slower, not wrong */
	return TAKE_FD(fd);
}

static int open_inet(const struct guest_scope *scope, int type, const struct ip *ip, uint16_t port)
{
	AUTO(fd_close) int fd = socket(ip->family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_scope_id = scope->ifindex };
	const struct sockaddr *a = ip->family == AF_INET ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6;

	memcpy(&v4.sin_addr, ip->b, sizeof(v4.sin_addr));
	memcpy(&v6.sin6_addr, ip->b, sizeof(v6.sin6_addr));
	/* A restarted vnetd may hand over new sockets while guestd still listens on those of its predecessor. */
	if (fd < 0 || set_int(fd, SOL_SOCKET, type == SOCK_STREAM ? SO_REUSEPORT : SO_REUSEADDR, 1) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, scope->bridge, (socklen_t)strlen(scope->bridge) + 1) < 0 ||
	    set_int(fd, IPPROTO_IP, IP_FREEBIND, 1) < 0 ||
	    (ip->family == AF_INET6 && set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) < 0) ||
	    bind(fd, a, ip->family == AF_INET ? sizeof(v4) : sizeof(v6)) < 0)
		return -errno;
	if (type == SOCK_STREAM && listen(fd, TCP_BACKLOG) < 0)
		return -errno;
	return TAKE_FD(fd);
}

/* Of all neighbours' tables, only bridges' tables of MACs. The family is the first byte behind the header. */
static const struct sock_filter bridges_filter[] = {
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, sizeof(struct nlmsghdr)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_BRIDGE, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, 0x40000),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

int guest_bridges_open(void)
{
	AUTO(fd_close) int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct sockaddr_nl a = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_NEIGH };

	if (fd < 0 || attach_filter(fd, bridges_filter, ARRAY_SIZE(bridges_filter)) < 0 ||
	    bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		return -errno;
	set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, BRIDGES_RECEIVE_BUFFER);
	return TAKE_FD(fd);
}

static void keep(struct guest_sockets *s, guest_sock_kind kind, int fd)
{
	s->kinds[s->n] = kind;
	s->fds[s->n++] = fd;
}

static int add_dhcp(const struct guest_scope *scope, struct guest_sockets *s, struct err *e)
{
	int fd = open_packet(scope, ETH_P_IP, dhcp_filter, ARRAY_SIZE(dhcp_filter));

	if (fd < 0)
		return err_sys(e, fd, "listen for DHCP on '%s'", scope->bridge);
	keep(s, GUEST_SOCK_DHCP4, fd);
	fd = open_packet(scope, ETH_P_ARP, arp_filter, ARRAY_SIZE(arp_filter));
	if (fd < 0)
		return err_sys(e, fd, "listen for ARP on '%s'", scope->bridge);
	keep(s, GUEST_SOCK_ARP, fd);
	/* Without a UDP socket the kernel answers a renewing guest with port unreachable. If somebody else has the
	 * port it does not, so then ours is not needed. */
	fd = open_inet(scope, SOCK_DGRAM, &(struct ip){ .family = AF_INET }, DHCP_SERVER_PORT);
	if (fd < 0) {
		log_warn("dhcp: %s: another program listens on UDP port %d: %s", scope->bridge, DHCP_SERVER_PORT,
			 strerror(-fd));
		return 0;
	}
	attach_filter(fd, drop_filter, ARRAY_SIZE(drop_filter));
	keep(s, GUEST_SOCK_DHCP4_HOLD, fd);
	return 0;
}

static int join(int fd, const struct guest_scope *scope, const char *group)
{
	struct ipv6_mreq m = { .ipv6mr_interface = scope->ifindex };
	struct ip ip;

	ip_parse(group, &ip);
	memcpy(&m.ipv6mr_multiaddr, ip.b, sizeof(m.ipv6mr_multiaddr));
	return setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &m, sizeof(m));
}

/* Solicitations alone; who forwards is in the group of all routers anyhow, an isolated network's host is not. */
static int add_ra(const struct guest_scope *scope, struct guest_sockets *s, struct err *e)
{
	AUTO(fd_close) int fd = socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMPV6);
	struct icmp6_filter only;

	ICMP6_FILTER_SETBLOCKALL(&only);
	ICMP6_FILTER_SETPASS(ND_ROUTER_SOLICIT, &only);
	if (fd < 0 || setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &only, sizeof(only)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, scope->bridge, (socklen_t)strlen(scope->bridge) + 1) < 0 ||
	    join(fd, scope, "ff02::2") < 0)
		return err_sys(e, -errno, "listen for router solicitations on '%s'", scope->bridge);
	keep(s, GUEST_SOCK_RA, TAKE_FD(fd));
	return 0;
}

static int add_dhcp6(const struct guest_scope *scope, struct guest_sockets *s, struct err *e)
{
	AUTO(fd_close)
	int fd = open_inet(scope, SOCK_DGRAM, &(struct ip){ .family = AF_INET6 }, DHCP6_SERVER_PORT);

	if (fd < 0)
		return err_sys(e, fd, "listen for DHCPv6 on '%s'", scope->bridge);
	if (join(fd, scope, "ff02::1:2") < 0)
		return err_sys(e, -errno, "listen for DHCPv6 on '%s': join ff02::1:2", scope->bridge);
	keep(s, GUEST_SOCK_DHCP6, TAKE_FD(fd));
	return 0;
}

static int add_dns(const struct guest_scope *scope, const guest_ip *addr, struct guest_sockets *s, struct err *e)
{
	static const struct {
		guest_sock_kind kind;
		int type;
		const char *name;
	} both[] = { { GUEST_SOCK_DNS_UDP, SOCK_DGRAM, "UDP" }, { GUEST_SOCK_DNS_TCP, SOCK_STREAM, "TCP" } };
	struct ip ip = { .family = addr->guest_ip_len == 4 ? AF_INET : AF_INET6 };
	char text[IP_TEXT];

	memcpy(ip.b, addr->guest_ip_val, ip_size(ip.family));
	for (size_t i = 0; i < ARRAY_SIZE(both); i++) {
		int fd = open_inet(scope, both[i].type, &ip, DNS_PORT);

		if (fd == -EADDRINUSE)
			return err_sys(e, fd, "serve DNS on %s: another DNS server of this host has %s port %d",
				       ip_text(&ip, text), both[i].name, DNS_PORT);
		if (fd < 0)
			return err_sys(e, fd, "serve DNS on %s, %s port %d", ip_text(&ip, text), both[i].name,
				       DNS_PORT);
		keep(s, both[i].kind, fd);
	}
	return 0;
}

static int add_tftp(const struct guest_scope *scope, struct guest_sockets *s, struct err *e)
{
	const struct guest_tftp *t = scope->tftp;
	int fd = open(t->root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, -errno, "TFTP folder '%s'", t->root);
	keep(s, GUEST_SOCK_TFTP_ROOT, fd);
	for (unsigned i = 0; i < t->addrs.addrs_len; i++) {
		const guest_ip *addr = &t->addrs.addrs_val[i];
		struct ip ip = { .family = AF_INET };
		char text[IP_TEXT];

		if (addr->guest_ip_len != ip_size(AF_INET))
			continue;
		memcpy(ip.b, addr->guest_ip_val, ip_size(AF_INET));
		fd = open_inet(scope, SOCK_DGRAM, &ip, TFTP_PORT);
		if (fd < 0)
			return err_sys(e, fd, "serve TFTP on %s, UDP port %d", ip_text(&ip, text), TFTP_PORT);
		keep(s, GUEST_SOCK_TFTP, fd);
	}
	return 0;
}

int guest_sockets_open(const struct guest_scope *scope, struct guest_sockets *ret, struct err *e)
{
	struct guest_sockets s = { .n = 0 };
	unsigned n_dns = scope->dns ? scope->dns->addrs.addrs_len : 0;
	unsigned n_tftp = scope->tftp ? 1 + scope->tftp->addrs.addrs_len : 0;

	if (2 * n_dns + n_tftp + SOCKS_OF_DHCP_AND_RA > GUEST_SOCKS_MAX)
		return err_set(e, VNET_ERR_CONFIG_UNSUPPORTED,
			       "too many addresses to serve in one network: at most %d sockets", GUEST_SOCKS_MAX);
	int r = scope->dhcp4 ? add_dhcp(scope, &s, e) : 0;

	if (r == 0 && scope->ra)
		r = add_ra(scope, &s, e);
	if (r == 0 && scope->dhcp6)
		r = add_dhcp6(scope, &s, e);
	for (unsigned i = 0; i < n_dns && r == 0; i++)
		r = add_dns(scope, &scope->dns->addrs.addrs_val[i], &s, e);
	if (scope->tftp && r == 0)
		r = add_tftp(scope, &s, e);
	if (r < 0) {
		guest_sockets_close(&s);
		return -1;
	}
	*ret = s;
	return 0;
}

void guest_sockets_close(struct guest_sockets *s)
{
	while (s->n)
		fd_close(s->fds[--s->n]);
}

static bool same_addrs(const guest_ip *a, unsigned n_a, const guest_ip *b, unsigned n_b)
{
	if (n_a != n_b)
		return false;
	for (unsigned i = 0; i < n_a; i++)
		if (a[i].guest_ip_len != b[i].guest_ip_len ||
		    memcmp(a[i].guest_ip_val, b[i].guest_ip_val, a[i].guest_ip_len))
			return false;
	return true;
}

static bool same_dns(const struct guest_dns *a, const struct guest_dns *b)
{
	if (!a || !b)
		return a == b;
	return same_addrs(a->addrs.addrs_val, a->addrs.addrs_len, b->addrs.addrs_val, b->addrs.addrs_len);
}

static bool same_tftp(const struct guest_tftp *a, const struct guest_tftp *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a->root, b->root) == 0 &&
	       same_addrs(a->addrs.addrs_val, a->addrs.addrs_len, b->addrs.addrs_val, b->addrs.addrs_len);
}

bool guest_sockets_same(const struct guest_scope *a, const struct guest_scope *b)
{
	return a->ifindex == b->ifindex && strcmp(a->bridge, b->bridge) == 0 && !a->dhcp4 == !b->dhcp4 &&
	       !a->ra == !b->ra && !a->dhcp6 == !b->dhcp6 && same_dns(a->dns, b->dns) && same_tftp(a->tftp, b->tftp);
}
