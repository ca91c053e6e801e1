/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/ports.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "store/files.h"

#define SUFFIX ".xml"

enum { NAME_LEN = 36 + 1 + 36 + sizeof(SUFFIX) - 1, FILE_MODE = 0600 };

struct port_files {
	struct files files;
};

int port_files_open(const char *root, struct port_files **ret, struct err *e)
{
	AUTO(port_files_free) struct port_files *f = mem_new(struct port_files);

	f->files.fd = -1;
	if (files_open(root, "/run/vnet/ports", &f->files, e) < 0)
		return -1;
	*ret = TAKE(f);
	return 0;
}

void port_files_free(struct port_files *f)
{
	if (!f)
		return;
	files_close(&f->files);
	mem_drop(f);
}

static void file_name(const struct uuid *network, const struct uuid *port, char ret[NAME_LEN + 1])
{
	char a[UUID_TEXT], b[UUID_TEXT];

	snprintf(ret, NAME_LEN + 1, "%s.%s" SUFFIX, uuid_text(network, a), uuid_text(port, b));
}

/* The network's uuid of a file that is one of ours by its name. */
static bool is_ours(const char *file, struct uuid *network)
{
	char text[UUID_TEXT] = "";

	if (strlen(file) != NAME_LEN || strcmp(file + NAME_LEN - strlen(SUFFIX), SUFFIX) != 0)
		return false;
	memcpy(text, file, sizeof(text) - 1);
	return uuid_parse(text, network) == 0;
}

static int load_one(const struct port_files *f, const char *file, struct port **ret, struct err *e)
{
	AUTO(mem_drop) char *xml = NULL;
	size_t len;
	int r = file_read(f->files.fd, file, PORT_XML_MAX, &xml, &len);

	return r < 0 ? err_sys(e, r, "read") : port_parse(xml, len, ret, NULL, e);
}

int port_files_load(struct port_files *f, void (*found)(void *arg, const struct uuid *network, struct port *p),
		    void *arg, void (*skipped)(const char *file, const struct err *why), struct err *e)
{
	AUTO(fd_close) int fd = openat(f->files.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d)
		return err_sys(e, -errno, "read %s", f->files.path);
	fd = -1; /* closedir closes it */
	for (struct dirent *i; (i = readdir(d));) {
		struct port *p = NULL;
		struct uuid network;
		struct err why;

		if (!is_ours(i->d_name, &network))
			continue;
		if (load_one(f, i->d_name, &p, &why) < 0)
			skipped(i->d_name, &why);
		else
			found(arg, &network, p);
	}
	closedir(d);
	return 0;
}

int port_files_save(struct port_files *f, const struct uuid *network, const struct port *p, struct err *e)
{
	AUTO(mem_drop) char *xml = port_format(p);
	char file[NAME_LEN + 1];

	file_name(network, &p->uuid, file);
	int r = file_replace(f->files.fd, file, xml, strlen(xml), FILE_MODE);

	return r < 0 ? err_sys(e, r, "write %s/%s", f->files.path, file) : 0;
}

int port_files_remove(struct port_files *f, const struct uuid *network, const struct uuid *port, struct err *e)
{
	char file[NAME_LEN + 1];

	file_name(network, port, file);
	int r = file_remove(f->files.fd, file);

	return r < 0 ? err_sys(e, r, "remove %s/%s", f->files.path, file) : 0;
}
