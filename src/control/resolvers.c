/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control/resolvers.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <systemd/sd-event.h>

#include "base/file.h"
#include "base/log.h"

enum { RESOLV_CONF_MAX = 65536, WATCHED_DIRS = 3 };

/* systemd-resolved's stub answers on this address; the servers behind it are in a file of their own
 * (systemd-resolved.service(8)). */
static const char stub_address[] = "127.0.0.53";
static const char stub_upstream[] = "/run/systemd/resolve/resolv.conf";

struct resolvers {
	const char *path;
	struct sd_event *loop;
	resolvers_changed changed;
	void *arg;
	struct ip v[RESOLVERS_MAX];
	size_t n;
	bool told;
	sd_event_source *dirs[WATCHED_DIRS];
	char dir_paths[WATCHED_DIRS][PATH_MAX];
};

static bool parse_line(const char *line, size_t len, struct ip *ret)
{
	static const char word[] = "nameserver";
	char text[IP_TEXT];
	size_t n = 0;

	if (len < sizeof(word) || strncmp(line, word, sizeof(word) - 1) != 0)
		return false;
	const char *p = line + sizeof(word) - 1, *end = line + len;

	if (*p != ' ' && *p != '\t')
		return false;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	while (p < end && !strchr(" \t\r#;", *p) && n + 1 < sizeof(text))
		text[n++] = *p++;
	text[n] = '\0';
	return ip_parse(text, ret) == 0;
}

size_t resolvers_parse(const char *text, struct ip v[RESOLVERS_MAX])
{
	size_t n = 0;

	for (const char *line = text; *line && n < RESOLVERS_MAX;) {
		size_t len = strcspn(line, "\n");

		if (parse_line(line, len, &v[n]))
			n++;
		line += len + (line[len] == '\n');
	}
	return n;
}

static size_t read_file(const char *path, struct ip v[RESOLVERS_MAX])
{
	AUTO(mem_drop) char *text = NULL;
	size_t len;

	return file_read(AT_FDCWD, path, RESOLV_CONF_MAX, &text, &len) == 0 ? resolvers_parse(text, v) : 0;
}

static bool names_stub(const struct ip *v, size_t n)
{
	struct ip stub;

	ip_parse(stub_address, &stub);
	for (size_t i = 0; i < n; i++)
		if (ip_eq(&v[i], &stub))
			return true;
	return false;
}

static int on_dir(sd_event_source *s, const struct inotify_event *ev, void *arg);

/* Watches the folder of `path`: resolv.conf is usually replaced by rename, so watching the file itself would lose it. */
static void watch_dir_of(struct resolvers *r, size_t i, const char *path)
{
	char dir[PATH_MAX];
	const char *slash = path ? strrchr(path, '/') : NULL;

	snprintf(dir, sizeof(dir), "%.*s", slash ? (int)(slash - path) : 0, slash ? path : "");
	if (slash == path)
		strcpy(dir, "/");
	if (strcmp(dir, r->dir_paths[i]) == 0)
		return;
	r->dirs[i] = sd_event_source_disable_unref(r->dirs[i]);
	strcpy(r->dir_paths[i], dir);
	if (dir[0] && sd_event_add_inotify(r->loop, &r->dirs[i], dir,
					   IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE, on_dir, r) < 0)
		r->dir_paths[i][0] = '\0'; /* not there yet: tried again at the next change */
}

void resolvers_read(struct resolvers *r)
{
	AUTO(mem_drop) char *real = realpath(r->path, NULL); /* mostly a link to a file that a program rewrites */
	struct ip v[RESOLVERS_MAX] = { 0 };
	size_t n = read_file(r->path, v);
	bool stub = names_stub(v, n);

	if (stub) {
		struct ip up[RESOLVERS_MAX] = { 0 };
		size_t n_up = read_file(stub_upstream, up);

		if (n_up) {
			memcpy(v, up, sizeof(v));
			n = n_up;
		}
	}
	watch_dir_of(r, 0, r->path);
	watch_dir_of(r, 1, real);
	watch_dir_of(r, 2, stub ? stub_upstream : NULL);
	if (r->told && n == r->n && memcmp(v, r->v, sizeof(v)) == 0)
		return;
	memcpy(r->v, v, sizeof(v));
	r->n = n;
	r->told = true;
	r->changed(r->arg, r->v, r->n);
}

static int on_dir(sd_event_source *s, const struct inotify_event *ev, void *arg)
{
	(void)s;
	(void)ev; /* whichever file it was: reading is cheap, and a chain of links may end at any name */
	resolvers_read(arg);
	return 0;
}

int resolvers_open(const char *path, struct sd_event *loop, resolvers_changed changed, void *arg,
		   struct resolvers **ret, struct err *e)
{
	if (path[0] != '/' || strlen(path) >= PATH_MAX)
		return err_set(e, VNET_ERR_INVALID_ARG, "resolv.conf: '%s' is not an absolute path", path);
	struct resolvers *r = mem_new(struct resolvers);

	r->path = path;
	r->loop = loop;
	r->changed = changed;
	r->arg = arg;
	resolvers_read(r);
	*ret = r;
	return 0;
}

void resolvers_free(struct resolvers *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < WATCHED_DIRS; i++)
		sd_event_source_disable_unref(r->dirs[i]);
	mem_drop(r);
}
