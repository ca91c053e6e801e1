/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tftp/io.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <systemd/sd-event.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "tftp/transfer.h"

enum { BURST = 16, OPEN_US = 5000000, SLACK_US = 20000, HEADERS = 20 + 8 + TFTP_HEAD };

struct net {
	struct uuid uuid;
	char *name;
	int root;
	unsigned block_most;
	struct tftp *tftp;
	int fds[TFTP_SOCKETS_MAX];
	sd_event_source *sources[TFTP_SOCKETS_MAX];
	size_t n_fds, n_active;
	struct log_limit said;
};

struct active { /* one transfer, from the request to the last ACK */
	uint64_t number;
	struct net *net;
	struct sockaddr_in client;
	struct tftp_request request;
	struct transfer transfer;
	int fd, file; /* connected to the client; -1 until opened */
	sd_event_source *readable, *timer;
};

struct tftp {
	sd_event *loop;
	tftp_ask *ask;
	void *arg;
	uint64_t last_number;
	struct map *nets, *active; /* by uuid; struct active by number */
};

static void say(struct active *a, const char *what)
{
	char file[2 * TFTP_NAME_MAX], text[IP_TEXT];
	struct ip ip = ip_from_v4(ntohl(a->client.sin_addr.s_addr));

	if (log_allowed(&a->net->said, clock_boot_s()))
		log_info("tftp: %s: %s '%s': %s", a->net->name, ip_text(&ip, text),
			 log_escape(a->request.file, strlen(a->request.file), file, sizeof(file)), what);
}

static void end(struct active *a)
{
	map_del(a->net->tftp->active, &a->number, sizeof(a->number));
	a->net->n_active--;
	sd_event_source_disable_unref(a->readable);
	sd_event_source_disable_unref(a->timer);
	fd_close(a->fd);
	fd_close(a->file);
	mem_drop(a);
}

static void refuse(struct active *a, enum tftp_error code, const char *why)
{
	uint8_t out[TFTP_SMALL];

	if (send(a->fd, out, tftp_build_error(out, code, why), MSG_DONTWAIT) >= 0)
		say(a, why);
	end(a);
}

/* --- sending --- */

/* What has no room in the socket is as if lost: the client or the timer asks again. */
static bool send_blocks(struct active *a)
{
	uint8_t out[TFTP_HEAD + TFTP_BLOCK_MOST];
	struct transfer *t = &a->transfer;
	uint64_t first = transfer_first(t), last = transfer_last(t);

	for (uint64_t n = first; n <= last; n++) {
		size_t len = transfer_length(t, n);

		if (pread(a->file, out + TFTP_HEAD, len, (off_t)((n - 1) * t->block)) != (ssize_t)len)
			return false; /* it got shorter meanwhile */
		tftp_build_data(out, (uint16_t)n);
		if (send(a->fd, out, TFTP_HEAD + len, MSG_DONTWAIT) < 0)
			break;
	}
	return true;
}

static void obey(struct active *a, enum transfer_verdict v)
{
	uint8_t out[TFTP_SMALL];

	switch (v) {
	case TRANSFER_WAIT:
		return;
	case TRANSFER_DONE:
		say(a, "sent");
		end(a);
		return;
	case TRANSFER_GONE:
		say(a, "the client has given up");
		end(a);
		return;
	case TRANSFER_SEND:
		break;
	}
	if (a->transfer.greeting) {
		send(a->fd, out, tftp_build_oack(out, &a->request, a->transfer.size), MSG_DONTWAIT);
	} else if (!send_blocks(a)) {
		refuse(a, TFTP_ERR_OTHER, "the file changed while it was read");
		return;
	}
	sd_event_source_set_time_relative(a->timer, a->transfer.timeout_s * 1000000ULL);
	sd_event_source_set_enabled(a->timer, SD_EVENT_ONESHOT);
}

static int on_timeout(sd_event_source *source, uint64_t usec, void *arg)
{
	struct active *a = arg;

	(void)source, (void)usec;
	if (a->file < 0)
		refuse(a, TFTP_ERR_OTHER, "the file is not opened in time");
	else
		obey(a, transfer_timeout(&a->transfer));
	return 0;
}

