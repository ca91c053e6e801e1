/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/file.h - whole files, read and replaced. Paths are relative to a folder's descriptor, or to AT_FDCWD.
 * Errors  0 or -errno. */
#pragma once
#include <stddef.h>
#include <sys/types.h>

/* Reads a whole file of at most `max` bytes (-EFBIG) into *ret, which the caller frees with mem_drop; one NUL byte
 * stands behind it. */
int file_read(int dirfd, const char *path, size_t max, char **ret, size_t *ret_len);

/* Writes all of it, however often that takes. */
int file_write_all(int fd, const char *data, size_t len);

/* Replaces `name` (no folder in it) in `dirfd`: written to a temporary file, synced, renamed, the folder synced.
 * After a crash at any point the old or the new content is there, whole. */
int file_replace(int dirfd, const char *name, const void *data, size_t len, mode_t mode);

/* Removes `name` and syncs the folder. A file that is not there is no error. */
int file_remove(int dirfd, const char *name);

/* Makes a symbolic link, replacing one that is there, with the same durability. */
int file_symlink(const char *target, int dirfd, const char *name);

/* Makes the folder and its parents (0755) and opens it: a descriptor, or -errno. */
int dir_open(const char *path, mode_t mode);

/* Takes an exclusive lock on `path` and writes our pid into it: a descriptor to keep open, -EWOULDBLOCK if another
 * process holds it, or -errno. */
int file_lock(const char *path);
