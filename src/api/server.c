/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/server.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <time.h>
#include <unistd.h>

#include "api/client.h"
#include "base/file.h"
#include "base/log.h"
#include "base/stream.h"

enum {
	ACCEPT_BURST = 16,           /* connections taken in one turn of the loop */
	CLIENTS_OF_ONE_USER = 500,   /* so that one user can't shut out the others; root is not counted */
	ACCEPT_PAUSE_US = 100 * 1000 /* when no descriptor is left */
};

static const struct listener_kind {
	const char *folder, *file, *unit, *group;
	mode_t mode;
	bool read_only, libvirt; /* libvirt: only if wanted */
	bool refused;            /* only systemd makes it, and we don't speak it */
} kinds[] = {
	{ "run/vnet", "vnetd-sock", "vnetd.socket", "vnet", 0660, false, false, false },
	{ "run/vnet", "vnetd-sock-ro", "vnetd-ro.socket", NULL, 0666, true, false, false },
	{ "run/libvirt", "virtnetworkd-sock", "virtnetworkd.socket", "libvirt", 0660, false, true, false },
	{ "run/libvirt", "virtnetworkd-sock-ro", "virtnetworkd-ro.socket", NULL, 0666, true, true, false },
	{ "run/libvirt", "virtnetworkd-admin-sock", "virtnetworkd-admin.socket", NULL, 0600, false, true, true },
};

struct listener {
	struct api_server *server;
	const struct listener_kind *kind;
	int fd;
	char *path;   /* NULL: systemd's, not ours to unlink */
	bool for_all; /* its mode keeps nobody out: then only root and this group may change anything */
	gid_t group;
	sd_event_source *io;
};

struct api_server {
	struct sd_event *loop;
	struct control *control;
	struct listener listeners[ARRAY_SIZE(kinds)];
	struct api_client **clients;
	size_t n_clients;
	sd_event_source *resume, *progress;
	struct log_limit refused, garbled;
};

static void listener_close(struct listener *l)
{
	sd_event_source_disable_unref(l->io);
	if (l->path)
		unlink(l->path);
	fd_close(l->fd);
	mem_drop(l->path);
}

void api_server_free(struct api_server *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(s->listeners); i++)
		listener_close(&s->listeners[i]);
	for (size_t i = 0; i < s->n_clients; i++)
		api_client_free(s->clients[i]);
	control_on_progress(s->control, NULL, NULL);
	control_on_event(s->control, NULL, NULL);
	sd_event_source_disable_unref(s->resume);
	sd_event_source_disable_unref(s->progress);
	mem_drop(s->clients);
	mem_drop(s);
}

static void on_gone(struct api_client *client, void *arg)
{
	struct api_server *s = arg;
	const struct api_peer *p = api_client_peer(client);

	if (api_client_garbled(client) && log_allowed(&s->garbled, (uint64_t)time(NULL)))
		log_warn("api: client of uid %u, pid %d: cut off: it sent what is no message", p->uid, p->pid);
	for (size_t i = 0; i < s->n_clients; i++) {
		if (s->clients[i] != client)
			continue;
		s->clients[i] = s->clients[--s->n_clients];
		break;
	}
	api_client_free(client);
}

static size_t clients_of(const struct api_server *s, uid_t uid)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_clients; i++)
		n += api_client_peer(s->clients[i])->uid == uid;
	return n;
}

/* Is there room for one more of this user? */
static bool admits(const struct api_server *s, const struct api_peer *p)
{
	return s->n_clients < API_CLIENTS_MAX &&
	       (api_peer_is_trusted(p) || clients_of(s, p->uid) < CLIENTS_OF_ONE_USER);
}

static bool may_write(const struct listener *l, int fd)
{
	struct api_peer p;

	if (l->kind->read_only)
		return false;
	return !l->for_all ||
	       (api_peer_of(fd, &p) == 0 && (api_peer_is_trusted(&p) || api_peer_in_group(fd, &p, l->group)));
}

static void welcome(struct listener *l, int fd)
{
	struct api_server *s = l->server;

	if (l->kind->refused) { /* systemd keeps the socket: without this they would wait for ever */
		fd_close(fd);
		return;
	}
	struct api_client *c = api_client_new(fd, !may_write(l, fd), s->control, s->loop, on_gone, s);

	if (!c)
		return;
	if (!admits(s, api_client_peer(c))) {
		if (log_allowed(&s->refused, (uint64_t)time(NULL)))
			log_warn("api: client of uid %u: refused: too many connections", api_client_peer(c)->uid);
		api_client_free(c);
		return;
	}
	*mem_push(s->clients, s->n_clients) = c;
}

static void listeners_enable(struct api_server *s, int enabled)
{
	for (size_t i = 0; i < ARRAY_SIZE(s->listeners); i++)
		if (s->listeners[i].io)
			sd_event_source_set_enabled(s->listeners[i].io, enabled);
}

static int on_resume(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source, (void)usec;
	listeners_enable(arg, SD_EVENT_ON);
	return 0;
}

/* Out of descriptors: the connection stays in the queue and would wake the loop for ever, so look away for a moment. */
static void pause_accept(struct api_server *s, int why)
{
	log_warn("api: accept: %s", strerror(why));
	listeners_enable(s, SD_EVENT_OFF);
	sd_event_source_set_time_relative(s->resume, ACCEPT_PAUSE_US);
	sd_event_source_set_enabled(s->resume, SD_EVENT_ONESHOT);
}

