/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* store/files.h - one folder of NAME.xml files, each a network's XML. For the stores of this folder alone.
 * Errors  0 or -1 with *e, which names the file. */
#pragma once
#include <limits.h>

#include "model/network.h"

struct files {
	int fd;
	char *path;
};

/* The folder is made if it is not there; what a crash left half-written in it is removed. files_close it also after an
 * error. */
int files_open(const char *root, const char *below, struct files *ret, struct err *e);
void files_close(struct files *f);

/* See defs_load. The number of files that were skipped, or -1. */
int files_load(const struct files *f, struct network ***ret, size_t *ret_n,
	       void (*skipped)(const char *file, const struct err *why), struct err *e);
/* `comment` stands before the XML, "" for none. */
int files_save(const struct files *f, const struct network *n, const char *comment, struct err *e);
int files_remove(const struct files *f, const char *name, struct err *e);

/* NAME.xml. A name that the parser would refuse is refused here too: it may not lead out of the folder. */
int files_name(const char *name, char ret[NAME_MAX + 1], struct err *e);
