/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/map.h"
#include "model/format.h"
#include "model/parse.h"

#define SUFFIX   ".xml"
#define LEFTOVER SUFFIX ".new" /* base/file: .NAME.new until it is complete */

enum { FOLDER_MODE = 0700, FILE_MODE = 0600 };

typedef void skipped_fn(const char *file, const struct err *why);

void files_close(struct files *f)
{
	fd_close(f->fd);
	mem_drop(f->path);
}

int files_name(const char *name, char ret[NAME_MAX + 1], struct err *e)
{
	if (!*name || strchr(name, '/') || strlen(name) > NETWORK_NAME_MAX)
		return err_set(e, VNET_ERR_INVALID_ARG, "'%.64s' cannot be a network's name", name);
	snprintf(ret, NAME_MAX + 1, "%s" SUFFIX, name);
	return 0;
}

int files_save(const struct files *f, const struct network *n, const char *comment, struct err *e)
{
	AUTO(mem_drop) char *xml = network_format(n, NULL);
	AUTO(mem_drop) char *text = mem_printf("%s%s", comment, xml);
	char file[NAME_MAX + 1];

	if (files_name(n->name, file, e) < 0)
		return -1;
	int r = file_replace(f->fd, file, text, strlen(text), FILE_MODE);

	return r < 0 ? err_sys(e, r, "write %s/%s", f->path, file) : 0;
}

int files_remove(const struct files *f, const char *name, struct err *e)
{
	char file[NAME_MAX + 1];

	if (files_name(name, file, e) < 0)
		return -1;
	int r = file_remove(f->fd, file);

	return r < 0 ? err_sys(e, r, "remove %s/%s", f->path, file) : 0;
}

static bool ends_with(const char *s, const char *end)
{
	size_t len = strlen(s), n = strlen(end);

	return len > n && strcmp(s + len - n, end) == 0;
}

static int read_regular(const struct files *f, const char *file, char **ret, size_t *ret_len, struct err *e)
{
	struct stat st;
	int r = fstatat(f->fd, file, &st, 0) < 0 ? -errno : 0;

	if (r == 0 && !S_ISREG(st.st_mode)) /* opening a pipe would wait */
		return err_set(e, VNET_ERR_XML, "it is not a regular file");
	if (r == 0)
		r = file_read(f->fd, file, NETWORK_XML_MAX, ret, ret_len);
	return r < 0 ? err_sys(e, r, "read") : 0;
}

static int load_one(const struct files *f, const char *file, struct network **ret, struct err *e)
{
	AUTO(network_free) struct network *n = NULL;
	AUTO(mem_drop) char *xml = NULL;
	size_t len;

	if (read_regular(f, file, &xml, &len, e) < 0 || network_parse(xml, len, &n, NULL, e) < 0)
		return -1;
	if (strlen(n->name) != strlen(file) - strlen(SUFFIX) || strncmp(n->name, file, strlen(n->name)) != 0)
		return err_set(e, VNET_ERR_XML, "holds the network '%s', whose file would be named after it", n->name);
	*ret = TAKE(n);
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of all files that end so, sorted, so that every start sees them in one order. */
static int list_files(const struct files *f, const char *end, char ***ret, size_t *ret_n, struct err *e)
{
	AUTO(fd_close) int fd = openat(f->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	char **v = NULL;
	size_t n = 0;

	if (!d)
		return err_sys(e, -errno, "read %s", f->path);
	fd = -1; /* closedir closes it */
	for (struct dirent *i; (i = readdir(d));)
		if (ends_with(i->d_name, end))
			*mem_push(v, n) = mem_strdup(i->d_name);
	closedir(d);
	if (n)
		qsort(v, n, sizeof(*v), by_text);
	*ret = v;
	*ret_n = n;
	return 0;
}

/* Removes what a crash left half-written. */
static int sweep(const struct files *f, struct err *e)
{
	char **names = NULL;
	size_t n = 0;

	if (list_files(f, LEFTOVER, &names, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (names[i][0] == '.')
			unlinkat(f->fd, names[i], 0);
		mem_drop(names[i]);
	}
	mem_drop(names);
	return 0;
}

int files_open(const char *root, const char *below, struct files *ret, struct err *e)
{
	ret->path = mem_printf("%s%s", root, below);
	ret->fd = dir_open(ret->path, FOLDER_MODE);
	if (ret->fd < 0)
		return err_sys(e, ret->fd, "open %s", ret->path);
	return sweep(ret, e);
}

/* Loads one file into the array, or tells why not. */
static void add_one(const struct files *f, const char *file, struct map *uuids, struct network ***v, size_t *n,
		    skipped_fn *skipped)
{
	AUTO(network_free) struct network *net = NULL;
	const struct network *twin = NULL;
	struct err why = { 0 };
	int r = load_one(f, file, &net, &why);

	if (r == 0 && net->has_uuid)
		twin = map_get(uuids, &net->uuid, sizeof(net->uuid));
	if (twin)
		r = err_set(&why, VNET_ERR_OPERATION_FAILED, "its uuid is that of network '%s'", twin->name);
	if (r < 0) {
		AUTO(mem_drop) char *path = mem_printf("%s/%s", f->path, file);

		skipped(path, &why);
		return;
	}
	if (net->has_uuid)
		map_put(uuids, &net->uuid, sizeof(net->uuid), net);
	*mem_push(*v, *n) = TAKE(net);
}

int files_load(const struct files *f, struct network ***ret, size_t *ret_n, skipped_fn *skipped, struct err *e)
{
	AUTO(map_free) struct map *uuids = map_new();
	struct network **v = NULL;
	char **names = NULL;
	size_t n = 0, n_names = 0;

	if (list_files(f, SUFFIX, &names, &n_names, e) < 0)
		return -1;
	for (size_t i = 0; i < n_names; i++) {
		add_one(f, names[i], uuids, &v, &n, skipped);
		mem_drop(names[i]);
	}
	mem_drop(names);
	*ret = v;
	*ret_n = n;
	return (int)(n_names - n);
}