static int on_ack(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct active *a = arg;
	uint8_t in[TFTP_SMALL];
	ssize_t n = recv(fd, in, sizeof(in), MSG_DONTWAIT);

	(void)source, (void)events;
	if (n < 0 && errno == ECONNREFUSED) /* the client's port is closed */
		end(a);
	else if (n >= 0 && a->file >= 0)
		obey(a, transfer_packet(&a->transfer, (struct view){ in, (size_t)n }));
	return 0;
}

/* --- a request --- */

static unsigned active_of(const struct net *n, const struct sockaddr_in *client, bool *ret_same)
{
	const struct active *a;
	unsigned count = 0;

	*ret_same = false;
	for (size_t pos = 0; (a = map_next(n->tftp->active, &pos));) {
		if (a->net != n || a->client.sin_addr.s_addr != client->sin_addr.s_addr)
			continue;
		count++;
		*ret_same |= a->client.sin_port == client->sin_port;
	}
	return count;
}

/* A socket of the transfer's own, whose port names it (RFC 1350 s.4): from the address that was asked, and only to this
 * link, whatever source address a guest wrote. */
static int connect_back(int listening, const struct sockaddr_in *client)
{
	AUTO(fd_close) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr_in self;
	char dev[IFNAMSIZ] = "";
	socklen_t len = sizeof(self), dev_len = sizeof(dev);
	int on = 1;

	if (fd < 0 || getsockname(listening, (struct sockaddr *)&self, &len) < 0)
		return -errno;
	self.sin_port = 0;
	getsockopt(listening, SOL_SOCKET, SO_BINDTODEVICE, dev, &dev_len);
	if (dev[0]) /* not allowed to us before Linux 5.7; then the routing alone must do */
		setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, dev, (socklen_t)strlen(dev) + 1);
	if (setsockopt(fd, SOL_SOCKET, SO_DONTROUTE, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)&self, sizeof(self)) < 0 ||
	    connect(fd, (const struct sockaddr *)client, sizeof(*client)) < 0)
		return -errno;
	return TAKE_FD(fd);
}

static struct active *begin(struct net *n, int listening, const struct sockaddr_in *client)
{
	struct tftp *t = n->tftp;
	int fd = connect_back(listening, client);

	if (fd < 0)
		return NULL;
	struct active *a = mem_new(struct active);

	a->number = ++t->last_number;
	a->net = n;
	a->client = *client;
	a->fd = fd;
	a->file = -1;
	map_put(t->active, &a->number, sizeof(a->number), a);
	n->n_active++;
	if (sd_event_add_io(t->loop, &a->readable, fd, EPOLLIN, on_ack, a) < 0 ||
	    sd_event_add_time_relative(t->loop, &a->timer, CLOCK_MONOTONIC, OPEN_US, SLACK_US, on_timeout, a) < 0) {
		end(a);
		return NULL;
	}
	return a;
}

/* Firmware names files from the root on, and some of it by backslashes. */
static const char *path_of(struct tftp_request *r)
{
	char *p = r->file;

	for (; *p; p++)
		*p = *p == '\\' ? '/' : *p;
	for (p = r->file; *p == '/';)
		p++;
	return p;
}

static void on_request(struct net *n, int fd, struct view packet, const struct sockaddr_in *client)
{
	struct tftp_request request;
	int r = tftp_parse_request(&request, packet, n->block_most);
	bool same;

	if (r == -EBADMSG || n->n_active >= TFTP_TRANSFERS_MAX || active_of(n, client, &same) >= TFTP_OF_CLIENT_MAX ||
	    same)
		return; /* it asks again, and one that is just being served needs no second answer */
	struct active *a = begin(n, fd, client);

	if (!a)
		return;
	a->request = request;
	if (r == -EACCES)
		refuse(a, TFTP_ERR_ACCESS, "nothing can be written here");
	else if (r == -EOPNOTSUPP)
		refuse(a, TFTP_ERR_ILLEGAL, "only mode octet is served");
	else if (!*path_of(&a->request))
		refuse(a, TFTP_ERR_NOT_FOUND, "no file is named");
	else
		n->tftp->ask(n->tftp->arg, a->number, n->root, path_of(&a->request));
}

