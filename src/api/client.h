/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* api/client.h - one connection on the loop: reads messages, answers them in order, and stops reading from a peer that
 * does not read its answers. */
#pragma once
#include <sys/types.h>

#include "api/dispatch.h"

struct sd_event;
struct api_client;

enum {
	API_QUEUE_MAX = 1048576, /* bytes of answers that may wait; above it nothing is read */
	API_EVENTS_MAX =
	    1048576,       /* bytes of events put behind what waits: a client that lets more pile up is cut off */
	API_PING_S = 5,    /* of silence until a client that answers pings gets one, and between pings */
	API_PINGS_MAX = 5, /* unanswered, then it is cut off */
	API_RO_FRAME_MAX =
	    262144, /* a read-only client has no document to send: everybody may connect, so it is small */
};

/* Takes the connected socket `fd`. `gone` is called once, from the loop, when the connection has ended; the owner frees
 * the client then. NULL: the peer could not be identified or watched; fd is closed. */
struct api_client *api_client_new(int fd, bool read_only, struct control *control, struct sd_event *loop,
				  void (*gone)(struct api_client *client, void *arg), void *arg);
/* Control has made progress: a message that waits for it is tried again. */
void api_client_progress(struct api_client *client);
/* Tells the client, if it wants to know. It is freed later if at all, so clients may be walked meanwhile. */
void api_client_event(struct api_client *client, const struct control_event *ev);
void api_client_free(struct api_client *client);
const struct api_peer *api_client_peer(const struct api_client *client);
/* Once it is gone: because it sent what is no message? */
bool api_client_garbled(const struct api_client *client);
