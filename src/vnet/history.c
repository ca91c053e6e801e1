/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "vnet/json.h"
#include "vnet/table.h"

/* A number and a unit: so long ago. false: `text` is no such thing. */
static bool parse_span(const char *text, int64_t *ret_s)
{
	static const struct {
		char unit;
		int seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	char *end;
	long n = strtol(text, &end, 10);

	for (size_t i = 0; i < COUNT(units); i++) {
		if (*end != units[i].unit || end[1] || end == text || n < 0 || n > INT32_MAX)
			continue;
		*ret_s = (int64_t)n * units[i].seconds;
		return true;
	}
	return false;
}

/* "2026-11-22", with a time behind it or not, in local time; or a span that ends now. */
static int parse_since(const char *text, int64_t *ret)
{
	static const char *const forms[] = { "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d" };
	int64_t span;

	if (!text)
		return 0;
	if (parse_span(text, &span)) {
		*ret = time(NULL) - span;
		return 0;
	}
	for (size_t i = 0; i < COUNT(forms); i++) {
		struct tm tm = { .tm_isdst = -1 };
		const char *end = strptime(text, forms[i], &tm);

		if (!end || *end)
			continue;
		*ret = mktime(&tm);
		return 0;
	}
	return cli_error("--since is a date, \"YYYY-MM-DD[ HH:MM[:SS]]\", or a span like 90s, 30m, 2h, 7d; not '%s'",
			 text);
}

static const char *time_text(int64_t at, char *out, size_t size)
{
	time_t t = (time_t)at;
	struct tm tm;

	if (!localtime_r(&t, &tm) || !strftime(out, size, "%Y-%m-%d %H:%M:%S", &tm))
		return "-";
	return out;
}

static void print_rows(const struct cli *cli, const struct vnet_past_lease *v, size_t n)
{
	static const char *const headers[] = { "Time", "Event", "MAC address", "IP address", "Hostname", NULL };
	struct table *t = table_new(headers);

	for (size_t i = 0; i < n; i++) {
		char when[32];
		const char *cells[] = { time_text(v[i].at, when, sizeof(when)), v[i].bound ? "bound" : "ended",
					v[i].mac, v[i].ip, v[i].hostname ? v[i].hostname : "-" };

		table_row(t, cells);
	}
	table_print(t, cli->quiet);
	table_free(t);
}

static void print_json(const struct vnet_past_lease *v, size_t n)
{
	json_object *all = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(all, cli_json_past_lease(&v[i]));
	cli_json_print(all);
}

int cli_history(struct cli *cli, const struct cli_args *args)
{
	struct vnet_history_filter f = { .mac = cli_arg(args, "mac"), .ip = cli_arg(args, "ip") };
	const char *name = cli_arg(args, "network");
	struct vnet_past_lease *v = NULL;
	struct vnet_network net;
	struct vnet_error why;
	size_t n = 0;

	if (parse_since(cli_arg(args, "since"), &f.since) < 0 || cli_network(cli, name, &net) < 0)
		return -1;
	if (vnet_history(cli->conn, &net, &f, &v, &n, &why) < 0)
		return cli_failed(&why, "Failed to get the history of leases of %s", name);
	if (cli_arg(args, "json"))
		print_json(v, n);
	else
		print_rows(cli, v, n);
	vnet_history_free(v, n);
	return 0;
}
