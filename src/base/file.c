/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

int file_read(int dirfd, const char *path, size_t max, char **ret, size_t *ret_len)
{
	AUTO(fd_close) int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	AUTO(mem_drop) char *buf = NULL;
	size_t len = 0, room = 4096;

	if (fd < 0)
		return -errno;
	buf = mem_array(1, room + 1);
	for (;;) {
		ssize_t n = read(fd, buf + len, room - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
		if (len > max)
			return -EFBIG;
		if (len == room) {
			char *more = mem_array(2, room + 1);

			memcpy(more, buf, len);
			mem_drop(buf);
			buf = more;
			room *= 2;
		}
	}
	buf[len] = '\0';
	*ret = TAKE(buf);
	*ret_len = len;
	return 0;
}

int file_write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int sync_dir(int dirfd)
{
	AUTO(fd_close) int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

/* The name under which the new file waits: hidden, one per name, so a left-over of a crash is overwritten. */
static int temp_name(const char *name, char *out, size_t size)
{
	return snprintf(out, size, ".%s.new", name) < (int)size ? 0 : -ENAMETOOLONG;
}

static int rename_and_sync(int dirfd, const char *temp, const char *name)
{
	if (renameat(dirfd, temp, dirfd, name) < 0) {
		int r = -errno;

		unlinkat(dirfd, temp, 0);
		return r;
	}
	return sync_dir(dirfd);
}

int file_replace(int dirfd, const char *name, const void *data, size_t len, mode_t mode)
{
	char temp[NAME_MAX + 1];
	int r = temp_name(name, temp, sizeof(temp));

	if (r < 0)
		return r;
	AUTO(fd_close) int fd = openat(dirfd, temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);

	if (fd < 0)
		return -errno;
	r = file_write_all(fd, data, len);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r < 0) {
		unlinkat(dirfd, temp, 0);
		return r;
	}
	return rename_and_sync(dirfd, temp, name);
}

int file_remove(int dirfd, const char *name)
{
	if (unlinkat(dirfd, name, 0) < 0)
		return errno == ENOENT ? 0 : -errno;
	return sync_dir(dirfd);
}

int file_symlink(const char *target, int dirfd, const char *name)
{
	char temp[NAME_MAX + 1];
	int r = temp_name(name, temp, sizeof(temp));

	if (r < 0)
		return r;
	unlinkat(dirfd, temp, 0);
	if (symlinkat(target, dirfd, temp) < 0)
		return -errno;
	return rename_and_sync(dirfd, temp, name);
}

int dir_open(const char *path, mode_t mode)
{
	char part[PATH_MAX];

	if (strlen(path) >= sizeof(part))
		return -ENAMETOOLONG;
	strcpy(part, path);
	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, 0755) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	if (mkdir(part, mode) < 0 && errno != EEXIST)
		return -errno;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int file_lock(const char *path)
{
	AUTO(fd_close) int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	char pid[32];

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	int len = snprintf(pid, sizeof(pid), "%d\n", (int)getpid());

	if (ftruncate(fd, 0) < 0 || pwrite(fd, pid, (size_t)len, 0) < 0)
		return -errno;
	return TAKE_FD(fd);
}
