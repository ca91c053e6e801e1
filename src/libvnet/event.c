/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "libvnet/conn.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

#include "base/addr.h"

int vnet_event_register(struct vnet_conn *c, enum vnet_event_kind kind, const struct vnet_network *net, int *ret_id,
			struct vnet_error *err)
{
	struct remote_net of = net ? conn_put_net(net) : (struct remote_net){ 0 };
	struct remote_register_args a = { .event = (int)kind, .net = net ? &of : NULL };
	struct vnet_lease_events_args leases = { .net = a.net };
	struct remote_int ret = { 0 };
	int r = kind == VNET_EVENT_LEASE
		    ? conn_call(c, RPC_PROGRAM_VNET, VNET_PROC_LEASE_EVENTS, &leases, &ret, NULL, NULL, err)
		    : conn_remote(c, REMOTE_EVENT_REGISTER, &a, &ret, err);

	if (r < 0)
		return -1;
	if (ret_id)
		*ret_id = ret.value;
	return 0;
}

int vnet_event_deregister(struct vnet_conn *c, int id, struct vnet_error *err)
{
	return conn_remote(c, REMOTE_EVENT_DEREGISTER, &(struct remote_int){ .value = id }, NULL, err);
}

static int keep(struct vnet_conn *c, const struct remote_net *net, const struct vnet_event *ev)
{
	if (c->n_events == CONN_EVENTS_MAX)
		return -ENOBUFS;
	struct vnet_event *e = mem_push(c->events, c->n_events);

	*e = *ev;
	if (conn_get_net(net, &e->network, NULL) == 0)
		return 0;
	vnet_free(e->uri);
	c->n_events--;
	return -EBADMSG;
}

static int put_lifecycle(struct vnet_conn *c, struct view payload)
{
	struct remote_lifecycle_event w = { 0 };

	if (rpc_decode((xdrproc_t)xdr_remote_lifecycle_event, payload, &w) < 0)
		return -EBADMSG;
	int r =
	    keep(c, &w.net, &(struct vnet_event){ .kind = VNET_EVENT_LIFECYCLE, .id = w.callback, .detail = w.event });

	xdr_free((xdrproc_t)xdr_remote_lifecycle_event, (char *)&w);
	return r;
}

static int put_metadata(struct vnet_conn *c, struct view payload)
{
	struct remote_metadata_event w = { 0 };

	if (rpc_decode((xdrproc_t)xdr_remote_metadata_event, payload, &w) < 0)
		return -EBADMSG;
	int r = keep(c, &w.net,
		     &(struct vnet_event){ .kind = VNET_EVENT_METADATA,
					   .id = w.callback,
					   .detail = w.type,
					   .uri = mem_strdup(w.uri ? *w.uri : NULL) });

	xdr_free((xdrproc_t)xdr_remote_metadata_event, (char *)&w);
	return r;
}

static int put_lease(struct vnet_conn *c, struct view payload)
{
	struct vnet_event ev = { .kind = VNET_EVENT_LEASE };
	struct vnet_lease_event w = { 0 };
	struct mac mac;

	if (rpc_decode((xdrproc_t)xdr_vnet_lease_event, payload, &w) < 0)
		return -EBADMSG;
	ev.id = w.callback;
	ev.detail = w.news;
	ev.lease.expiry = w.expiry;
	memcpy(mac.b, w.mac, sizeof(mac.b));
	mac_text(&mac, ev.lease.mac);
	int r = conn_get_text(w.ip, ev.lease.ip, sizeof(ev.lease.ip), NULL);

	if (r == 0 && w.hostname)
		r = conn_get_text(*w.hostname, ev.lease.hostname, sizeof(ev.lease.hostname), NULL);
	r = r < 0 ? -EBADMSG : keep(c, &w.net, &ev);
	xdr_free((xdrproc_t)xdr_vnet_lease_event, (char *)&w);
	return r;
}

int conn_put_event(struct vnet_conn *c, const struct rpc_header *h, struct view payload)
{
	if (h->program == RPC_PROGRAM_VNET && h->procedure == VNET_PROC_LEASE_EVENT)
		return put_lease(c, payload);
	if (h->program != RPC_PROGRAM_REMOTE)
		return 0;
	switch (h->procedure) {
	case REMOTE_EVENT_LIFECYCLE:
		return put_lifecycle(c, payload);
	case REMOTE_EVENT_METADATA:
		return put_metadata(c, payload);
	}
	return 0;
}

void conn_drop_events(struct vnet_conn *c)
{
	for (size_t i = 0; i < c->n_events; i++)
		vnet_free(c->events[i].uri);
	mem_drop(c->events);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Until an event is kept. 1: one is; 0: the time is over; or -errno. */
static int wait_for_event(struct vnet_conn *c, int timeout_ms)
{
	struct pollfd p = { .fd = stream_fd(c->stream), .events = POLLIN };
	int64_t end = now_ms() + timeout_ms;

	for (;;) {
		int r = c->n_events ? 0 : c->broken ? -ENODATA : conn_take_messages(c);

		if (c->n_events) /* also those that came just before the end, which shows again when they are taken */
			return 1;
		if (r < 0)
			return r;
		int64_t left = timeout_ms < 0 ? -1 : end - now_ms();

		if (timeout_ms >= 0 && left <= 0)
			return 0;
		if (poll(&p, 1, (int)left) < 0)
			return -errno;
	}
}

int vnet_event_next(struct vnet_conn *c, int timeout_ms, struct vnet_event *ret, struct vnet_error *err)
{
	int r = wait_for_event(c, timeout_ms);

	if (r == -EINTR)
		return conn_error_sys(err, r, "wait for events");
	if (r < 0) {
		c->broken = true;
		return r == -ENODATA ? conn_error(err, VNET_ERR_RPC, "vnetd closed the connection")
				     : conn_error_sys(err, r, "wait for events");
	}
	if (r == 0)
		return 0;
	*ret = c->events[0];
	memmove(c->events, c->events + 1, --c->n_events * sizeof(*c->events));
	return 1;
}

int vnet_fd(const struct vnet_conn *c)
{
	return stream_fd(c->stream);
}
