/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls of our own program about published ports. */
#include <assert.h>

#include "api/dispatch.h"
#include "model/publish.h"

static int read_ports(const struct vnet_publish_row *w, struct publish *ret, struct err *e)
{
	if (!w->port || w->port > UINT16_MAX || w->port_end < w->port || w->port_end > UINT16_MAX)
		return err_set(e, VNET_ERR_INVALID_ARG, "%u to %u are no ports", w->port, w->port_end);
	if (w->to && w->to + (w->port_end - w->port) > UINT16_MAX)
		return err_set(e, VNET_ERR_INVALID_ARG, "the guest has no %u ports from %u on",
			       w->port_end - w->port + 1, w->to);
	ret->port = (uint16_t)w->port;
	ret->port_end = (uint16_t)w->port_end;
	ret->to = (uint16_t)(w->to == w->port ? 0 : w->to);
	return 0;
}

/* The guest's name is a copy, to be released with publish_clear, also on failure. */
static int read_row(const struct vnet_publish_row *w, struct publish *ret, struct err *e)
{
	int transport = word_find(transport_words, w->protocol);

	if (transport < 0)
		return err_set(e, VNET_ERR_INVALID_ARG, "'%.64s' is neither tcp nor udp", w->protocol);
	ret->transport = (enum transport)transport;
	if (w->address && ip_parse(*w->address, &ret->address) < 0)
		return err_set(e, VNET_ERR_INVALID_ARG, "'%.64s' is not an IP address", *w->address);
	if (w->guest && publish_set_guest(ret, *w->guest) < 0)
		return err_set(e, VNET_ERR_INVALID_ARG, "guest '%.64s' is no host name, no MAC and no address",
			       *w->guest);
	return read_ports(w, ret, e);
}

typedef int change_fn(struct control *c, const struct uuid *u, const struct publish *p, unsigned flags, struct err *e);

static int change(struct api_call *c, change_fn *make, const char *function, bool needs_guest, struct err *e)
{
	const struct vnet_publish_args *a = c->args;
	struct publish p = { 0 };
	struct control_net n;
	int r = -1;

	if (needs_guest && !a->what.guest)
		err_set(e, VNET_ERR_INVALID_ARG, "no guest is named");
	else if (api_check_flags(a->flags, CONTROL_LIVE | CONTROL_CONFIG, function, e) == 0 &&
		 read_row(&a->what, &p, e) == 0 && api_find(c, &a->net, &n, e) == 0)
		r = make(c->session->control, &n.uuid, &p, a->flags, e);
	publish_clear(&p);
	return r;
}

static int publish(struct api_call *c, struct err *e)
{
	return change(c, control_publish, "vnetPublish", true, e);
}

static int unpublish(struct api_call *c, struct err *e)
{
	return change(c, control_unpublish, "vnetUnpublish", false, e);
}

static rpc_text *ip_or_none(const struct ip *ip)
{
	char out[IP_TEXT];

	return api_text(ip->family ? ip_text(ip, out) : NULL);
}

static struct vnet_published_row row_of(const struct control_published *p)
{
	return (struct vnet_published_row){
		.what = { .address = ip_or_none(&p->what->address),
			  .port = p->what->port,
			  .port_end = p->what->port_end,
			  .protocol = mem_strdup(transport_words[p->what->transport]),
			  .guest = api_text(p->what->guest),
			  .to = p->what->to },
		.to_ipv4 = ip_or_none(&p->to4),
		.to_ipv6 = ip_or_none(&p->to6),
		.why = api_text(p->why),
	};
}

static int published(struct api_call *c, struct err *e)
{
	const struct remote_one_net *a = c->args;
	struct vnet_published_ret *ret = c->ret;
	AUTO(mem_drop) struct control_published *v = NULL;
	struct control_net net;
	size_t n = 0;

	static_assert(PUBLISH_MAX <= VNET_PUBLISHED_MAX, "all of them fit");
	if (api_find(c, &a->net, &net, e) < 0 || control_published(c->session->control, &net.uuid, &v, &n, e) < 0)
		return -1;
	ret->rows.rows_val = mem_array(n, sizeof(struct vnet_published_row));
	ret->rows.rows_len = (unsigned)n;
	for (size_t i = 0; i < n; i++)
		ret->rows.rows_val[i] = row_of(&v[i]);
	return 0;
}

const struct api_handler api_publish_handlers[] = {
	{ VNET_PROC_PUBLISH, publish },
	{ VNET_PROC_UNPUBLISH, unpublish },
	{ VNET_PROC_PUBLISHED, published },
	{ 0 },
};
