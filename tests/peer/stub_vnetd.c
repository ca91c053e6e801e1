/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon's sockets with nothing behind them, to try clients by hand: stub_vnetd ROOT. */
#include <stdio.h>
#include <systemd/sd-event.h>

#include "api/server.h"
#include "stub_control.h"

int main(int argc, char **argv)
{
	AUTO(control_free) struct control *c = stub_new();
	AUTO(api_server_free) struct api_server *server = NULL;
	struct sd_event *loop = NULL;
	struct err e = { 0 };

	if (argc != 2 || sd_event_default(&loop) < 0)
		return 1;
	sigset_t stop;
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	sd_event_add_signal(loop, NULL, SIGTERM, NULL, NULL);
	sd_event_add_signal(loop, NULL, SIGINT, NULL, NULL);
	if (api_server_open(argv[1], loop, c, &server, &e) < 0)
		return fprintf(stderr, "%s\n", e.detail), 1;
	return sd_event_loop(loop);
}
