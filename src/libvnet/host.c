/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "libvnet/conn.h"

#include <stdlib.h>

#include "libvnet/offline.h"

void vnet_status_clear(struct vnet_status *s)
{
	mem_drop(s->networks);
	*s = (struct vnet_status){ 0 };
}

static int state_from_wire(int state, enum vnet_state *ret, struct vnet_error *err)
{
	if (state < VNET_STATE_NONE || state > VNET_STATE_WRONG)
		return conn_error(err, VNET_ERR_RPC, "the daemon's answer can't be read");
	*ret = (enum vnet_state)state;
	return 0;
}

static int network_from_wire(const struct vnet_status_network *w, struct vnet_network_status *ret,
			     struct vnet_error *err)
{
	if (state_from_wire(w->firewall, &ret->firewall, err) < 0 ||
	    state_from_wire(w->service, &ret->service, err) < 0)
		return -1;
	ret->repairs = w->repairs;
	ret->held = w->held;
	return conn_get_text(w->name, ret->name, sizeof(ret->name), err);
}

static int status_from_wire(const struct vnet_status_ret *w, struct vnet_status *ret, struct vnet_error *err)
{
	ret->uptime = w->uptime;
	ret->guestd = w->guestd;
	ret->owner = w->owner;
	ret->passes = w->passes;
	ret->n_networks = w->networks.networks_len;
	ret->networks = mem_array(ret->n_networks, sizeof(*ret->networks));
	for (size_t i = 0; i < ret->n_networks; i++)
		if (network_from_wire(&w->networks.networks_val[i], &ret->networks[i], err) < 0)
			return -1;
	if (state_from_wire(w->flowtable, &ret->flowtable, err) < 0 ||
	    conn_get_text(w->release, ret->version, sizeof(ret->version), err) < 0)
		return -1;
	return conn_get_text(w->coexist, ret->coexist, sizeof(ret->coexist), err);
}

int vnet_get_status(struct vnet_conn *c, struct vnet_status *ret, struct vnet_error *err)
{
	struct vnet_status_ret wire = { 0 };
	struct vnet_status s = { 0 };

	if (conn_call(c, RPC_PROGRAM_VNET, VNET_PROC_STATUS, NULL, &wire, NULL, NULL, err) < 0)
		return -1;
	int r = status_from_wire(&wire, &s, err);

	xdr_free((xdrproc_t)xdr_vnet_status_ret, (char *)&wire);
	if (r < 0)
		vnet_status_clear(&s);
	else
		*ret = s;
	return r;
}

void vnet_checks_free(struct vnet_check *v, size_t n)
{
	for (size_t i = 0; v && i < n; i++) {
		mem_drop(v[i].what);
		mem_drop(v[i].found);
		mem_drop(v[i].remedy);
	}
	mem_drop(v);
}

static int ask(struct vnet_conn *c, struct vnet_check **ret, size_t *ret_n, struct vnet_error *err)
{
	struct vnet_validate_ret wire = { 0 };

	if (conn_call(c, RPC_PROGRAM_VNET, VNET_PROC_VALIDATE, NULL, &wire, NULL, NULL, err) < 0)
		return -1;
	size_t n = wire.checks.checks_len;
	struct vnet_check *v = mem_array(n, sizeof(*v));

	for (size_t i = 0; i < n; i++) {
		const struct vnet_check_row *w = &wire.checks.checks_val[i];
		bool known = w->level == VNET_CHECK_PASS || w->level == VNET_CHECK_WARN;

		v[i] =
		    (struct vnet_check){ known ? (enum vnet_check_level)w->level : VNET_CHECK_FAIL, mem_strdup(w->what),
					 mem_strdup(w->found), w->remedy ? mem_strdup(*w->remedy) : NULL };
	}
	xdr_free((xdrproc_t)xdr_vnet_validate_ret, (char *)&wire);
	*ret = v;
	*ret_n = n;
	return 0;
}

static int look(struct vnet_check **ret, size_t *ret_n, struct vnet_error *err)
{
	const struct offline *o = offline_load(err);

	return o ? o->look_at_host(ret, ret_n, err) : -1;
}

int vnet_host_validate(struct vnet_conn *c, struct vnet_check **ret, size_t *ret_n, struct vnet_error *err)
{
	return c ? ask(c, ret, ret_n, err) : look(ret, ret_n, err);
}
