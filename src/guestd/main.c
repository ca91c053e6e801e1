/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vnet-guestd - the process that reads what guests send: DHCP, DNS and TFTP of all networks. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/stream.h"
#include "guestd/link.h"
#include "guestd/opener.h"
#include "guestd/sandbox.h"
#include "guestd/serve.h"
#include "lease/db.h"

struct options {
	const char *root, *user;
	bool debug;
};

static const char usage[] = "usage: vnet-guestd [--root DIR] [--user NAME] [--debug]\n";

static int parse_options(int argc, char **argv, struct options *o)
{
	static const struct option known[] = {
		{ "root", required_argument, NULL, 'r' },
		{ "user", required_argument, NULL, 'u' },
		{ "debug", no_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};

	o->root = getenv("VNET_ROOT") ?: "";
	for (int c; (c = getopt_long(argc, argv, "", known, NULL)) >= 0;) {
		switch (c) {
		case 'r':
			o->root = optarg;
			break;
		case 'u':
			o->user = optarg;
			break;
		case 'd':
			o->debug = true;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			fputs(usage, stderr);
			return -1;
		}
	}
	if (optind < argc)
		fputs(usage, stderr);
	return optind < argc ? -1 : 0;
}

/* The socket that systemd or vnetd hands over, else our own. */
static int listening_socket(const char *root, int *ret, struct err *e)
{
	AUTO(mem_drop) char *folder = mem_printf("%s/run/vnet", root);
	AUTO(mem_drop) char *path = mem_printf("%s/guestd-sock", folder);
	int n = sd_listen_fds(1);

	if (n > 1)
		return err_set(e, VNET_ERR_INVALID_ARG, "%d sockets were passed, one is wanted", n);
	if (n == 1) {
		*ret = SD_LISTEN_FDS_START;
		return 0;
	}
	AUTO(fd_close) int dir = dir_open(folder, 0755);
	int fd = dir < 0 ? dir : stream_listen(path, 0600);

	if (fd < 0)
		return err_sys(e, fd, "listen on '%s'", path);
	*ret = fd;
	return 0;
}

/* Every network needs some descriptors; the soft limit is for programs that use select(2). */
static void raise_limit(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) == 0) {
		l.rlim_cur = l.rlim_max;
		setrlimit(RLIMIT_NOFILE, &l);
	}
}

static int open_leases(const char *root, const char *user, struct lease_db **ret, int *ret_dir, struct err *e)
{
	AUTO(mem_drop) char *folder = mem_printf("%s/var/lib/vnet", root);
	AUTO(mem_drop) char *inside = NULL;

	if (guestd_confine(folder, user, &inside, ret_dir, e) < 0)
		return -1;
	umask(0027); /* who has which address is not everybody's business */
	AUTO(mem_drop) char *path = mem_printf("%s/leases.db", inside);
	int r = lease_db_open(path, ret);

	return r < 0 ? err_sys(e, r, "leases '%s/leases.db'", folder) : 0;
}

/* Names this boot of the host; zero where there is no /proc. */
static struct uuid boot_id(void)
{
	AUTO(mem_drop) char *text = NULL;
	struct uuid boot = { { 0 } };
	size_t len;

	if (file_read(AT_FDCWD, "/proc/sys/kernel/random/boot_id", 100, &text, &len) == 0)
		uuid_parse(text, &boot);
	return boot;
}

static int watch_signals(sd_event *loop)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a limit on the database's size is an error like a full disk */
	int r = sd_event_add_signal(loop, NULL, SIGTERM, NULL, NULL); /* no handler: the loop ends */

	return r < 0 ? r : sd_event_add_signal(loop, NULL, SIGINT, NULL, NULL);
}

static int run(const struct options *o, struct err *e)
{
	AUTO(lease_db_close) struct lease_db *db = NULL;
	AUTO(guestd_link_free) struct guestd_link *link = NULL;
	AUTO(guestd_serve_free) struct guestd_serve *serve = NULL;
	AUTO(fd_close) int dir = -1, opener = -1;
	uid_t starter = getuid();
	struct uuid boot = boot_id(); /* before it is out of reach */
	sd_event *loop = NULL;
	int fd = -1, r;

	raise_limit();
	if (listening_socket(o->root, &fd, e) < 0 || open_leases(o->root, o->user, &db, &dir, e) < 0)
		return -1;
	opener = guestd_opener_start();
	if (opener < 0)
		return err_sys(e, opener, "start the process that opens files");
	r = sd_event_default(&loop);
	if (r >= 0)
		r = watch_signals(loop);
	if (r >= 0)
		r = guestd_link_open(loop, fd, starter, &link);
	if (r >= 0) {
		struct guestd_sink sink = guestd_link_sink(link);

		r = guestd_serve_open(loop, db, &boot, TAKE_FD(opener), &sink, &serve);
	}
	if (r < 0)
		return err_sys(e, r, "start");
	guestd_link_attach(link, serve);
	sd_notify(1, "READY=1"); /* before the socket's path is out of reach */
	if (guestd_lock(dir, e) < 0)
		return -1;
	r = sd_event_loop(loop);
	return r < 0 ? err_sys(e, r, "loop") : 0;
}

int main(int argc, char **argv)
{
	struct options o = { 0 };
	struct err e = { 0 };

	if (parse_options(argc, argv, &o) < 0)
		return 1;
	/* not journal_open: the journal's socket is out of reach, and stderr leads there as well */
	log_open("vnet-guestd", o.debug ? LOG_LVL_DEBUG : LOG_LVL_INFO);
	if (run(&o, &e) < 0) {
		log_error("guestd: %s", e.detail);
		return 1;
	}
	return 0;
}
