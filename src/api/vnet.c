/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls of our own program: taps, plans, leases from elsewhere and from before. */
#include "api/event.h"

static int plan(struct api_call *c, struct err *e)
{
	const struct remote_one_net *a = c->args;
	struct remote_str *ret = c->ret;
	struct control_net n;

	if (api_find(c, &a->net, &n, e) < 0)
		return -1;
	return control_plan(c->session->control, &n.uuid, &ret->value, e);
}

static struct vnet_tap_row tap_row(const struct control_tap *t)
{
	struct vnet_tap_row row = {
		.name = mem_strdup(t->name),
		.owner = t->owner,
		.attached = t->attached,
		.persist = t->persist,
	};

	memcpy(row.mac, t->mac.b, sizeof(row.mac));
	if (t->network_name) {
		row.net = mem_new(struct remote_net);
		row.net->name = mem_strdup(t->network_name);
		memcpy(row.net->uuid, t->network.b, sizeof(row.net->uuid));
	}
	return row;
}

static int check_tap_name(const char *name, struct err *e)
{
	if (!*name || strlen(name) >= IFNAMSIZ)
		return err_set(e, VNET_ERR_INVALID_ARG, "a tap's name has 1 to %d bytes", IFNAMSIZ - 1);
	return 0;
}

static int check_tap_request(const struct control_tap_request *r, struct err *e)
{
	if (r->queues > CONTROL_TAP_QUEUES_MAX)
		return err_set(e, VNET_ERR_INVALID_ARG, "a tap has at most %d queues", CONTROL_TAP_QUEUES_MAX);
	return r->name ? check_tap_name(r->name, e) : 0;
}

static int tap_add(struct api_call *c, struct err *e)
{
	const struct vnet_tap_add_args *a = c->args;
	struct control_tap_request r = {
		.name = a->name ? *a->name : NULL,
		.owner = a->owner,
		.queues = a->queues,
		.persist = a->persist,
		.group = a->group ? *a->group : NULL,
	};
	struct control_net n;
	struct control_tap t;

	memcpy(r.mac.b, a->mac, sizeof(r.mac.b));
	if (check_tap_request(&r, e) < 0 || api_find(c, &a->net, &n, e) < 0)
		return -1;
	if (control_tap_add(c->session->control, &n.uuid, &r, &t, c->fds, &c->n_fds, e) < 0)
		return -1;
	*(struct vnet_tap_row *)c->ret = tap_row(&t);
	return 0;
}

static int tap_del(struct api_call *c, struct err *e)
{
	const struct remote_str *a = c->args;

	if (check_tap_name(a->value, e) < 0)
		return -1;
	return control_tap_del(c->session->control, a->value, e);
}

