/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* guestd/sandbox.h - how the process that reads guests gets rid of what it does not need.
 * Order   guestd_confine (folder, user), then open the database and the sockets, then guestd_lock: from there on no file
 *         outside the folder, no new privilege, no capability, and no system call that is not on the list.
 * Errors  struct err. */
#pragma once
#include "base/err.h"

/* Goes into the database's folder, which is made if needed: as root by chroot(2), so that nothing else has a name from here
 * on, and gives it to `user`, whom the process then becomes; without a user, or not as root, the ids stay. *ret_path is the
 * path to use for files in it, to be freed with mem_drop. *ret_dir: the folder's descriptor. */
int guestd_confine(const char *folder, const char *user, char **ret_path, int *ret_dir, struct err *e);

/* Gives up all capabilities and locks the process in: no_new_privs, Landlock on `dirfd` if the kernel has it, seccomp. */
int guestd_lock(int dirfd, struct err *e);

/* The same for guestd/opener.h's process: it may open files for reading, and nothing else. */
int guestd_lock_opener(struct err *e);
