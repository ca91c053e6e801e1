/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "base/clock.h"
#include "dns/dns.h"
#include "guestd/dns_scope.h"
#include "guestd/opener.h"
#include "guestd/state.h"
#include "tftp/io.h"

static struct guestd_net *net_get(struct guestd_serve *s, const struct uuid *uuid)
{
	struct guestd_net *n = map_get(s->nets, uuid->b, sizeof(uuid->b));

	if (n)
		return n;
	n = guestd_net_new(uuid);
	map_put(s->nets, n->uuid.b, sizeof(n->uuid.b), n);
	return n;
}

/* --- what vnetd wants --- */

void guestd_serve_set(struct guestd_serve *s, const struct guest_serve *m, const int *fds, size_t n_fds)
{
	struct uuid uuid;

	memcpy(uuid.b, m->scope.uuid, sizeof(uuid.b));
	struct guestd_net *n = net_get(s, &uuid);
	struct guestd_telling t = { .s = s, .n = n };
	const char *why = guestd_net_serve(n, &s->engines, m, fds, n_fds);

	if (why) {
		log_warn("guestd: %s: can't be served: %s", m->scope.network, why);
		s->sink.failed(s->sink.arg, &uuid, why);
		return;
	}
	if (n->dns)
		guestd_net_bound(n, guestd_tell_dns, &t);
	log_info("guestd: %s: served on %s", n->name, m->scope.bridge);
}

void guestd_serve_stop(struct guestd_serve *s, const struct uuid *network)
{
	struct guestd_net *n = map_get(s->nets, network->b, sizeof(network->b));

	if (!n || !n->served)
		return;
	guestd_net_stop(n, &s->engines);
	log_info("guestd: %s: stopped", n->name);
}

static void tell_ended(void *arg, const struct ip *ip, const struct lease *l)
{
	const struct guestd_telling *t = arg;
	struct lease ended = *l;

	ended.state = LEASE_FREE;
	t->s->sink.lease(t->s->sink.arg, &t->n->uuid, ip, &ended, 0);
}

void guestd_serve_forget(struct guestd_serve *s, const struct uuid *network)
{
	struct guestd_net *n = map_get(s->nets, network->b, sizeof(network->b));
	struct guestd_telling t = { .s = s, .n = n };

	if (!n)
		return;
	guestd_serve_stop(s, network);
	*mem_push(s->forgotten, s->n_forgotten) = *network; /* tried until it succeeds */
	guestd_net_bound(n, tell_ended, &t);
	s->sink.flush(s->sink.arg);
	map_del(s->nets, network->b, sizeof(network->b));
	guestd_net_free(n);
	guestd_turn_wake(s);
}

void guestd_serve_known(struct guestd_serve *s, const guest_uuid *v, size_t n_known)
{
	AUTO(map_free) struct map *known = map_new();
	AUTO(mem_drop) struct uuid *gone = NULL;
	const struct guestd_net *n;
	char text[UUID_TEXT];
	size_t n_gone = 0;

	for (size_t i = 0; i < n_known; i++)
		map_put(known, v[i], sizeof(v[i]), (void *)v[i]);
	for (size_t pos = 0; (n = map_next(s->nets, &pos));)
		if (!map_get(known, n->uuid.b, sizeof(n->uuid.b)))
			*mem_push(gone, n_gone) = n->uuid;
	for (size_t i = 0; i < n_gone; i++) {
		log_info("guestd: leases: network %s is gone, and so are they", uuid_text(&gone[i], text));
		guestd_serve_forget(s, &gone[i]);
	}
}

void guestd_serve_resolvers(struct guestd_serve *s, const guest_ip *v, size_t n)
{
	AUTO(mem_drop) struct ip *ips = mem_array(n + 1, sizeof(*ips));
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		ips[used] = guestd_to_ip(&v[i]);
		used += ips[used].family != 0;
	}
	dns_set_resolvers(s->engines.dns, ips, used);
}

