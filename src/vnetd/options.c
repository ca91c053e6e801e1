/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnetd/options.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

#ifndef VNET_VERSION
#define VNET_VERSION "0.1"
#endif

static const char usage[] =
    "usage: vnetd [OPTION...]\n"
    "Manages virtual networks; runs in the foreground.\n"
    "\n"
    "  --root DIR           keep all files and sockets below DIR (or VNET_ROOT)\n"
    "  --guestd PATH        the vnet-guestd to start (default: the one beside vnetd)\n"
    "  --guestd-user NAME   who runs it (default: vnet-guestd if there is such a user, else nobody)\n"
    "  --resolv-conf PATH   the host's resolvers (default: /etc/resolv.conf)\n"
    "  --libvirt            listen for libvirt's tools too, in libvirt's place\n"
    "  --debug              log more\n"
    "  --help, --version\n";

enum { OPT_ROOT = 1, OPT_GUESTD, OPT_GUESTD_USER, OPT_RESOLV_CONF, OPT_LIBVIRT, OPT_DEBUG, OPT_HELP, OPT_VERSION };

static const struct option longs[] = {
	{ "root", required_argument, NULL, OPT_ROOT },
	{ "guestd", required_argument, NULL, OPT_GUESTD },
	{ "guestd-user", required_argument, NULL, OPT_GUESTD_USER },
	{ "resolv-conf", required_argument, NULL, OPT_RESOLV_CONF },
	{ "libvirt", no_argument, NULL, OPT_LIBVIRT },
	{ "debug", no_argument, NULL, OPT_DEBUG },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ 0 },
};

/* The folder that all paths lie below, "" for the real root. It is made, so that it has one absolute name. */
static const char *root_of(const char *given)
{
	static char path[PATH_MAX];

	if (!given || !given[0])
		return "";
	if (!realpath(given, path)) {
		fprintf(stderr, "error: --root %s: %m\n", given);
		return NULL;
	}
	return strcmp(path, "/") == 0 ? "" : path;
}

int options_read(int argc, char **argv, struct options *ret)
{
	const char *root = getenv("VNET_ROOT");
	struct options o = { .control = { .resolv_conf = "/etc/resolv.conf" }, .log = LOG_LVL_INFO };
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case OPT_ROOT:
			root = optarg;
			break;
		case OPT_GUESTD:
			o.control.guestd = optarg;
			break;
		case OPT_GUESTD_USER:
			o.control.guestd_user = optarg;
			break;
		case OPT_RESOLV_CONF:
			o.control.resolv_conf = optarg;
			break;
		case OPT_LIBVIRT:
			o.libvirt = true;
			break;
		case OPT_DEBUG:
			o.log = LOG_LVL_DEBUG;
			break;
		case OPT_HELP:
			fputs(usage, stdout);
			return 0;
		case OPT_VERSION:
			puts("vnetd " VNET_VERSION);
			return 0;
		default: /* getopt has said what is wrong */
			fputs("Try 'vnetd --help'.\n", stderr);
			return 1;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "error: unexpected argument '%s'\nTry 'vnetd --help'.\n", argv[optind]);
		return 1;
	}
	o.control.root = root_of(root);
	if (!o.control.root)
		return 1;
	*ret = o;
	return -1;
}
