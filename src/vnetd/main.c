/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "api/server.h"
#include "base/file.h"
#include "base/journal.h"
#include "control/control.h"
#include "vnetd/options.h"
#include "vnetd/privileges.h"

DEFINE_AUTO(struct sd_event *, sd_event_unref)

static int on_hangup(sd_event_source *s, const struct signalfd_siginfo *si, void *arg)
{
	(void)s;
	(void)si;
	sd_notify(0, "RELOADING=1");
	log_info("daemon: reload");
	control_reload(arg);
	sd_notify(0, "READY=1");
	return 0;
}

/* One daemon a root: two would undo each other's work. */
static int lock_root(const char *root, struct err *e)
{
	AUTO(mem_drop) char *dir = mem_printf("%s/run/vnet", root);
	AUTO(mem_drop) char *path = mem_printf("%s/vnetd.pid", dir);
	AUTO(fd_close) int made = dir_open(dir, 0755);

	if (made < 0)
		return err_sys(e, made, "make folder %s", dir);
	int lock = file_lock(path);

	if (lock == -EWOULDBLOCK)
		return err_set(e, VNET_ERR_OPERATION_INVALID, "another vnetd runs here (it holds %s)", path);
	return lock < 0 ? err_sys(e, lock, "lock %s", path) : lock;
}

static int add_signals(sd_event *loop, struct control *c)
{
	int r = sd_event_add_signal(loop, NULL, SIGTERM, NULL, NULL); /* no handler: the loop ends */

	if (r >= 0)
		r = sd_event_add_signal(loop, NULL, SIGINT, NULL, NULL);
	return r < 0 ? r : sd_event_add_signal(loop, NULL, SIGHUP, on_hangup, c);
}

static int run(const struct options *o, struct err *e)
{
	AUTO(fd_close) int lock = -1;
	AUTO(sd_event_unref) struct sd_event *loop = NULL;
	AUTO(control_free) struct control *control = NULL;
	AUTO(api_server_free) struct api_server *server = NULL;
	sigset_t blocked;

	lock = lock_root(o->control.root, e);
	if (lock < 0 || privileges_limit(e) < 0)
		return -1;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGHUP);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	int r = sd_event_new(&loop);

	if (r < 0)
		return err_sys(e, r, "make the event loop");
	sd_event_set_watchdog(loop, true);
	if (control_start_up(&o->control, loop, &control, e) < 0 ||
	    api_server_open(o->control.root, o->libvirt, loop, control, &server, e) < 0)
		return -1;
	r = add_signals(loop, control);
	if (r >= 0) {
		sd_notify(0, "READY=1");
		log_info("daemon: ready");
		r = sd_event_loop(loop);
	}
	sd_notify(0, "STOPPING=1");
	return r < 0 ? err_sys(e, r, "event loop") : 0;
}

int main(int argc, char **argv)
{
	struct options o;
	struct err e;
	int code = options_read(argc, argv, &o);

	if (code >= 0)
		return code;
	log_open("vnetd", o.log);
	journal_open();
	umask(022);
	signal(SIGPIPE, SIG_IGN);
	if (run(&o, &e) < 0) {
		log_error("%s", e.detail);
		return 1;
	}
	return 0;
}
