/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/auth.h"

#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"

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

bool api_peer_in_group(int fd, const struct api_peer *p, gid_t group)
{
	socklen_t len = 0;

	if (p->gid == group)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &len) < 0 && errno != ERANGE)
		return false;
	AUTO(mem_drop) gid_t *groups = mem_array(1, len + sizeof(*groups));

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) < 0)
		return false;
	for (size_t i = 0; i < len / sizeof(*groups); i++)
		if (groups[i] == group)
			return true;
	return false;
}

bool api_is_for_all(int fd)
{
	struct sockaddr_un a = { 0 };
	socklen_t len = sizeof(a) - 1;
	struct stat st;

	if (getsockname(fd, (struct sockaddr *)&a, &len) < 0 || stat(a.sun_path, &st) < 0)
		return true; /* nothing keeps anybody out */
	return st.st_mode & S_IWOTH;
}
