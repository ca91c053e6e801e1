/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "control/reconcile.h"
#include "control/state.h"
#include "kernel/tap.h"

/* A tap is ours by its alias, which names its network; what is remembered here is only whom to look at. */

static struct net_tap *find(struct net *n, int index)
{
	for (size_t i = 0; i < n->n_taps; i++)
		if (n->taps[i].index == index)
			return &n->taps[i];
	return NULL;
}

void net_tap_seen(struct net *n, const struct link *l)
{
	struct net_tap *t = find(n, l->index);

	if (!t)
		t = mem_push(n->taps, n->n_taps);
	t->index = l->index;
	memcpy(t->name, l->name, sizeof(t->name));
}

/* The device's address is the guest's but for the first octet (dress), so of all guests that hold a lease it is that one.
 * None: the guest's address was not given, or it holds nothing. */
static void end_leases(struct control *c, const struct net *n, const struct mac *device)
{
	const struct lease_copy *l;

	for (size_t pos = 0; device->b[0] == GUEST_DEVICE_OCTET && (l = leases_next(c->leases, &n->uuid, &pos));)
		if (memcmp(&l->mac.b[1], &device->b[1], sizeof(l->mac.b) - 1) == 0)
			guestd_end_port(c->guestd, &n->uuid, &l->mac);
}

void net_tap_forget(struct net *n, int index)
{
	struct net_tap *t = find(n, index);

	if (t)
		memmove(t, t + 1, (size_t)(&n->taps[n->n_taps--] - (t + 1)) * sizeof(*t));
}

void net_tap_gone(struct control *c, struct net *n, const struct link *l)
{
	net_tap_forget(n, l->index);
	end_leases(c, n, &l->mac);
}

void net_taps_delete(struct control *c, struct net *n)
{
	for (size_t i = 0; i < n->n_taps; i++) {
		int r = link_delete(c->nl, n->taps[i].index);

		if (r < 0 && r != -ENODEV)
			log_warn("tap: %s: can't delete it: %s", n->taps[i].name, strerror(-r));
	}
	n->n_taps = 0;
}

