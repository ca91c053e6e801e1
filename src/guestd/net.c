/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guestd/net.h"

#include "base/log.h"
#include "dns/dns.h"
#include "guestd/dns_scope.h"
#include "guestd/scope.h"
#include "tftp/io.h"

struct socks { /* the descriptors of one message, sorted */
	int dhcp4, hold, arp, tftp_root, dns_udp[GUEST_SOCKS_MAX], dns_tcp[GUEST_SOCKS_MAX], tftp[GUEST_SOCKS_MAX];
	struct guestd_socks6 six;
	size_t n_udp, n_tcp, n_tftp;
};

struct guestd_net *guestd_net_new(const struct uuid *uuid)
{
	struct guestd_net *n = mem_new(struct guestd_net);

	n->uuid = *uuid;
	n->pool = lease_pool_new();
	n->dhcp4 = dhcp4_server_new(n->pool);
	n->hold = -1;
	n->six = guestd_net6_new();
	return n;
}

static void stop_dhcp4(struct guestd_net *n)
{
	dhcp4_io_close(TAKE(n->io));
	fd_close(n->hold);
	n->hold = -1;
}

void guestd_net_free(struct guestd_net *n)
{
	stop_dhcp4(n);
	guestd_net6_free(n->six);
	dhcp4_server_free(n->dhcp4);
	lease_pool_free(n->pool);
	mem_drop(n->name);
	mem_drop(n);
}

/* --- sockets --- */

static void close_all(const int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fd_close(fds[i]);
}

static bool sort_socks(const struct guest_serve *m, const int *fds, size_t n, struct socks *ret)
{
	*ret = (struct socks){ .dhcp4 = -1, .hold = -1, .arp = -1, .tftp_root = -1, .six = { -1, -1 } };
	if (n != m->socks.socks_len)
		return false;
	for (size_t i = 0; i < n; i++) {
		switch (m->socks.socks_val[i]) {
		case GUEST_SOCK_DHCP4:
			ret->dhcp4 = fds[i];
			break;
		case GUEST_SOCK_DHCP4_HOLD:
			ret->hold = fds[i];
			break;
		case GUEST_SOCK_DNS_UDP:
			ret->dns_udp[ret->n_udp++] = fds[i];
			break;
		case GUEST_SOCK_DNS_TCP:
			ret->dns_tcp[ret->n_tcp++] = fds[i];
			break;
		case GUEST_SOCK_ARP:
			ret->arp = fds[i];
			break;
		case GUEST_SOCK_TFTP:
			ret->tftp[ret->n_tftp++] = fds[i];
			break;
		case GUEST_SOCK_TFTP_ROOT:
			ret->tftp_root = fds[i];
			break;
		case GUEST_SOCK_RA:
			ret->six.ra = fds[i];
			break;
		case GUEST_SOCK_DHCP6:
			ret->six.dhcp6 = fds[i];
			break;
		}
	}
	size_t singles = (size_t)(ret->dhcp4 >= 0) + (ret->hold >= 0) + (ret->arp >= 0) + (ret->tftp_root >= 0) +
			 (ret->six.ra >= 0) + (ret->six.dhcp6 >= 0);

	return singles + ret->n_udp + ret->n_tcp + ret->n_tftp == n && ret->n_udp == ret->n_tcp;
}

/* NULL, or why it can't be. */
static const char *check_scope(const struct guestd_net *n, const struct guest_scope *scope, const struct socks *socks)
{
	if (scope->dhcp4 && !n->io && socks->dhcp4 < 0)
		return "no packet socket for DHCP";
	if (scope->dns && !n->dns && !socks->n_udp)
		return "no sockets for DNS";
	if (scope->dns && socks->n_udp && socks->n_udp != scope->dns->addrs.addrs_len)
		return "not as many DNS sockets as addresses";
	if (scope->tftp && !n->tftp && !socks->n_tftp)
		return "no sockets for TFTP";
	if (socks->n_tftp && socks->tftp_root < 0)
		return "no folder for TFTP";
	return guestd_net6_check(n->six, scope, &socks->six);
}

