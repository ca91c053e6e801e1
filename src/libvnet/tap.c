/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "libvnet/conn.h"

static int tap_from_wire(const struct vnet_tap_row *w, struct vnet_tap *ret, struct vnet_error *err)
{
	*ret = (struct vnet_tap){ .owner = w->owner, .attached = w->attached, .persist = w->persist };
	memcpy(ret->mac, w->mac, sizeof(ret->mac));
	if (w->net && conn_get_text(w->net->name, ret->network, sizeof(ret->network), err) < 0)
		return -1;
	return conn_get_text(w->name, ret->name, sizeof(ret->name), err);
}

static void close_all(const int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fd_close(fds[i]);
}

/* What came with the answer must be what was asked for: descriptors exactly when the tap is not persistent. */
static int check_fds(const struct vnet_tap_request *request, const int *fds, size_t n, struct vnet_error *err)
{
	if (n <= VNET_TAP_QUEUES_MAX && (n > 0) != request->persist && (n == 0 || fds))
		return 0;
	return conn_error(err, VNET_ERR_RPC, "the daemon sent %zu descriptors of a tap", n);
}

int vnet_tap_add(struct vnet_conn *c, const struct vnet_network *net, const struct vnet_tap_request *request,
		 struct vnet_tap *ret, int *fds, size_t *ret_n_fds, struct vnet_error *err)
{
	rpc_text name = (char *)request->name, group = (char *)request->group;
	struct vnet_tap_add_args a = {
		.net = conn_put_net(net),
		.name = request->name ? &name : NULL,
		.owner = request->owner,
		.queues = request->queues,
		.persist = request->persist,
		.group = request->group ? &group : NULL,
	};
	struct vnet_tap_row wire = { 0 };
	int got[RPC_FDS_MAX];
	size_t n = 0;

	memcpy(a.mac, request->mac, sizeof(a.mac));
	if (c->ssh && !request->persist)
		return conn_error(err, VNET_ERR_ARGUMENT_UNSUPPORTED,
				  "a tap of another host can't be handed over open");
	if (conn_call(c, RPC_PROGRAM_VNET, VNET_PROC_TAP_ADD, &a, &wire, got, &n, err) < 0)
		return -1;
	struct vnet_tap tap;
	int r = tap_from_wire(&wire, &tap, err);

	xdr_free((xdrproc_t)xdr_vnet_tap_row, (char *)&wire);
	if (r < 0 || check_fds(request, fds, n, err) < 0) {
		close_all(got, n);
		return -1;
	}
	if (n)
		memcpy(fds, got, n * sizeof(*fds));
	if (ret_n_fds)
		*ret_n_fds = n;
	*ret = tap;
	return 0;
}

int vnet_tap_del(struct vnet_conn *c, const char *name, struct vnet_error *err)
{
	struct remote_str a = { .value = (char *)name };

	return conn_call(c, RPC_PROGRAM_VNET, VNET_PROC_TAP_DEL, &a, NULL, NULL, NULL, err);
}

int vnet_tap_list(struct vnet_conn *c, const struct vnet_network *net, struct vnet_tap **ret, size_t *ret_n,
		  struct vnet_error *err)
{
	struct remote_net of = net ? conn_put_net(net) : (struct remote_net){ 0 };
	struct vnet_tap_list_args a = { .net = net ? &of : NULL };
	struct vnet_tap_list_ret wire = { 0 };

	if (conn_call(c, RPC_PROGRAM_VNET, VNET_PROC_TAP_LIST, &a, &wire, NULL, NULL, err) < 0)
		return -1;
	size_t n = wire.taps.taps_len;
	AUTO(mem_drop) struct vnet_tap *taps = mem_array(n, sizeof(*taps));
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = tap_from_wire(&wire.taps.taps_val[i], &taps[i], err);
	xdr_free((xdrproc_t)xdr_vnet_tap_list_ret, (char *)&wire);
	if (r < 0)
		return -1;
	*ret = TAKE(taps);
	*ret_n = n;
	return 0;
}
