/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* api/auth.h - who is at the other end of a socket. Access itself is the sockets' file modes: who may open the
 * read-write one may change networks, unless systemd made it for everybody. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

struct api_peer {
	pid_t pid;
	uid_t uid;
	gid_t gid;
};

/* SO_PEERCRED: fixed when the peer connected. 0 or -errno. */
int api_peer_of(int fd, struct api_peer *ret);
/* Is it root, or the user that we run as? Only such a peer may speak for somebody else. */
bool api_peer_is_trusted(const struct api_peer *p);
/* Was it in this group when it connected? */
bool api_peer_in_group(int fd, const struct api_peer *p, gid_t group);
/* May everybody connect to this listening socket? */
bool api_is_for_all(int fd);
