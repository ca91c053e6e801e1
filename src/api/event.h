/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* api/event.h - who wants to be told of what happens to networks, and the messages that tell it. */
#pragma once
#include "api/dispatch.h"

enum { API_CALLBACKS_MAX = 256 }; /* registrations of one connection */

int api_event_leases(struct api_call *c, struct err *e); /* VNET_PROC_LEASE_EVENTS */

/* Calls `put` with a frame's body for each registration of this session that the event fits. */
void api_event_each(const struct api_session *s, const struct control_event *ev,
		    void (*put)(void *arg, const char *body, size_t len), void *arg);