static int on_accept(sd_event_source *source, int listening, uint32_t events, void *arg)
{
	struct listener *l = arg;

	(void)source, (void)events;
	for (int i = 0; i < ACCEPT_BURST; i++) {
		int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0)
			welcome(l, fd);
		else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			return pause_accept(l->server, errno), 0;
		else
			return 0;
	}
	return 0;
}

/* The descriptor that systemd passed under this name, or -1. */
static int activated(const char *unit)
{
	char **names = NULL;
	int found = -1, n = sd_listen_fds_with_names(0, &names);

	for (int i = 0; i < n; i++) {
		if (strcmp(names[i], unit) == 0)
			found = SD_LISTEN_FDS_START + i;
		free(names[i]);
	}
	free(names);
	return found;
}

/* Members of this group may use the read-write socket, else those of vnet; without such a group only root may. */
static gid_t group_of(const struct listener_kind *k)
{
	const struct group *g = k->group ? getgrnam(k->group) : NULL;

	if (!g && k->group)
		g = getgrnam("vnet");
	return g ? g->gr_gid : (gid_t)-1;
}

static int make_folder(const char *root, const char *below, struct err *e)
{
	AUTO(mem_drop) char *folder = mem_printf("%s/%s", root, below);
	AUTO(fd_close) int fd = dir_open(folder, 0755);

	return fd < 0 ? err_sys(e, fd, "make %s", folder) : 0;
}

static int listen_at(struct listener *l, const char *root, struct err *e)
{
	AUTO(mem_drop) char *path = mem_printf("%s/%s/%s", root, l->kind->folder, l->kind->file);

	if (make_folder(root, l->kind->folder, e) < 0)
		return -1;
	int fd = stream_listen(path, l->kind->mode);

	if (fd == -EADDRINUSE)
		return err_set(e, VNET_ERR_INTERNAL, "another daemon listens on %s", path);
	if (fd < 0)
		return err_sys(e, fd, "listen on %s", path);
	if (chown(path, (uid_t)-1, l->group) < 0)
		log_warn("api: %s: group %u: %s", path, l->group, strerror(errno));
	l->fd = fd;
	l->path = TAKE(path);
	return 0;
}

static int listener_open(struct listener *l, const char *root, bool libvirt, struct err *e)
{
	struct api_server *s = l->server;

	l->group = group_of(l->kind);
	l->fd = activated(l->kind->unit);
	l->for_all = l->fd >= 0 && api_is_for_all(l->fd);
	if (l->fd < 0 && l->kind->libvirt && (!libvirt || l->kind->refused))
		return 0;
	if (l->kind->refused)
		log_info("api: %s: there is no such interface here: its clients are refused", l->kind->unit);
	if (l->fd < 0 && listen_at(l, root, e) < 0)
		return -1;
	fcntl(l->fd, F_SETFL,
	      fcntl(l->fd, F_GETFL) | O_NONBLOCK); /* systemd's are not: accept(2) would stop the loop */
	int r = sd_event_add_io(s->loop, &l->io, l->fd, EPOLLIN, on_accept, l);

	return r < 0 ? err_sys(e, r, "watch %s", l->kind->file) : 0;
}

static struct api_server *server_new(struct sd_event *loop, struct control *c)
{
	struct api_server *s = mem_new(struct api_server);

	s->loop = loop;
	s->control = c;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		s->listeners[i] = (struct listener){ .server = s, .kind = &kinds[i], .fd = -1 };
	return s;
}

/* Not at once: we may be inside the call that made the progress. */
static void on_progress(void *arg)
{
	struct api_server *s = arg;

	sd_event_source_set_enabled(s->progress, SD_EVENT_ONESHOT);
}

static int retry_waiting(sd_event_source *source, void *arg)
{
	struct api_server *s = arg;

	(void)source;
	for (size_t i = 0; i < s->n_clients; i++)
		api_client_progress(s->clients[i]);
	return 0;
}

static void on_event(void *arg, const struct control_event *ev)
{
	struct api_server *s = arg;

	for (size_t i = 0; i < s->n_clients; i++)
		api_client_event(s->clients[i], ev);
}

static int add_sources(struct api_server *s)
{
	int r = sd_event_add_time_relative(s->loop, &s->resume, CLOCK_MONOTONIC, 0, 0, on_resume, s);

	if (r >= 0)
		r = sd_event_source_set_enabled(s->resume, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_add_defer(s->loop, &s->progress, retry_waiting, s);
	return r < 0 ? r : sd_event_source_set_enabled(s->progress, SD_EVENT_OFF);
}

int api_server_open(const char *root, bool libvirt, struct sd_event *loop, struct control *c, struct api_server **ret,
		    struct err *e)
{
	AUTO(api_server_free) struct api_server *s = server_new(loop, c);

	int r = add_sources(s);

	if (r < 0)
		return err_sys(e, r, "timer");
	control_on_progress(c, on_progress, s);
	control_on_event(c, on_event, s);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (listener_open(&s->listeners[i], root, libvirt, e) < 0)
			return -1;
	*ret = TAKE(s);
	return 0;
}
