/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/event.h"

enum { EVENT_LIFECYCLE = 0, EVENT_METADATA = 1, EVENTS, EVENT_LEASE = EVENTS /* ours: not registered as those are */ };

enum { EVENT_SERIAL = 1 }; /* what libvirt's daemons send; the oldest go-libvirt looks at it */

struct api_callback {
	int id, event;
	bool all;
	struct uuid net; /* unless `all` */
};

/* `net` NULL: of all networks. */
static int add_callback(struct api_call *c, int event, const struct remote_net *net, struct err *e)
{
	struct api_session *s = c->session;

	if (s->n_callbacks == API_CALLBACKS_MAX)
		return err_set(e, VNET_ERR_OPERATION_FAILED, "a connection has at most %d callbacks",
			       API_CALLBACKS_MAX);
	struct api_callback *cb = mem_push(s->callbacks, s->n_callbacks);

	cb->id = s->next_callback++;
	cb->event = event;
	cb->all = !net;
	if (net)
		cb->net = api_uuid(net->uuid);
	((struct remote_int *)c->ret)->value = cb->id;
	return 0;
}

static int event_register(struct api_call *c, struct err *e)
{
	const struct remote_register_args *a = c->args;

	if (a->event < 0 || a->event >= EVENTS)
		return api_domain(e, VNET_FROM_RPC,
				  err_set(e, VNET_ERR_INTERNAL, "unsupported network event ID %d", a->event));
	return add_callback(c, a->event, a->net, e);
}

int api_event_leases(struct api_call *c, struct err *e)
{
	const struct vnet_lease_events_args *a = c->args;

	return add_callback(c, EVENT_LEASE, a->net, e);
}

static int event_deregister(struct api_call *c, struct err *e)
{
	const struct remote_int *a = c->args;
	struct api_session *s = c->session;

	for (size_t i = 0; i < s->n_callbacks; i++) {
		struct api_callback *cb = &s->callbacks[i];

		if (cb->id != a->value)
			continue;
		memmove(cb, cb + 1, (--s->n_callbacks - i) * sizeof(*cb));
		return 0;
	}
	return api_domain(e, VNET_FROM_RPC,
			  err_set(e, VNET_ERR_INTERNAL, "network event callback %d not registered", a->value));
}

const struct api_handler api_event_handlers[] = {
	{ REMOTE_EVENT_REGISTER, event_register },
	{ REMOTE_EVENT_DEREGISTER, event_deregister },
	{ 0 },
};

static void encode_lease(int callback, const struct control_event *ev, char **ret, size_t *ret_len)
{
	struct rpc_header h = {
		RPC_PROGRAM_VNET, RPC_VERSION, VNET_PROC_LEASE_EVENT, RPC_MESSAGE, EVENT_SERIAL, RPC_OK
	};
	rpc_text hostname = (char *)ev->lease.hostname;
	char ip[IP_TEXT];
	struct vnet_lease_event w = { .callback = callback,
				      .net.name = (char *)ev->name,
				      .news = ev->lease.news,
				      .ip = (char *)ip_text(&ev->lease.ip, ip),
				      .hostname = hostname ? &hostname : NULL,
				      .expiry = (quad_t)ev->lease.expiry };

	memcpy(w.net.uuid, ev->uuid.b, sizeof(w.net.uuid));
	memcpy(w.mac, ev->lease.mac.b, sizeof(w.mac));
	rpc_encode(&h, 0, (xdrproc_t)xdr_vnet_lease_event, &w, ret, ret_len);
}

static void encode(int callback, const struct control_event *ev, char **ret, size_t *ret_len)
{
	struct rpc_header h = { RPC_PROGRAM_REMOTE, RPC_VERSION,  REMOTE_EVENT_LIFECYCLE,
				RPC_MESSAGE,        EVENT_SERIAL, RPC_OK };
	rpc_text uri = (char *)ev->metadata_uri;
	struct remote_net net = { .name = (char *)ev->name };
	struct remote_lifecycle_event life = { .callback = callback, .event = (int)ev->what };
	struct remote_metadata_event meta = { .callback = callback,
					      .type = ev->metadata_type,
					      .uri = uri ? &uri : NULL };

	memcpy(net.uuid, ev->uuid.b, sizeof(net.uuid));
	life.net = meta.net = net;
	if (ev->what == CONTROL_LEASE_CHANGED) {
		encode_lease(callback, ev, ret, ret_len);
	} else if (ev->what == CONTROL_METADATA_CHANGED) {
		h.procedure = REMOTE_EVENT_METADATA;
		rpc_encode(&h, 0, (xdrproc_t)xdr_remote_metadata_event, &meta, ret, ret_len);
	} else {
		rpc_encode(&h, 0, (xdrproc_t)xdr_remote_lifecycle_event, &life, ret, ret_len);
	}
}

void api_event_each(const struct api_session *s, const struct control_event *ev,
		    void (*put)(void *arg, const char *body, size_t len), void *arg)
{
	int event = ev->what == CONTROL_LEASE_CHANGED      ? EVENT_LEASE
		    : ev->what == CONTROL_METADATA_CHANGED ? EVENT_METADATA
							   : EVENT_LIFECYCLE;

	for (size_t i = 0; i < s->n_callbacks; i++) {
		const struct api_callback *cb = &s->callbacks[i];
		AUTO(mem_drop) char *body = NULL;
		size_t len;

		if (cb->event != event || (!cb->all && !uuid_eq(&cb->net, &ev->uuid)))
			continue;
		encode(cb->id, ev, &body, &len);
		put(arg, body, len);
	}
}
