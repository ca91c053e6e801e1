/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/defs.h"

#include <ctype.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "model/check.h"
#include "store/files.h"

struct defs {
	struct files files, autostart;
};

int defs_open(const char *root, struct defs **ret, struct err *e)
{
	AUTO(defs_free) struct defs *d = mem_new(struct defs);

	d->files.fd = d->autostart.fd = -1;
	if (files_open(root, "/etc/vnet/networks", &d->files, e) < 0 ||
	    files_open(root, "/etc/vnet/networks/autostart", &d->autostart, e) < 0)
		return -1;
	*ret = TAKE(d);
	return 0;
}

void defs_free(struct defs *d)
{
	if (!d)
		return;
	files_close(&d->files);
	files_close(&d->autostart);
	mem_drop(d);
}

/* Can it be typed in a shell as it is, and stand in an XML comment? */
static bool is_plain(const char *name)
{
	if (*name == '-' || strstr(name, "--"))
		return false;
	for (; *name; name++)
		if (!isascii(*name) || (!isalnum((unsigned char)*name) && !strchr("._-", *name)))
			return false;
	return true;
}

int defs_save(struct defs *d, const struct network *n, struct err *e)
{
	char uuid[UUID_TEXT];
	AUTO(mem_drop)
	char *comment = mem_printf("<!--\n"
				   "vnetd writes this file: what is changed here by hand can be lost. "
				   "To change the network use:\n"
				   "  vnet edit %s\n"
				   "-->\n",
				   is_plain(n->name) ? n->name : uuid_text(&n->uuid, uuid));

	return files_save(&d->files, n, comment, e);
}

/* Stored files have a uuid and a MAC; one that was put there by hand may lack them. */
static int complete(struct defs *d, struct network *n, struct err *e)
{
	if (n->has_uuid && (n->has_mac || !network_is_managed(n)))
		return 0;
	network_complete(n, NULL);
	return defs_save(d, n, e);
}

int defs_load(struct defs *d, struct network ***ret, size_t *ret_n,
	      void (*skipped)(const char *file, const struct err *why), struct err *e)
{
	struct network **v;
	size_t n, kept = 0;
	int left_out = files_load(&d->files, &v, &n, skipped, e);

	if (left_out < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct err why = { 0 };

		if (complete(d, v[i], &why) < 0) { /* else it had another uuid after each start */
			skipped(v[i]->name, &why);
			network_free(v[i]);
		} else {
			v[kept++] = v[i];
		}
	}
	*ret = v;
	*ret_n = kept;
	return left_out + (int)(n - kept);
}

int defs_remove(struct defs *d, const char *name, struct err *e)
{
	return files_remove(&d->autostart, name, e) < 0 ? -1 : files_remove(&d->files, name, e);
}

bool defs_autostart(const struct defs *d, const char *name)
{
	char file[NAME_MAX + 1];
	struct stat def, link;

	return files_name(name, file, NULL) == 0 && fstatat(d->files.fd, file, &def, 0) == 0 &&
	       fstatat(d->autostart.fd, file, &link, 0) == 0 && def.st_dev == link.st_dev && def.st_ino == link.st_ino;
}

int defs_set_autostart(struct defs *d, const char *name, bool on, struct err *e)
{
	char file[NAME_MAX + 1];

	if (!on)
		return files_remove(&d->autostart, name, e);
	if (files_name(name, file, e) < 0)
		return -1;
	AUTO(mem_drop) char *target = mem_printf("%s/%s", d->files.path, file);
	int r = file_symlink(target, d->autostart.fd, file);

	return r < 0 ? err_sys(e, r, "link %s/%s", d->autostart.path, file) : 0;
}
