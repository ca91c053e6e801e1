/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two ends of a flow of UDP, which netcats differ about.
 *	udp_echo serve PORT          sends back what comes, IPv4 and IPv6, until it is killed
 *	udp_echo talk ADDRESS PORT   sends each line of standard input, and prints what comes back */
#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 2048 };

static char buf[ROOM];

static int serve(const char *port)
{
	struct addrinfo hints = { .ai_family = AF_INET6, .ai_socktype = SOCK_DGRAM, .ai_flags = AI_PASSIVE }, *at;
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	struct sockaddr_storage from;

	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){ 0 }, sizeof(int));
	if (getaddrinfo(NULL, port, &hints, &at) != 0 || bind(fd, at->ai_addr, at->ai_addrlen) < 0)
		err(1, "port %s", port);
	for (;;) {
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from, &len);

		if (n >= 0)
			sendto(fd, buf, (size_t)n, 0, (struct sockaddr *)&from, len);
	}
}

static int talk(const char *address, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST }, *to;
	struct pollfd p[2] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .events = POLLIN } };

	if (getaddrinfo(address, port, &hints, &to) != 0)
		errx(1, "%s: not an address", address);
	p[1].fd = socket(to->ai_family, SOCK_DGRAM, 0);
	if (connect(p[1].fd, to->ai_addr, to->ai_addrlen) < 0)
		err(1, "%s", address);
	while (poll(p, 2, -1) >= 0 || errno == EINTR) {
		ssize_t n;

		if (p[0].revents) {
			n = read(p[0].fd, buf, sizeof(buf));
			if (n <= 0)
				return 0;
			send(p[1].fd, buf, (size_t)n, 0);
		}
		if (p[1].revents && (n = recv(p[1].fd, buf, sizeof(buf), 0)) > 0 &&
		    write(STDOUT_FILENO, buf, (size_t)n) < 0)
			return 1;
	}
	return 1;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "serve") == 0)
		return serve(argv[2]);
	if (argc == 4 && strcmp(argv[1], "talk") == 0)
		return talk(argv[2], argv[3]);
	errx(2, "usage: udp_echo serve PORT | talk ADDRESS PORT");
}
