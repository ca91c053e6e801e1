/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control/publish.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>

#include "base/log.h"
#include "control/guard.h"
#include "control/job.h"
#include "control/reconcile.h"
#include "kernel/listeners.h"
#include "kernel/sysctl.h"
#include "plan/publish.h"

/* ---- where guests are ---- */

static struct plan_lease *leases_of(const struct control *c, const struct uuid *network, size_t *ret_n)
{
	const struct lease_copy *l;
	struct plan_lease *v = NULL;
	size_t n = 0;

	for (size_t pos = 0; (l = leases_next(c->leases, network, &pos));)
		*mem_push(v, n) =
		    (struct plan_lease){ .ip = l->ip, .mac = l->mac, .hostname = l->hostname, .expiry = l->expiry };
	*ret_n = n;
	return v;
}

static bool resolve(const struct control *c, const struct network *def, struct plan *p)
{
	size_t n;

	if (!def->own.n_publishes)
		return false;
	AUTO(mem_drop) struct plan_lease *v = leases_of(c, &def->uuid, &n);

	return plan_publish(def, v, n, p);
}

int net_compile(const struct control *c, const struct network *def, struct plan **ret, struct err *e)
{
	if (plan_compile(def, ret, e) < 0)
		return -1;
	guard_settle(c, def, *ret);
	resolve(c, def, *ret);
	return 0;
}

void publish_resume(struct control *c)
{
	for (size_t i = 0; i < c->n_nets; i++)
		if (c->nets[i]->live)
			resolve(c, c->nets[i]->live, c->nets[i]->plan);
}

void publish_follow(struct control *c, struct net *n)
{
	struct err e;

	if (!n->live || !resolve(c, n->live, n->plan))
		return;
	if (reconcile(c, n, &e) < 0)
		log_error("network: %s: published ports: %s", n->name, e.detail);
	else
		log_info("network: %s: published ports follow their guests", n->name);
}

/* ---- whose ports are ---- */

static int check_network(const struct network *def, const struct publish *p, const struct net *other, struct err *e)
{
	char text[PUBLISH_TEXT], theirs[PUBLISH_TEXT];
	const struct network *m = other->live;

	for (size_t i = 0; i < m->own.n_publishes; i++) {
		const struct publish *q = &m->own.publishes[i];

		if (publish_overlaps(def, p, m, q))
			return err_set(e, VNET_ERR_OPERATION_INVALID,
				       "cannot publish %s: network '%s' publishes %s for guest '%s'",
				       publish_text(p, text), other->name, publish_text(q, theirs), q->guest);
	}
	return 0;
}

/* What a network itself answers at its addresses. */
static const char *service_at(const struct plan *by, const struct publish *p)
{
	const struct guest_scope *s = by->scope;
	const struct {
		bool there;
		enum transport transport;
		uint16_t port;
		const char *name;
	} rows[] = {
		{ s && s->dns, TRANSPORT_TCP, 53, "DNS" },       { s && s->dns, TRANSPORT_UDP, 53, "DNS" },
		{ s && s->dhcp4, TRANSPORT_UDP, 67, "DHCP" },    { s && s->tftp, TRANSPORT_UDP, 69, "TFTP" },
		{ s && s->dhcp6, TRANSPORT_UDP, 547, "DHCPv6" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].there && rows[i].transport == p->transport && p->port <= rows[i].port &&
		    rows[i].port <= p->port_end)
			return rows[i].name;
	return NULL;
}

static int check_service(const struct network *def, const struct publish *p, const struct plan *by, struct err *e)
{
	const char *service = service_at(by, p);
	char text[PUBLISH_TEXT], ip[IP_TEXT];

	for (size_t i = 0; service && i < by->n_addrs; i++) {
		const struct ip *a = &by->addrs[i].ip;

		if (publish_has_family(def, p, a->family) && (publish_any_address(p) || ip_eq(&p->address, a)))
			return err_set(e, VNET_ERR_OPERATION_INVALID,
				       "cannot publish %s: network '%s' serves %s at %s; name another address of the "
				       "host",
				       publish_text(p, text), by->network, service, ip_text(a, ip));
	}
	return 0;
}

static bool takes(const struct network *def, const struct publish *p, const struct listener *l)
{
	bool family = publish_has_family(def, p, l->ip.family) || (l->both && publish_has_family(def, p, AF_INET));

	return family && l->proto == (p->transport == TRANSPORT_TCP ? IPPROTO_TCP : IPPROTO_UDP) &&
	       p->port <= l->port && l->port <= p->port_end &&
	       (l->any || publish_any_address(p) || ip_eq(&l->ip, &p->address));
}

/* Ports that the kernel gives to those who ask for any. */
static bool is_ephemeral(uint16_t port)
{
	unsigned first, last;
	char text[32];

	return sysctl_get("net/ipv4/ip_local_port_range", text, sizeof(text)) == 0 &&
	       sscanf(text, "%u %u", &first, &last) == 2 && first <= port && port <= last;
}