static int on_readable(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	uint8_t in[1500];

	(void)source, (void)events;
	for (int i = 0; i < BURST; i++) {
		struct sockaddr_in client;
		socklen_t len = sizeof(client);
		ssize_t n = recvfrom(fd, in, sizeof(in), MSG_DONTWAIT, (struct sockaddr *)&client, &len);

		if (n < 0)
			return 0;
		if (len == sizeof(client) && client.sin_family == AF_INET && client.sin_port)
			on_request(arg, fd, (struct view){ in, (size_t)n }, &client);
	}
	return 0;
}

void tftp_opened(struct tftp *t, uint64_t number, int fd)
{
	struct active *a = map_get(t->active, &number, sizeof(number));
	struct stat st = { 0 };

	if (!a || a->file >= 0) {
		if (fd >= 0)
			fd_close(fd);
		return;
	}
	if (fd < 0) {
		refuse(a, fd == -ENOENT || fd == -ENOTDIR ? TFTP_ERR_NOT_FOUND : TFTP_ERR_ACCESS,
		       fd == -ENOENT || fd == -ENOTDIR ? "no such file" : "the file may not be read");
		return;
	}
	a->file = fd;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		refuse(a, TFTP_ERR_ACCESS, "not a file");
	else
		obey(a, transfer_start(&a->transfer, &a->request, (uint64_t)st.st_size));
}

/* --- networks --- */

static void net_free(struct net *n)
{
	struct active *a;

	for (size_t pos = 0; (a = map_next(n->tftp->active, &pos));)
		if (a->net == n)
			end(a);
	for (size_t i = 0; i < n->n_fds; i++) {
		sd_event_source_disable_unref(n->sources[i]);
		fd_close(n->fds[i]);
	}
	fd_close(n->root);
	mem_drop(n->name);
	mem_drop(n);
}

int tftp_serve(struct tftp *t, const struct uuid *network, const char *name, int root, const int *socks, size_t n_socks,
	       unsigned mtu)
{
	struct net *n = mem_new(struct net);
	unsigned fits = (mtu ?: 1500) - HEADERS;
	int r = n_socks ? 0 : -EINVAL;

	n->uuid = *network;
	n->name = mem_strdup(name);
	n->root = root;
	n->tftp = t;
	n->block_most = fits < TFTP_BLOCK_MOST ? fits : TFTP_BLOCK_MOST;
	for (; n->n_fds < n_socks && n->n_fds < TFTP_SOCKETS_MAX; n->n_fds++) {
		size_t i = n->n_fds;

		n->fds[i] = socks[i];
		if (r >= 0)
			r = sd_event_add_io(t->loop, &n->sources[i], socks[i], EPOLLIN, on_readable, n);
	}
	if (r < 0) {
		net_free(n);
		return r;
	}
	tftp_stop(t, network);
	map_put(t->nets, network->b, sizeof(network->b), n);
	return 0;
}

void tftp_stop(struct tftp *t, const struct uuid *network)
{
	struct net *n = map_del(t->nets, network->b, sizeof(network->b));

	if (n)
		net_free(n);
}

int tftp_open(struct sd_event *loop, tftp_ask *ask, void *arg, struct tftp **ret)
{
	struct tftp *t = mem_new(struct tftp);

	t->loop = sd_event_ref(loop);
	t->ask = ask;
	t->arg = arg;
	t->nets = map_new();
	t->active = map_new();
	*ret = t;
	return 0;
}

void tftp_free(struct tftp *t)
{
	struct net *n;

	if (!t)
		return;
	for (size_t pos = 0; (n = map_next(t->nets, &pos));)
		net_free(n);
	map_free(t->nets);
	map_free(t->active);
	sd_event_unref(t->loop);
	mem_drop(t);
}
