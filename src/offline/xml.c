/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be said about a definition without a daemon. */
#include "offline/offline.h"

#include <errno.h>

#include "libvnet/conn.h"
#include "model/format.h"
#include "model/options.h"
#include "model/parse.h"
#include "plan/options.h"
#include "plan/print.h"
#include "plan/support.h"

/* The line goes its own way, so the text is the detail alone. */
static int refuse(struct vnet_error *err, const struct err *e)
{
	conn_error(err, e->code, "%s", e->detail);
	if (err) {
		err->domain = e->domain;
		err->line = e->line;
	}
	return -1;
}

static int parse(const char *xml, size_t len, struct network **ret, struct xml_warnings *w, struct vnet_error *err)
{
	struct err e = { 0 };

	return network_parse(xml, len, ret, w, &e) < 0 ? refuse(err, &e) : 0;
}

static void warn_option(const struct network *n, const char *line, void (*warn)(int line, const char *text, void *arg),
			void *arg)
{
	AUTO(mem_drop) char *text = mem_printf("dnsmasq option '%.200s' has no effect here", line);

	/* the parser has warned of those that it doesn't know, with their lines */
	if (option_kind(line) == OPTION_WANTED && plan_option(n, line) == -ENOTSUP)
		warn(0, text, arg);
}

int offline_xml_check(const char *xml, size_t len, void (*warn)(int line, const char *text, void *arg), void *arg,
		      struct vnet_error *err)
{
	AUTO(network_free) struct network *n = NULL;
	struct xml_warnings w = { 0 };
	int r = parse(xml, len, &n, &w, err);

	struct err e;

	for (size_t i = 0; warn && i < w.n; i++)
		warn(w.v[i].line, w.v[i].text, arg);
	xml_warnings_free(&w);
	for (size_t i = 0; r == 0 && warn && i < n->n_options; i++)
		warn_option(n, n->options[i], warn, arg);
	if (r == 0 && warn && plan_supported(n, &e) < 0) /* it can be stored; better to know now */
		warn(0, e.detail, arg);
	return r;
}

int offline_xml_format(const char *xml, size_t len, char **ret, struct vnet_error *err)
{
	AUTO(network_free) struct network *n = NULL;

	if (parse(xml, len, &n, NULL, err) < 0)
		return -1;
	*ret = network_format(n, NULL);
	return 0;
}

int offline_xml_plan(const char *xml, size_t len, char **ret, struct vnet_error *err)
{
	AUTO(network_free) struct network *n = NULL;
	struct err e = { 0 };

	if (parse(xml, len, &n, NULL, err) < 0)
		return -1;
	return plan_describe(n, ret, &e) < 0 ? refuse(err, &e) : 0;
}
