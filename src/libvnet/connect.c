/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "libvnet/conn.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>

static const char system_uri[] = "network:///system";
static const char unix_uri[] = "network+unix:///system";

static char *default_path(unsigned flags)
{
	const char *root = getenv("VNET_ROOT");

	return mem_printf("%s/run/vnet/vnetd-sock%s", root ? root : "", flags & VNET_READ_ONLY ? "-ro" : "");
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A URI's %XX (RFC 3986 s.2.1), in place. */
static void percent_decode(char *s)
{
	char *out = s;

	for (; *s; s++) {
		if (s[0] == '%' && hex(s[1]) >= 0 && hex(s[2]) >= 0 && (s[1] != '0' || s[2] != '0')) {
			*out++ = (char)(hex(s[1]) << 4 | hex(s[2]));
			s += 2;
		} else {
			*out++ = *s;
		}
	}
	*out = '\0';
}

/* The value of `socket` in a query "a=b&socket=PATH&...", or NULL. */
char *conn_socket_of_query(const char *query)
{
	for (const char *p = query; *p;) {
		size_t len = strcspn(p, "&;");

		if (len > 7 && strncmp(p, "socket=", 7) == 0) {
			char *path = mem_dup(p + 7, len - 7);

			percent_decode(path);
			return path;
		}
		p += len;
		p += *p != '\0';
	}
	return NULL;
}

int conn_path(const char *uri, unsigned flags, char **ret, struct vnet_error *err)
{
	if (!uri || !*uri) {
		*ret = default_path(flags);
		return 0;
	}
	if (!strstr(uri, "://")) {
		*ret = mem_strdup(uri);
		return 0;
	}
	size_t len = strcspn(uri, "?");
	bool known = (len == strlen(system_uri) && strncmp(uri, system_uri, len) == 0) ||
		     (len == strlen(unix_uri) && strncmp(uri, unix_uri, len) == 0);

	if (!known)
		return conn_error(err, VNET_ERR_NO_CONNECT,
				  "cannot connect to '%s': vnetd is at %s, %s?socket=PATH or a socket's path", uri,
				  system_uri, unix_uri);
	char *path = uri[len] ? conn_socket_of_query(uri + len + 1) : NULL;

	*ret = path ? path : default_path(flags);
	return 0;
}

/* The opening of every client: which authentication is wanted, then the connection itself. */
static int open_calls(struct vnet_conn *c, unsigned flags, struct vnet_error *err)
{
	rpc_text uri = (char *)system_uri;
	struct remote_open_args a = { .uri = &uri, .flags = flags & VNET_READ_ONLY };
	struct remote_ints auth = { 0 };

	if (conn_remote(c, REMOTE_AUTH_LIST, NULL, &auth, err) < 0)
		return -1;
	bool none = auth.values.values_len == 0 || auth.values.values_val[0] == 0;

	xdr_free((xdrproc_t)xdr_remote_ints, (char *)&auth);
	if (!none)
		return conn_error(err, VNET_ERR_AUTH_FAILED,
				  "the daemon asks for authentication, which is not supported");
	return conn_remote(c, REMOTE_OPEN, &a, NULL, err);
}

static void conn_free(struct vnet_conn *c)
{
	if (!c)
		return;
	stream_free(c->stream);
	if (c->ssh)
		waitpid(c->ssh, NULL, 0); /* its input has ended, so it does */
	conn_drop_events(c);
	mem_drop(c);
}
DEFINE_AUTO(struct vnet_conn *, conn_free)

int conn_open_path(const char *path, struct vnet_error *err)
{
	int fd = stream_connect(path);

	if (fd == -ENOENT || fd == -ECONNREFUSED)
		return conn_error(err, VNET_ERR_SYSTEM, "failed to connect to vnetd at %s: %s; is vnetd running?", path,
				  strerror(-fd));
	return fd < 0 ? conn_error_sys(err, fd, "failed to connect to vnetd at %s", path) : fd;
}

static int open_uri(struct vnet_conn *c, const char *uri, unsigned flags, struct vnet_error *err)
{
	AUTO(mem_drop) char *path = NULL;

	if (uri && conn_is_ssh(uri))
		return conn_open_ssh(uri, flags, &c->ssh, err);
	return conn_path(uri, flags, &path, err) < 0 ? -1 : conn_open_path(path, err);
}

int vnet_connect(const char *uri, unsigned flags, struct vnet_conn **ret, struct vnet_error *err)
{
	AUTO(conn_free) struct vnet_conn *c = mem_new(struct vnet_conn);
	int fd = open_uri(c, uri, flags, err);

	if (fd < 0)
		return -1;
	c->stream = stream_new(fd, RPC_FRAME_MAX);
	if (open_calls(c, flags, err) < 0)
		return c->ssh && c->broken ? conn_error(err, VNET_ERR_NO_CONNECT,
							"cannot connect to '%s': ssh ended before vnetd answered", uri)
					   : -1;
	*ret = TAKE(c);
	return 0;
}

/* Hanging up says it all. To ask for it by REMOTE_CLOSE would be to wait for what the daemon does meanwhile. */
void vnet_close(struct vnet_conn *c)
{
	conn_free(c);
}
