/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A daemon on another host: ssh runs `vnet proxy` there, which joins our stream to the daemon's socket. */
#include "libvnet/conn.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>

extern char **environ;

static const char scheme[] = "network+ssh://";

bool conn_is_ssh(const char *uri)
{
	return strncmp(uri, scheme, strlen(scheme)) == 0;
}

struct target {
	char *user, *host, *port, *socket; /* NULL: not given */
};

static void target_clear_auto(struct target *t)
{
	mem_drop(t->user);
	mem_drop(t->host);
	mem_drop(t->port);
	mem_drop(t->socket);
}

/* The other side's shell reads the path, so it holds nothing that a shell knows. */
static bool is_plain(const char *path)
{
	return path[strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-")] == '\0';
}

static bool starts_option(const char *word)
{
	return word && *word == '-';
}

/* [USER@]HOST[:PORT], HOST in brackets if it is an IPv6 address (RFC 3986 s.3.2). */
static void read_authority(const char *text, size_t len, struct target *ret)
{
	const char *at = memchr(text, '@', len), *end = text + len;
	const char *host = at ? at + 1 : text;
	bool bracket = host < end && *host == '[';
	const char *close = bracket ? memchr(host, ']', (size_t)(end - host)) : NULL;
	const char *colon = memchr(close ? close : host, ':', (size_t)(end - (close ? close : host)));
	const char *host_end = close ? close : colon ? colon : end;

	host += close != NULL;
	ret->user = at ? mem_dup(text, (size_t)(at - text)) : NULL;
	ret->host = mem_dup(host, (size_t)(host_end - host));
	ret->port = colon ? mem_dup(colon + 1, (size_t)(end - colon - 1)) : NULL;
}

static int read_uri(const char *uri, struct target *ret, struct vnet_error *err)
{
	const char *authority = uri + strlen(scheme);
	size_t len = strcspn(authority, "/?");
	const char *path = authority + len;
	size_t path_len = strcspn(path, "?");

	read_authority(authority, len, ret);
	ret->socket = path[path_len] ? conn_socket_of_query(path + path_len + 1) : NULL;
	if (!ret->host[0] || starts_option(ret->host) || starts_option(ret->user) || path_len != strlen("/system") ||
	    strncmp(path, "/system", path_len) != 0 || (ret->socket && !is_plain(ret->socket)))
		return conn_error(err, VNET_ERR_NO_CONNECT,
				  "cannot connect to '%s': it is network+ssh://[USER@]HOST[:PORT]/system[?socket=PATH]",
				  uri);
	return 0;
}

/* Its standard input and output are one socket, whose other end is ours. */
static int spawn(char *const *argv, int fd, pid_t *ret)
{
	posix_spawn_file_actions_t actions;
	int r = posix_spawn_file_actions_init(&actions);

	if (r)
		return -r;
	posix_spawn_file_actions_adddup2(&actions, fd, 0);
	posix_spawn_file_actions_adddup2(&actions, fd, 1);
	r = posix_spawnp(ret, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return -r;
}

int conn_open_ssh(const char *uri, unsigned flags, pid_t *ret, struct vnet_error *err)
{
	__attribute__((cleanup(target_clear_auto))) struct target t = { 0 };
	const char *program = getenv("VNET_SSH");
	char *argv[16];
	size_t n = 0;
	int pair[2];

	if (read_uri(uri, &t, err) < 0)
		return -1;
	AUTO(mem_drop)
	char *command = mem_printf("vnet %s%s%s%sproxy", flags & VNET_READ_ONLY ? "-r " : "", t.socket ? "-c " : "",
				   t.socket ? t.socket : "", t.socket ? " " : "");

	argv[n++] = (char *)(program && *program ? program : "ssh");
	argv[n++] = (char *)"-T";
	if (t.port) {
		argv[n++] = (char *)"-p";
		argv[n++] = t.port;
	}
	if (t.user) {
		argv[n++] = (char *)"-l";
		argv[n++] = t.user;
	}
	argv[n++] = (char *)"--";
	argv[n++] = t.host;
	argv[n++] = command;
	argv[n] = NULL;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return conn_error_sys(err, -errno, "socketpair");
	int r = spawn(argv, pair[1], ret);

	fd_close(pair[1]);
	if (r == 0)
		return pair[0];
	fd_close(pair[0]);
	return conn_error_sys(err, r, "run %s", argv[0]);
}
