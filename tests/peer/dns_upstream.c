/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A scripted resolver for tests: knows the names of its command line, over UDP and TCP, and shares no code with what
 * it tests.
 *	dns_upstream [-a ADDRESS] [-p PORT] [-d DELAY_MS] [-r RCODE] [-t] NAME=ADDRESS...
 * -d  every answer comes this late     -r  every answer is this rcode     -t  UDP answers are cut, TC set
 * One line a query on stdout: "udp A one.example 127.0.0.1#40000". "ready" is the first. Ends with its stdin. */
#include <arpa/inet.h>
#include <ctype.h>
#include <err.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TYPE_A = 1, TYPE_AAAA = 28, HEADER = 12, NXDOMAIN = 3 };

static struct {
	int delay_ms, rcode;
	bool cut;
	char **names; /* NAME=ADDRESS, NULL at the end */
} script;

/* The question's name as text; the offset behind it, 0: none. */
static size_t read_name(const uint8_t *msg, size_t len, char text[256])
{
	size_t at = HEADER, out = 0;

	while (at < len && msg[at] != 0) {
		if (msg[at] > 63 || at + 1 + msg[at] >= len || out + msg[at] + 1 > 255)
			return 0;
		for (size_t i = 1; i <= msg[at]; i++)
			text[out++] = (char)tolower(msg[at + i]);
		text[out++] = '.';
		at += 1 + msg[at];
	}
	text[out ? out - 1 : 0] = 0;
	return at + 5 <= len ? at + 1 : 0;
}

/* One record for each NAME=ADDRESS of this name and type. Returns the end; *count, *known are set. */
static uint8_t *put_records(uint8_t *p, const char *name, int type, uint8_t *count, bool *known)
{
	for (char **n = script.names; *n; n++) {
		const char *address = strchr(*n, '=') + 1;
		int family = strchr(address, ':') ? AF_INET6 : AF_INET;
		uint8_t size = family == AF_INET ? 4 : 16;

		if (strlen(name) != (size_t)(address - 1 - *n) || strncmp(*n, name, strlen(name)) != 0)
			continue;
		*known = true;
		if (type != (family == AF_INET ? TYPE_A : TYPE_AAAA))
			continue;
		memcpy(p, (uint8_t[]){ 0xc0, HEADER, 0, (uint8_t)type, 0, 1, 0, 0, 0, 60, 0, size }, 12);
		if (inet_pton(family, address, p + 12) != 1)
			errx(2, "%s: not an address", address);
		p += 12 + size;
		++*count;
	}
	return p;
}

/* The answer to `msg`; its length, 0: none. `out` has room for all names of the command line. */
static size_t answer(const uint8_t *msg, size_t len, bool tcp, const struct sockaddr_in *from, uint8_t *out)
{
	char name[256];
	size_t behind = len < HEADER ? 0 : read_name(msg, len, name);
	bool known = false;
	uint8_t count = 0;

	if (!behind)
		return 0;
	int type = msg[behind] << 8 | msg[behind + 1];
	uint8_t *p = out + behind + 4;

	printf("%s %s %s %s#%d\n", tcp ? "tcp" : "udp",
	       type == TYPE_A      ? "A"
	       : type == TYPE_AAAA ? "AAAA"
				   : "other",
	       name, inet_ntoa(from->sin_addr), ntohs(from->sin_port));
	usleep((useconds_t)script.delay_ms * 1000);
	memcpy(out, msg, behind + 4);
	if (!script.rcode && !(script.cut && !tcp))
		p = put_records(p, name, type, &count, &known);
	else
		known = true;
	out[2] = (uint8_t)(0x80 | (msg[2] & 1) | (script.cut && !tcp ? 2 : 0));
	out[3] = (uint8_t)(0x80 | (known ? script.rcode : NXDOMAIN));
	memcpy(out + 6, (uint8_t[]){ 0, count, 0, 0, 0, 0 }, 6);
	return (size_t)(p - out);
}

static void serve_udp(int fd)
{
	static uint8_t in[65536], out[65536];
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	ssize_t n = recvfrom(fd, in, sizeof(in), 0, (struct sockaddr *)&from, &len);
	size_t size = n < 0 ? 0 : answer(in, (size_t)n, false, &from, out);

	if (size)
		sendto(fd, out, size, 0, (struct sockaddr *)&from, len);
}

static bool read_all(int fd, uint8_t *p, size_t len)
{
	while (len) {
		ssize_t n = read(fd, p, len);

		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

/* One connection, one query. */
static void serve_tcp(int listener)
{
	static uint8_t in[65536], out[2 + 65536];
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	int fd = accept(listener, (struct sockaddr *)&from, &len);
	uint8_t length[2];

	if (fd >= 0 && read_all(fd, length, 2) && read_all(fd, in, (size_t)(length[0] << 8 | length[1]))) {
		size_t n = answer(in, (size_t)(length[0] << 8 | length[1]), true, &from, out + 2);

		out[0] = (uint8_t)(n >> 8);
		out[1] = (uint8_t)n;
		if (n && write(fd, out, n + 2) < 0)
			warn("write");
	}
	if (fd >= 0)
		close(fd);
}

static int open_socket(int type, const struct sockaddr_in *at)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) < 0 ||
	    bind(fd, (const struct sockaddr *)at, sizeof(*at)) < 0 || (type == SOCK_STREAM && listen(fd, 64) < 0))
		err(2, "port %d", ntohs(at->sin_port));
	return fd;
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(53) };

	for (int o; (o = getopt(argc, argv, "a:p:d:r:t")) != -1;)
		switch (o) {
		case 'a':
			if (inet_pton(AF_INET, optarg, &at.sin_addr) != 1)
				errx(2, "%s: not an IPv4 address", optarg);
			break;
		case 'p':
			at.sin_port = htons((uint16_t)atoi(optarg));
			break;
		case 'd':
			script.delay_ms = atoi(optarg);
			break;
		case 'r':
			script.rcode = atoi(optarg);
			break;
		case 't':
			script.cut = true;
			break;
		default:
			return 2;
		}
	script.names = argv + optind;
	for (char **n = script.names; *n; n++)
		if (!strchr(*n, '='))
			errx(2, "%s: not NAME=ADDRESS", *n);
	struct pollfd fds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = open_socket(SOCK_DGRAM, &at), .events = POLLIN },
		{ .fd = open_socket(SOCK_STREAM, &at), .events = POLLIN },
	};

	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("ready");
	while (poll(fds, 3, -1) > 0 && !fds[0].revents) {
		if (fds[1].revents)
			serve_udp(fds[1].fd);
		if (fds[2].revents)
			serve_tcp(fds[2].fd);
	}
	return 0;
}
