/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A live file holds the network's XML alone; what else runs gets files of its own beside it. */
#include "store/live.h"

#include <errno.h>
#include <fcntl.h>

#include "store/files.h"

#define MARKER "autostarted"

struct live {
	struct files files;
};

int live_open(const char *root, struct live **ret, struct err *e)
{
	AUTO(live_free) struct live *l = mem_new(struct live);

	l->files.fd = -1;
	if (files_open(root, "/run/vnet/networks", &l->files, e) < 0)
		return -1;
	*ret = TAKE(l);
	return 0;
}

void live_free(struct live *l)
{
	if (!l)
		return;
	files_close(&l->files);
	mem_drop(l);
}

int live_load(struct live *l, struct network ***ret, size_t *ret_n,
	      void (*skipped)(const char *file, const struct err *why), struct err *e)
{
	return files_load(&l->files, ret, ret_n, skipped, e);
}

int live_save(struct live *l, const struct network *n, struct err *e)
{
	return files_save(&l->files, n, "", e);
}

int live_remove(struct live *l, const char *name, struct err *e)
{
	return files_remove(&l->files, name, e);
}

bool live_first_start(struct live *l)
{
	AUTO(fd_close) int fd = openat(l->files.fd, MARKER, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return fd >= 0 || errno != EEXIST;
}