/* A UDP client's socket looks like a server's and may have any port of the ephemeral ones: it stops no range. Its answers
 * are of flows that began here, so nothing takes them from it. */
static bool is_client(const struct publish *p, const struct listener *l)
{
	return p->transport == TRANSPORT_UDP && p->port_end > p->port && is_ephemeral(l->port);
}

static int check_host(const struct network *def, const struct publish *p, const struct listener *v, size_t n,
		      struct err *e)
{
	char text[PUBLISH_TEXT], ip[IP_TEXT];

	for (size_t i = 0; i < n; i++) {
		bool v6 = v[i].ip.family == AF_INET6;
		const struct passwd *owner;

		if (!takes(def, p, &v[i]) || is_client(p, &v[i]))
			continue;
		owner = getpwuid(v[i].uid);
		return err_set(e, VNET_ERR_OPERATION_INVALID,
			       "cannot publish %s: a program of user '%s' (uid %u) listens at %s%s%s:%u of the host; "
			       "'ss -lntup' names it",
			       publish_text(p, text), owner ? owner->pw_name : "?", v[i].uid, v6 ? "[" : "",
			       ip_text(&v[i].ip, ip), v6 ? "]" : "", v[i].port);
	}
	return 0;
}

static bool is_published(const struct network *n, const struct publish *p)
{
	for (size_t i = 0; n && i < n->own.n_publishes; i++) {
		const struct publish *q = &n->own.publishes[i];

		if (q->transport == p->transport && q->port == p->port && q->port_end == p->port_end &&
		    ip_eq(&q->address, &p->address))
			return true;
	}
	return false;
}

static int check_new(const struct control *c, const struct network *def, const struct publish *p,
		     const struct listener *listeners, size_t n_listeners, struct err *e)
{
	for (size_t i = 0; i < c->n_nets; i++) {
		const struct net *other = c->nets[i];

		if (!other->live || uuid_eq(&other->uuid, &def->uuid))
			continue;
		if (check_network(def, p, other, e) < 0 || check_service(def, p, other->plan, e) < 0)
			return -1;
	}
	return check_host(def, p, listeners, n_listeners, e);
}

/* What others publish against what this network serves. */
static int check_services(const struct control *c, const struct network *def, const struct plan *p, struct err *e)
{
	for (size_t i = 0; i < def->own.n_publishes; i++)
		if (check_service(def, &def->own.publishes[i], p, e) < 0)
			return -1;
	for (size_t i = 0; i < c->n_nets; i++) {
		const struct network *m = c->nets[i]->live;

		if (!m || uuid_eq(&m->uuid, &def->uuid))
			continue;
		for (size_t j = 0; j < m->own.n_publishes; j++)
			if (check_service(m, &m->own.publishes[j], p, e) < 0)
				return err_in(e, "network '%s'", m->name);
	}
	return 0;
}

int publish_check(const struct control *c, const struct network *def, const struct plan *p,
		  const struct network *before, struct err *e)
{
	AUTO(mem_drop) struct listener *listeners = NULL;
	size_t n = 0;

	if (check_services(c, def, p, e) < 0)
		return -1;
	for (size_t i = 0; i < def->own.n_publishes; i++) {
		const struct publish *new = &def->own.publishes[i];
		int r = listeners || is_published(before, new) ? 0 : listeners_list(&listeners, &n);

		if (r < 0)
			return err_sys(e, r, "list the host's listening sockets");
		if (!is_published(before, new) && check_new(c, def, new, listeners, n, e) < 0)
			return -1;
	}
	return 0;
}

/* ---- what clients ask ---- */

static struct control_published where(const struct network *def, const struct publish *p, bool running,
				      const struct plan_lease *leases, size_t n)
{
	struct control_published where = { .what = p };
	int r4 = plan_publish_find(def, p, AF_INET, leases, n, &where.to4);
	int r6 = plan_publish_find(def, p, AF_INET6, leases, n, &where.to6);

	if (!running)
		where.why = "the network is not active";
	else if (r4 < 0 && r6 < 0)
		where.why =
		    r4 == -EEXIST || r6 == -EEXIST ? "several guests have this name" : "the guest has no address";
	return where;
}

int control_published(const struct control *c, const struct uuid *u, struct control_published **ret, size_t *ret_n,
		      struct err *e)
{
	const struct net *n = net_find(c, u, NULL, e);
	size_t n_leases;

	if (!n)
		return -1;
	const struct network *def = net_shown(n);
	AUTO(mem_drop) struct plan_lease *leases = leases_of(c, u, &n_leases);

	*ret_n = def->own.n_publishes;
	*ret = mem_array(*ret_n, sizeof(**ret));
	for (size_t i = 0; i < *ret_n; i++)
		(*ret)[i] = where(def, &def->own.publishes[i], n->live, leases, n_leases);
	return 0;
}
