/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vnet-bridge-helper: QEMU's `-netdev bridge` runs it, and gets a tap on a network of ours through the socket that it was
 * given as --fd. It needs no privilege but to be let in by vnetd. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <vnet/vnet.h>

static int fail(const char *why)
{
	fprintf(stderr, "vnet-bridge-helper: %s\n", why);
	return EXIT_FAILURE;
}

/* `br` is a network's name or, as QEMU's users write it, that of its bridge. */
static int find_network(struct vnet_conn *c, const char *br, struct vnet_network *ret, struct vnet_error *why)
{
	struct vnet_network *v = NULL;
	size_t n = 0, i;

	if (vnet_lookup_name(c, br, ret, why) == 0)
		return 0;
	if (why->code != VNET_ERR_NO_NETWORK || vnet_list(c, VNET_LIST_ACTIVE, &v, &n, why) < 0)
		return -1;
	for (i = 0; i < n; i++) {
		char bridge[VNET_IFNAME_MAX];

		if (vnet_bridge(c, &v[i], bridge, NULL) == 0 && strcmp(bridge, br) == 0)
			break;
	}
	if (i < n)
		*ret = v[i];
	else
		snprintf(why->message, sizeof(why->message),
			 "no network has the name '%s', and none that runs has a bridge of that name", br);
	vnet_free(v);
	return i < n ? 0 : -1;
}

static int send_fd(int to, int fd)
{
	union {
		struct cmsghdr h;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	char byte = 0;
	struct iovec one = { &byte, 1 };
	struct msghdr m = {
		.msg_iov = &one, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof(control.room)
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	return sendmsg(to, &m, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

static int run(const char *br, int to)
{
	struct vnet_tap_request ask = { .owner = VNET_NO_OWNER };
	int fds[VNET_TAP_QUEUES_MAX];
	struct vnet_network net;
	struct vnet_error why;
	struct vnet_conn *c;
	struct vnet_tap tap;
	size_t n;

	if (vnet_connect(NULL, 0, &c, &why) < 0)
		return fail(why.message);
	int r = find_network(c, br, &net, &why);

	if (r == 0)
		r = vnet_tap_add(c, &net, &ask, &tap, fds, &n, &why);
	vnet_close(c); /* the tap lives as long as QEMU has it open */
	if (r < 0)
		return fail(why.message);
	return send_fd(to, fds[0]) == 0 ? EXIT_SUCCESS : fail(strerror(errno));
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "br", required_argument, NULL, 'b' },
		{ "fd", required_argument, NULL, 'f' },
		{ "use-vnet", no_argument, NULL, 'v' }, /* our taps have offloads anyway */
		{ 0 },
	};
	const char *br = NULL, *fd = NULL;
	char *end = NULL;

	for (int o; (o = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
		if (o == 'b')
			br = optarg;
		else if (o == 'f')
			fd = optarg;
		else if (o != 'v')
			return EXIT_FAILURE;
	}
	long to = fd ? strtol(fd, &end, 10) : -1;

	if (!br || to < 0 || to > INT16_MAX || *end)
		return fail("usage: vnet-bridge-helper [--use-vnet] --br=NETWORK --fd=SOCKET, as QEMU calls it");
	return run(br, (int)to);
}
