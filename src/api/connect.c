/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls about the connection itself. */
#include "api/dispatch.h"

#include <unistd.h>

enum { OPEN_READ_ONLY = 1 };

/* What libvirt's clients ask whether we have it; the names are its protocol's. */
enum {
	FEATURE_FD_PASSING = 8,
	FEATURE_TYPED_PARAM_STRING = 9,
	FEATURE_KEEPALIVE = 10,
	FEATURE_EVENT_CALLBACK = 14,
	FEATURE_CLOSE_CALLBACK = 15,
	FEATURE_UPDATE_ORDER = 16, /* without it clients swap two arguments of a network update */
};

enum { LIBVIRT_LEVEL = 11003000 }; /* the libvirt whose network calls we speak */

static int auth_list(struct api_call *c, struct err *e)
{
	struct remote_ints *ret = c->ret;

	(void)e;
	ret->values.values_val = mem_array(1, sizeof(int)); /* one method: none, the sockets' modes decide */
	ret->values.values_len = 1;
	return 0;
}

static int auth_refused(struct api_call *c, struct err *e)
{
	(void)c;
	return api_domain(e, VNET_FROM_RPC, err_set(e, VNET_ERR_AUTH_FAILED, "authentication failed"));
}

static int supports_feature(struct api_call *c, struct err *e)
{
	const struct remote_int *a = c->args;
	struct remote_int *ret = c->ret;

	if (!c->session->open && a->value != FEATURE_KEEPALIVE)
		return api_domain(e, VNET_FROM_RPC, err_set(e, VNET_ERR_INTERNAL, "hypervisor connection not open"));
	c->session->keepalive |= a->value == FEATURE_KEEPALIVE;
	switch (a->value) {
	case FEATURE_FD_PASSING:
	case FEATURE_TYPED_PARAM_STRING:
	case FEATURE_KEEPALIVE:
	case FEATURE_EVENT_CALLBACK:
	case FEATURE_CLOSE_CALLBACK:
	case FEATURE_UPDATE_ORDER:
		ret->value = 1;
	}
	return 0;
}

/* network:///system, or /session of a daemon that runs as a user; what stands behind '?' was for the client. */
static int check_uri(const char *uri, struct err *e)
{
	static const char scheme[] = "network://";

	if (!uri)
		return api_domain(e, VNET_FROM_RPC, err_set(e, VNET_ERR_INTERNAL, "connection not open"));
	if (strncmp(uri, scheme, strlen(scheme)) != 0 || uri[strlen(scheme)] != '/')
		return api_domain(e, VNET_FROM_NONE, err_set(e, VNET_ERR_NO_CONNECT, "%s", *uri ? uri : "<null>"));
	const char *path = uri + strlen(scheme);
	int len = (int)strcspn(path, "?#");

	if (len == 7 && strncmp(path, "/system", 7) == 0)
		return 0;
	if (len == 8 && strncmp(path, "/session", 8) == 0 && geteuid() != 0)
		return 0;
	return api_domain(
	    e, VNET_FROM_NONE,
	    err_set(e, VNET_ERR_INTERNAL, "unexpected network URI path '%.*s', try network:///system", len, path));
}

static int open_connection(struct api_call *c, struct err *e)
{
	const struct remote_open_args *a = c->args;
	struct api_session *s = c->session;

	if (s->open)
		return api_domain(e, VNET_FROM_RPC, err_set(e, VNET_ERR_INTERNAL, "connection already open"));
	if (check_uri(a->uri ? *a->uri : NULL, e) < 0)
		return -1;
	s->uri = mem_strdup(*a->uri);
	s->open = true;
	s->read_only |= a->flags & OPEN_READ_ONLY;
	return 0;
}

static int close_connection(struct api_call *c, struct err *e)
{
	(void)e;
	c->session->closing = true;
	return 0;
}

static int answer_text(struct api_call *c, const char *text)
{
	struct remote_str *ret = c->ret;

	ret->value = mem_strdup(text);
	return 0;
}

static int get_type(struct api_call *c, struct err *e)
{
	(void)e;
	return answer_text(c, "network");
}

static int get_uri(struct api_call *c, struct err *e)
{
	(void)e;
	return answer_text(c, c->session->uri);
}

static int is_secure(struct api_call *c, struct err *e)
{
	struct remote_int *ret = c->ret;

	(void)e;
	ret->value = 1; /* a UNIX socket */
	return 0;
}

static int get_lib_version(struct api_call *c, struct err *e)
{
	struct remote_hyper *ret = c->ret;

	(void)e;
	ret->value = LIBVIRT_LEVEL;
	return 0;
}

static int check_identity_field(const char *field, struct err *e)
{
	static const char *const known[] = { "user-name",       "unix-user-id",
					     "group-name",      "unix-group-id",
					     "process-id",      "process-time",
					     "sasl-user-name",  "x509-distinguished-name",
					     "selinux-context", "system.token" };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strcmp(field, known[i]) == 0)
			return 0;
	return api_domain(e, VNET_FROM_NONE,
			  err_set(e, VNET_ERR_ARGUMENT_UNSUPPORTED, "parameter '%s' not supported", field));
}

/* libvirt's own daemons tell whom they call for. Rights hang on the socket alone here, so it is checked and let be. */
static int set_identity(struct api_call *c, struct err *e)
{
	const struct remote_identity_args *a = c->args;

	for (unsigned i = 0; i < a->params.params_len; i++)
		if (check_identity_field(a->params.params_val[i].field, e) < 0)
			return -1;
	return 0;
}

const struct api_handler api_connect_handlers[] = {
	{ REMOTE_AUTH_LIST, auth_list },
	{ REMOTE_AUTH_SASL_INIT, auth_refused },
	{ REMOTE_AUTH_SASL_START, auth_refused },
	{ REMOTE_AUTH_SASL_STEP, auth_refused },
	{ REMOTE_AUTH_POLKIT, auth_refused },
	{ REMOTE_SUPPORTS_FEATURE, supports_feature },
	{ REMOTE_OPEN, open_connection },
	{ REMOTE_CLOSE, close_connection },
	{ REMOTE_GET_TYPE, get_type },
	{ REMOTE_GET_URI, get_uri },
	{ REMOTE_IS_SECURE, is_secure },
	{ REMOTE_GET_LIB_VERSION, get_lib_version },
	{ REMOTE_REGISTER_CLOSE_CALLBACK, NULL }, /* nothing ever happens that they would be called for */
	{ REMOTE_UNREGISTER_CLOSE_CALLBACK, NULL },
	{ REMOTE_SET_IDENTITY, set_identity },
	{ 0 },
};