/* Takes the sockets that it uses out of `socks`. NULL, or why not. */
static const char *serve_dhcp4(struct guestd_net *n, const struct guestd_engines *e, const struct guest_scope *scope,
			       struct socks *socks)
{
	if (!scope->dhcp4) {
		stop_dhcp4(n);
		return NULL;
	}
	if (guestd_configure_dhcp4(n->dhcp4, scope) < 0)
		return "ranges, hosts, options or lease time of DHCP make no sense";
	if (socks->dhcp4 < 0)
		return NULL;
	struct dhcp4_engines shared = { e->loop, e->dgrams, e->fdb };
	struct dhcp4_io *io = NULL;

	if (dhcp4_io_open(&shared, TAKE_FD(socks->dhcp4), TAKE_FD(socks->arp), scope->network, n->dhcp4, &io) < 0)
		return "not a packet socket";
	stop_dhcp4(n);
	n->io = io;
	n->hold = TAKE_FD(socks->hold);
	return NULL;
}

static const char *serve_dns(struct guestd_net *n, const struct guestd_engines *e, const struct guest_scope *scope,
			     struct socks *socks)
{
	if (!scope->dns) {
		dns_stop(e->dns, &n->uuid);
		return NULL;
	}
	AUTO(guestd_dns_scope_release) struct dns_scope to = guestd_dns_scope(scope);
	size_t n_socks = socks->n_udp;

	socks->n_udp = socks->n_tcp = 0; /* dns_serve takes them, whatever it returns */
	return dns_serve(e->dns, &to, socks->dns_udp, socks->dns_tcp, n_socks) < 0 ? "DNS can't listen" : NULL;
}

static const char *serve_tftp(struct guestd_net *n, const struct guestd_engines *e, const struct guest_scope *scope,
			      struct socks *socks)
{
	size_t n_socks = socks->n_tftp;

	if (!scope->tftp)
		tftp_stop(e->tftp, &n->uuid);
	if (!scope->tftp || !n_socks) /* those that it has stay */
		return NULL;
	socks->n_tftp = 0; /* tftp_serve takes them */
	return tftp_serve(e->tftp, &n->uuid, scope->network, TAKE_FD(socks->tftp_root), socks->tftp, n_socks,
			  scope->dhcp4 ? scope->dhcp4->mtu : 0) < 0
		   ? "TFTP can't listen"
		   : NULL;
}

static void drop_socks(struct socks *k)
{
	fd_close(k->dhcp4);
	fd_close(k->hold);
	fd_close(k->arp);
	fd_close(k->six.ra);
	fd_close(k->six.dhcp6);
	close_all(k->dns_udp, k->n_udp);
	close_all(k->dns_tcp, k->n_tcp);
	close_all(k->tftp, k->n_tftp);
	fd_close(k->tftp_root);
}

const char *guestd_net_serve(struct guestd_net *n, const struct guestd_engines *e, const struct guest_serve *m,
			     const int *fds, size_t n_fds)
{
	struct socks socks;

	if (!sort_socks(m, fds, n_fds, &socks)) {
		close_all(fds, n_fds);
		return "sockets that were not asked for";
	}
	const char *why = check_scope(n, &m->scope, &socks);

	if (!why)
		why = serve_dhcp4(n, e, &m->scope, &socks);
	if (!why)
		why = serve_dns(n, e, &m->scope, &socks);
	if (!why)
		why = serve_tftp(n, e, &m->scope, &socks);
	if (!why) /* last: guests are told of the others */
		why = guestd_net6_serve(n->six, e->loop, e->dgrams, &m->scope, &socks.six);
	drop_socks(&socks);
	if (why && !n->served) /* no half of it */
		guestd_net_stop(n, e);
	if (why)
		return why;
	mem_drop(n->name);
	n->name = mem_strdup(m->scope.network);
	n->served = true;
	n->dns = m->scope.dns;
	n->tftp = m->scope.tftp;
	n->stamp = m->stamp;
	return NULL;
}

void guestd_net_stop(struct guestd_net *n, const struct guestd_engines *e)
{
	stop_dhcp4(n);
	guestd_net6_stop(n->six);
	dns_stop(e->dns, &n->uuid);
	tftp_stop(e->tftp, &n->uuid);
	n->served = n->dns = n->tftp = false;
}

void guestd_net_bound(const struct guestd_net *n, guestd_net6_lease *each, void *arg)
{
	const struct lease *l;

	for (size_t pos = 0; (l = lease_pool_next(n->pool, &pos));) {
		struct ip ip = ip_from_v4(l->addr);

		if (l->state == LEASE_BOUND)
			each(arg, &ip, l);
	}
	guestd_net6_bound(n->six, each, arg);
}