/* What the kernel takes as a name, and a log can print. */
static bool plain_name(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
		if (name[i] <= ' ' || name[i] >= 0x7f || strchr("/%:", name[i]))
			return false;
	return len && len < IFNAMSIZ && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static int check_request(const struct control_tap_request *r, struct err *e)
{
	if (r->name && !plain_name(r->name))
		return err_set(e, VNET_ERR_INVALID_ARG, "tap name: 1 to %d characters, no blank, '/', ':' or '%%'",
			       IFNAMSIZ - 1);
	if (r->queues > CONTROL_TAP_QUEUES_MAX)
		return err_set(e, VNET_ERR_INVALID_ARG, "%u queues: at most %d", r->queues, CONTROL_TAP_QUEUES_MAX);
	if (mac_is_multicast(&r->mac))
		return err_set(e, VNET_ERR_INVALID_ARG, "a guest's MAC address can't be a multicast one");
	return 0;
}

static int check_group(const struct network *n, const char *group, struct err *e)
{
	for (size_t i = 0; group && i < n->n_portgroups; i++)
		if (strcmp(n->portgroups[i].name, group) == 0 && strlen(group) <= TAP_GROUP_MAX)
			return 0;
	return group ? err_set(e, VNET_ERR_INVALID_ARG, "network '%s' has no port group '%.80s' for a tap", n->name,
			       group)
		     : 0;
}

static int check_network(const struct net *n, struct err *e)
{
	if (n->live->bridge.name[0])
		return 0;
	return err_set(e, VNET_ERR_OPERATION_UNSUPPORTED,
		       "network '%s' has no bridge to plug a tap into: mode '%s' hands out devices of the host",
		       n->name, forward_mode_text(n->live->forward.mode));
}

static void close_all(int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fd_close(fds[i]);
}

/* Makes the device and opens its queues; of one that is to stay only the first. */
static int create(const struct control_tap_request *r, char name[IFNAMSIZ], int *fds, size_t *ret_n, struct err *e)
{
	struct tap_attrs a = { .owner = r->owner, .multi_queue = r->queues > 1 };
	size_t n = 0, want = r->queues > 1 && !r->persist ? r->queues : 1;

	snprintf(a.name, sizeof(a.name), "%s", r->name ? r->name : "vnet%d");
	fds[0] = tap_create(&a, name);
	if (fds[0] == -EEXIST || fds[0] == -EBUSY)
		return err_set(e, VNET_ERR_OPERATION_FAILED, "tap '%s' exists already", a.name);
	if (fds[0] < 0)
		return err_sys(e, fds[0], "create tap '%s'", a.name);
	for (n = 1; n < want; n++) {
		fds[n] = tap_open_queue(name);
		if (fds[n] < 0) {
			err_sys(e, fds[n], "open queue %zu of tap '%s'", n, name);
			close_all(fds, n);
			return -1;
		}
	}
	*ret_n = n;
	return 0;
}

/* The host's side of a guest's NIC: the guest's address with first octet 0xfe, so it never wins as a bridge's. */
static int dress(struct control *c, const struct net *n, const struct control_tap_request *r, const char *name,
		 struct link *ret, struct err *e)
{
	char alias[LINK_ALIAS_MAX];
	struct mac mac = r->mac;
	int k = link_get(c->nl, name, ret);

	mac.b[0] = GUEST_DEVICE_OCTET;
	if (k == 0 && !mac_is_zero(&r->mac))
		k = link_set_mac(c->nl, ret->index, &mac);
	plan_tap_alias(n->plan, &r->mac, r->group, alias);
	if (k == 0)
		k = link_set_alias(c->nl, ret->index, alias);
	return k < 0 ? err_sys(e, k, "set up tap '%s'", name) : 0;
}

/* That it stays is the last thing that can fail: until then it goes with its descriptors. */
static int finish(struct control *c, const struct net *n, const struct control_tap_request *r, int fd, struct link *l,
		  struct err *e)
{
	int k = link_get_index(c->nl, l->index, l);

	if (k == 0 && !l->master)
		return err_set(e, VNET_ERR_OPERATION_FAILED, "the host has no bridge '%s'", n->plan->bridge.name);
	if (k == 0 && r->persist)
		k = tap_set_persist(fd);
	l->tun.persist = r->persist;
	return k < 0 ? err_sys(e, k, "finish it") : 0;
}

static struct control_tap describe(const struct net *n, const struct link *l)
{
	struct control_tap t = { .network = n->uuid,
				 .network_name = n->name,
				 .owner = l->tun.owner,
				 .mac = l->mac,
				 .attached = l->master != 0,
				 .persist = l->tun.persist };

	memcpy(t.name, l->name, sizeof(t.name));
	return t;
}

int control_tap_add(struct control *c, const struct uuid *u, const struct control_tap_request *r,
		    struct control_tap *ret, int *fds, size_t *ret_n_fds, struct err *e)
{
	struct net *n = net_active(c, u, e);
	char name[IFNAMSIZ];
	struct link l = { 0 };
	size_t n_fds = 0;

	if (!n || check_network(n, e) < 0 || check_request(r, e) < 0 || check_group(n->live, r->group, e) < 0 ||
	    create(r, name, fds, &n_fds, e) < 0)
		return -1;
	int k = dress(c, n, r, name, &l, e);

	if (k == 0) { /* attaching it is the network's reconcile, as after a restart or a theft of the port */
		net_tap_seen(n, &l);
		k = reconcile(c, n, e);
	}
	if (k == 0)
		k = finish(c, n, r, fds[0], &l, e);
	if (k < 0) {
		err_in(e, "tap '%s'", name);
		net_tap_forget(n, l.index);
	}
	if (k < 0 || r->persist) {
		close_all(fds, n_fds);
		n_fds = 0;
	}
	if (k < 0)
		return -1;
	log_info("tap: %s: added to network %s", name, n->name);
	*ret = describe(n, &l);
	*ret_n_fds = n_fds;
	return 0;
}

/* The network of a device that is a tap of ours. */
static struct net *tap_network(struct control *c, const struct link *l)
{
	struct uuid uuid;

	return strcmp(l->kind, "tun") == 0 && plan_alias_uuid(l->alias, &uuid)
		   ? map_get(c->by_uuid, &uuid, sizeof(uuid))
		   : NULL;
}

int control_tap_del(struct control *c, const char *name, struct err *e)
{
	struct link l;
	int r = link_get(c->nl, name, &l);
	struct net *n = r == 0 ? tap_network(c, &l) : NULL;

	if (r == -ENODEV || (r == 0 && !n))
		return err_set(e, VNET_ERR_OPERATION_FAILED, "there is no tap '%s' of ours", name);
	if (r == 0)
		r = link_delete(c->nl, l.index);
	if (r < 0)
		return err_sys(e, r, "delete tap '%s'", name);
	net_tap_forget(n, l.index);
	log_info("tap: %s: deleted", name);
	return 0;
}

static void list_taps(struct control *c, const struct net *n, struct control_tap **v, size_t *count)
{
	for (size_t i = 0; i < n->n_taps; i++) {
		struct link l;

		if (link_get_index(c->nl, n->taps[i].index, &l) == 0)
			*mem_push(*v, *count) = describe(n, &l);
	}
}

int control_tap_list(struct control *c, const struct uuid *u, struct control_tap **ret, size_t *ret_n, struct err *e)
{
	struct net *one = u ? net_find(c, u, NULL, e) : NULL;
	struct control_tap *v = NULL;
	size_t n = 0;

	if (u && !one)
		return -1;
	for (size_t i = 0; i < (one ? 1 : c->n_nets); i++)
		list_taps(c, one ? one : c->nets[i], &v, &n);
	*ret = v;
	*ret_n = n;
	return 0;
}