static int tap_list(struct api_call *c, struct err *e)
{
	const struct vnet_tap_list_args *a = c->args;
	struct vnet_tap_list_ret *ret = c->ret;
	AUTO(mem_drop) struct control_tap *taps = NULL;
	struct control_net net;
	size_t n = 0;

	if (a->net && api_find(c, a->net, &net, e) < 0)
		return -1;
	if (control_tap_list(c->session->control, a->net ? &net.uuid : NULL, &taps, &n, e) < 0)
		return -1;
	if (n > VNET_TAPS_MAX)
		return err_set(e, VNET_ERR_RPC, "Too many taps '%zu' for limit '%d'", n, VNET_TAPS_MAX);
	ret->taps.taps_val = mem_array(n, sizeof(struct vnet_tap_row));
	ret->taps.taps_len = (unsigned)n;
	for (size_t i = 0; i < n; i++)
		ret->taps.taps_val[i] = tap_row(&taps[i]);
	return 0;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "01:52:54:..": two digits a byte, as control_leases tells them. */
static bool id_parse(const char *text, struct control_import *ret)
{
	for (;; text += 3) {
		if (hex(text[0]) < 0 || hex(text[1]) < 0 || ret->id_len == sizeof(ret->id))
			return false;
		ret->id[ret->id_len++] = (uint8_t)(hex(text[0]) << 4 | hex(text[1]));
		if (text[2] != ':')
			return text[2] == '\0';
	}
}

static int import_row(const struct remote_lease *w, struct control_import *ret, struct err *e)
{
	if (ip_parse(w->ipaddr, &ret->ip) < 0)
		return err_set(e, VNET_ERR_INVALID_ARG, "'%.64s' is not an IP address", w->ipaddr);
	if (!w->mac || mac_parse(*w->mac, &ret->mac) < 0)
		return err_set(e, VNET_ERR_INVALID_MAC, "the lease of %s has no valid MAC address", w->ipaddr);
	if (w->clientid && !id_parse(*w->clientid, ret))
		return err_set(e, VNET_ERR_INVALID_ARG, "the lease of %s has a client id that can't be read",
			       w->ipaddr);
	if (w->expiry < 0)
		return err_set(e, VNET_ERR_INVALID_ARG, "the lease of %s has an expiry below 0", w->ipaddr);
	ret->expiry = (uint64_t)w->expiry;
	ret->hostname = w->hostname ? *w->hostname : NULL;
	return 0;
}

static int import_leases(struct api_call *c, struct err *e)
{
	const struct vnet_import_leases_args *a = c->args;
	AUTO(mem_drop) struct control_import *v = mem_array(a->leases.leases_len + 1, sizeof(*v));
	struct control_net n;
	size_t taken = 0;

	if (api_find(c, &a->net, &n, e) < 0)
		return -1;
	for (unsigned i = 0; i < a->leases.leases_len; i++)
		if (import_row(&a->leases.leases_val[i], &v[i], e) < 0)
			return -1;
	if (control_import_leases(c->session->control, &n.uuid, v, a->leases.leases_len, &taken, e) < 0)
		return -1;
	((struct remote_int *)c->ret)->value = (int)taken;
	return 0;
}

static int apply(struct api_call *c, struct err *e)
{
	enum { DRY_RUN = 1 };
	const struct remote_xml_flags *a = c->args;
	struct remote_str *ret = c->ret;

	if (api_check_flags(a->flags, DRY_RUN, "vnetApply", e) < 0)
		return -1;
	return control_apply(c->session->control, a->xml, strlen(a->xml), a->flags & DRY_RUN, &ret->value, e);
}

static struct vnet_history_row history_row(const struct control_past *p)
{
	char ip[IP_TEXT];
	struct vnet_history_row row = {
		.at = (quad_t)p->at,
		.bound = p->bound,
		.ip = mem_strdup(ip_text(&p->ip, ip)),
	};

	memcpy(row.mac, p->mac.b, sizeof(row.mac));
	row.hostname = api_text(p->hostname);
	return row;
}

static int history_filter(const struct vnet_history_args *a, struct control_past_filter *ret, struct err *e)
{
	if (a->mac && mac_parse(*a->mac, &ret->mac) < 0)
		return err_set(e, VNET_ERR_INVALID_MAC, "invalid MAC address: %s", *a->mac);
	if (a->ip && (ip_parse(*a->ip, &ret->ip) < 0))
		return err_set(e, VNET_ERR_INVALID_ARG, "'%.64s' is not an IP address", *a->ip);
	ret->since = a->since > 0 ? (uint64_t)a->since : 0;
	return 0;
}

static int history(struct api_call *c, struct err *e)
{
	const struct vnet_history_args *a = c->args;
	struct vnet_history_ret *ret = c->ret;
	struct control_past_filter filter = { 0 };
	struct control_past *v = NULL;
	struct control_net net;
	size_t n = 0;

	if (history_filter(a, &filter, e) < 0 || api_find(c, &a->net, &net, e) < 0)
		return -1;
	int r = control_history(c->session->control, &net.uuid, &filter, &v, &n, e);

	if (r != 0)
		return r;
	ret->rows.rows_val = mem_array(n + 1, sizeof(struct vnet_history_row));
	ret->rows.rows_len = (unsigned)(n < VNET_HISTORY_MAX ? n : VNET_HISTORY_MAX);
	for (unsigned i = 0; i < ret->rows.rows_len; i++)
		ret->rows.rows_val[i] = history_row(&v[i]);
	control_history_free(v, n);
	return 0;
}

static int guarded(struct api_call *c, struct err *e)
{
	const struct remote_one_net *a = c->args;
	struct vnet_guarded_ret *ret = c->ret;
	AUTO(mem_drop) struct control_guarded *v = NULL;
	struct control_net net;
	size_t n = 0;

	if (api_find(c, &a->net, &net, e) < 0 || control_guarded(c->session->control, &net.uuid, &v, &n, e) < 0)
		return -1;
	ret->rows.rows_val = mem_array(n + 1, sizeof(struct vnet_guarded_row));
	ret->rows.rows_len = (unsigned)n; /* a bridge has at most 1023 ports */
	for (size_t i = 0; i < n; i++) {
		struct vnet_guarded_row *row = &ret->rows.rows_val[i];

		row->port = mem_strdup(v[i].port);
		memcpy(row->mac, v[i].mac.b, sizeof(row->mac));
		row->refused.refused_val = mem_dup(v[i].refused, sizeof(v[i].refused));
		row->refused.refused_len = CONTROL_REFUSALS;
	}
	return 0;
}

static struct vnet_dhcp_port port_row(const struct control_port_counter *p)
{
	return (struct vnet_dhcp_port){
		.dev = mem_strdup(p->dev),
		.holds = p->holds,
		.messages = p->messages,
		.offers = p->offers,
		.acks = p->acks,
		.naks = p->naks,
		.limited = p->limited,
	};
}

static int dhcp_stats(struct api_call *c, struct err *e)
{
	const struct remote_one_net *a = c->args;
	struct vnet_dhcp_stats_ret *ret = c->ret;
	struct control_dhcp_stats s = { 0 };
	struct control_net n;

	if (api_find(c, &a->net, &n, e) < 0)
		return -1;
	int r = control_dhcp_stats(c->session->control, &n.uuid, &s, e);

	if (r != 0)
		return r;
	ret->pool = (struct vnet_dhcp_pool){ s.pool.taken, s.pool.total };
	ret->pool6 = (struct vnet_dhcp_pool){ s.pool6.taken, s.pool6.total };
	ret->counters.counters_val = mem_array(s.n_counters + 1, sizeof(struct vnet_dhcp_counter));
	ret->ports.ports_val = mem_array(s.n_ports + 1, sizeof(struct vnet_dhcp_port));
	for (size_t i = 0; i < s.n_counters && i < VNET_COUNTERS_MAX; i++)
		ret->counters.counters_val[ret->counters.counters_len++] = (struct vnet_dhcp_counter){
			.ipv6 = s.counters[i].ipv6, .what = mem_strdup(s.counters[i].what), .n = s.counters[i].n
		};
	for (size_t i = 0; i < s.n_ports && i < VNET_COUNTERS_MAX; i++)
		ret->ports.ports_val[ret->ports.ports_len++] = port_row(&s.ports[i]);
	control_dhcp_stats_free(&s);
	return 0;
}

const struct api_handler api_vnet_handlers[] = {
	{ VNET_PROC_TAP_ADD, tap_add },
	{ VNET_PROC_TAP_DEL, tap_del },
	{ VNET_PROC_TAP_LIST, tap_list },
	{ VNET_PROC_PLAN, plan },
	{ VNET_PROC_APPLY, apply },
	{ VNET_PROC_IMPORT_LEASES, import_leases },
	{ VNET_PROC_HISTORY, history },
	{ VNET_PROC_GUARDED, guarded },
	{ VNET_PROC_DHCP_STATS, dhcp_stats },
	{ VNET_PROC_LEASE_EVENTS, api_event_leases },
	{ 0 },
};