void guestd_serve_import(struct guestd_serve *s, const struct guest_lease *m)
{
	struct view name = { (const uint8_t *)m->hostname, strlen(m->hostname) };
	struct lease_clock now = guestd_clocks(s);
	struct ip ip = guestd_to_ip(&m->ip);
	struct uuid uuid;
	struct lease l = {
		.addr = ip_v4(&ip),
		.state = LEASE_BOUND,
		.expiry = lease_from_unix(m->expiry, &now),
		.id = { (const uint8_t *)m->client_id.client_id_val, m->client_id.client_id_len },
		.hostname = lease_name_ok(name) ? m->hostname : NULL,
	};

	memcpy(uuid.b, m->uuid, sizeof(uuid.b));
	memcpy(l.mac.b, m->mac, sizeof(l.mac.b));
	int r = lease_pool_adopt(net_get(s, &uuid)->pool, &l);

	if (r < 0) {
		char text[IP_TEXT];

		log_info("guestd: leases: %s is not imported: %s", ip_text(&ip, text), strerror(-r));
	}
	guestd_turn_wake(s);
}

void guestd_serve_end_port(struct guestd_serve *s, const struct guest_end_port *m)
{
	struct guestd_net *n = map_get(s->nets, m->uuid, sizeof(m->uuid));
	struct mac mac;

	if (!n)
		return;
	memcpy(mac.b, m->mac, sizeof(mac.b));
	uint64_t until = clock_boot_s() + m->grace_s;

	lease_pool_end_client(n->pool, &mac, until);
	lease_pool_end_client(guestd_net6_pool(n->six), &mac, until);
	guestd_turn_wake(s);
}

/* --- start and end --- */

static void restore(void *arg, const struct uuid *network, const struct lease *l)
{
	char uuid[UUID_TEXT];
	struct guestd_serve *s = arg;

	if (lease_pool_restore(net_get(s, network)->pool, l) < 0)
		log_warn("guestd: leases: one of network %s makes no sense, ignored", uuid_text(network, uuid));
}

static void restore6(void *arg, const struct uuid *network, const struct ip *ip, const struct lease *l)
{
	char uuid[UUID_TEXT];
	struct guestd_serve *s = arg;

	if (guestd_net6_restore(net_get(s, network)->six, ip, l) < 0)
		log_warn("guestd: leases: one of network %s makes no sense, ignored", uuid_text(network, uuid));
}

static void ask_opener(void *arg, uint64_t number, int root, const char *path)
{
	struct guestd_serve *s = arg;

	guestd_opener_ask(s->opener, number, root, path);
}

static void file_opened(void *arg, uint64_t number, int fd)
{
	struct guestd_serve *s = arg;

	tftp_opened(s->engines.tftp, number, fd);
}

bool guestd_serve_bridges(struct guestd_serve *s, int fd)
{
	return dhcp4_fdb_listen(s->engines.fdb, fd) == 0;
}

int guestd_serve_open(struct sd_event *loop, struct lease_db *db, const struct uuid *boot, int opener,
		      const struct guestd_sink *sink, struct guestd_serve **ret)
{
	AUTO(guestd_serve_free) struct guestd_serve *s = mem_new(struct guestd_serve);
	int r;

	s->engines.loop = sd_event_ref(loop);
	s->db = db;
	s->boot = *boot;
	s->sink = *sink;
	s->nets = map_new();
	s->engines.dgrams = dgram_new(guestd_turn_wake, guestd_turn_end, s);
	s->engines.fdb = dhcp4_fdb_new();
	r = guestd_opener_open(loop, opener, file_opened, s, &s->opener);
	struct lease_clock now = guestd_clocks(s);

	if (r >= 0)
		r = lease_db_load(db, &now, restore, s);
	if (r >= 0)
		r = lease_db_load6(db, &now, restore6, s);
	if (r >= 0)
		r = dns_open(loop, &s->engines.dns);
	if (r >= 0)
		r = tftp_open(loop, ask_opener, s, &s->engines.tftp);
	if (r >= 0)
		r = guestd_turn_open(s);
	if (r < 0)
		return r;
	*ret = TAKE(s);
	return 0;
}

void guestd_serve_free(struct guestd_serve *s)
{
	struct guestd_net *n;

	if (!s)
		return;
	for (size_t pos = 0; (n = map_next(s->nets, &pos));)
		guestd_net_free(n);
	map_free(s->nets);
	dns_free(s->engines.dns);
	tftp_free(s->engines.tftp);
	guestd_opener_free(s->opener);
	dgram_free(s->engines.dgrams);
	dhcp4_fdb_free(s->engines.fdb);
	guestd_turn_close(s);
	mem_drop(s->forgotten);
	sd_event_unref(s->engines.loop);
	mem_drop(s);
}
