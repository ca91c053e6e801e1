/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/auth.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

int api_peer_of(int fd, struct api_peer *ret)
{
	struct ucred c;
	socklen_t len = sizeof(c);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &len) < 0)
		return -errno;
	*ret = (struct api_peer){ .pid = c.pid, .uid = c.uid, .gid = c.gid };
	return 0;
}

bool api_peer_is_trusted(const struct api_peer *p)
{
	return p->uid == 0 || p->uid == geteuid();
}
