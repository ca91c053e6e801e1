/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control/state.h"

void control_on_event(struct control *c, void (*event)(void *arg, const struct control_event *ev), void *arg)
{
	c->event = event;
	c->event_arg = arg;
}

static void tell(struct control *c, const struct control_event *ev)
{
	if (c->event)
		c->event(c->event_arg, ev);
}

void net_tell(struct control *c, const struct net *n, enum control_happening what)
{
	tell(c, &(struct control_event){ .what = what, .name = n->name, .uuid = n->uuid });
}

void net_tell_lease(struct control *c, const struct net *n, enum lease_news news, const struct lease_copy *l)
{
	tell(c,
	     &(struct control_event){
		 .what = CONTROL_LEASE_CHANGED,
		 .name = n->name,
		 .uuid = n->uuid,
		 .lease = {
		     .news = (int)news, .ip = l->ip, .mac = l->mac, .expiry = l->expiry, .hostname = l->hostname } });
}

void net_tell_metadata(struct control *c, const struct net *n, int type, const char *uri)
{
	tell(c, &(struct control_event){ .what = CONTROL_METADATA_CHANGED,
					 .name = n->name,
					 .uuid = n->uuid,
					 .metadata_type = type,
					 .metadata_uri = uri });
}
