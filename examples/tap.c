/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A tap for a virtual machine monitor: gets one from vnetd, plugged into a network, and runs a program that uses it.
 *	cc tap.c -lvnet -o tap
 *	./tap default qemu-system-x86_64 -nic tap,fd={fd} ... */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <vnet/vnet.h>

int main(int argc, char **argv)
{
	struct vnet_tap_request ask = { .owner = VNET_NO_OWNER };
	int fds[VNET_TAP_QUEUES_MAX];
	struct vnet_network net;
	struct vnet_error why;
	struct vnet_conn *c;
	struct vnet_tap tap;
	char text[512];
	size_t n;

	if (argc < 3)
		return fprintf(stderr, "usage: %s NETWORK PROGRAM ...\n", argv[0]), 2;
	if (vnet_connect(NULL, 0, &c, &why) < 0 || vnet_lookup_name(c, argv[1], &net, &why) < 0 ||
	    vnet_tap_add(c, &net, &ask, &tap, fds, &n, &why) < 0)
		return fprintf(stderr, "%s\n", why.message), 1;
	vnet_close(c); /* the tap lives as long as its descriptor is open */
	fprintf(stderr, "tap %s on network %s is descriptor %d\n", tap.name, net.name, fds[0]);
	fcntl(fds[0], F_SETFD, 0);
	for (int i = 2; i < argc; i++) {
		char *at = strstr(argv[i], "{fd}");

		if (!at)
			continue;
		snprintf(text, sizeof(text), "%.*s%d%s", (int)(at - argv[i]), argv[i], fds[0], at + 4);
		argv[i] = text;
		break;
	}
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 1;
}
