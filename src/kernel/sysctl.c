/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

static int open_key(const char *key, int flags)
{
	char path[256];

	if (snprintf(path, sizeof(path), "/proc/sys/%s", key) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	int fd = open(path, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int sysctl_get(const char *key, char *ret, size_t size)
{
	AUTO(fd_close) int fd = open_key(key, O_RDONLY);

	if (fd < 0)
		return fd;
	ssize_t n = read(fd, ret, size - 1);

	if (n < 0)
		return -errno;
	ret[n] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
	return 0;
}

int sysctl_set(const char *key, const char *value)
{
	AUTO(fd_close) int fd = open_key(key, O_WRONLY);

	if (fd < 0)
		return fd;
	return write(fd, value, strlen(value)) < 0 ? -errno : 0; /* one write is one value: never partial */
}
