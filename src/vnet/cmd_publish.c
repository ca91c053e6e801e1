/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands about published ports: publish, unpublish, published. */
#include "vnet/cli.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vnet/json.h"
#include "vnet/table.h"

enum { MAC_LEN = 17 };

/* What the words say; the texts are cut out of `words`. */
struct spec {
	struct vnet_publish what;
	char *ports, *guest;
};

static void spec_clear(struct spec *s)
{
	free(s->ports);
	free(s->guest);
}

/* The port that `text` is, up to `end`; 0: it is none. */
static uint16_t read_port(const char *text, const char *end)
{
	char *rest;
	unsigned long n = isdigit((unsigned char)*text) ? strtoul(text, &rest, 10) : 0;

	return n && n <= UINT16_MAX && rest == end ? (uint16_t)n : 0;
}

/* Takes the address off the front: "192.0.2.1:80", "[2001:db8::1]:80", "80". Gives what is behind it. */
static char *cut_address(char *text, const char **ret)
{
	char *close = *text == '[' ? strchr(text, ']') : NULL, *colon = strrchr(text, ':');

	if (close && close[1] == ':') {
		*close = '\0';
		*ret = text + 1;
		return close + 2;
	}
	if (!colon)
		return text;
	*colon = '\0';
	*ret = text;
	return colon + 1;
}

/* [ADDR:]PORT[-PORT][/PROTO] */
static int read_ports(const char *word, struct spec *s)
{
	s->ports = cli_text("%s", word);
	char *slash = strchr(s->ports, '/'), *port;

	s->what.protocol = slash ? slash + 1 : "tcp";
	if (slash)
		*slash = '\0';
	port = cut_address(s->ports, &s->what.address);
	const char *dash = strchr(port, '-'), *end = port + strlen(port);

	s->what.port = read_port(port, dash ? dash : end);
	s->what.port_end = dash ? read_port(dash + 1, end) : s->what.port;
	if (!s->what.port || s->what.port_end < s->what.port)
		return cli_error("'%s' is not [ADDRESS:]PORT[-PORT]/tcp or udp", word);
	return 0;
}

/* Where the port begins behind a name or address: at a ':' that is no part of them. NULL: there is none. */
static char *find_guest_port(char *guest)
{
	size_t colons = 0;
	bool pairs = strlen(guest) >= MAC_LEN;

	for (const char *p = guest; *p; p++)
		colons += *p == ':';
	for (size_t i = 0; pairs && i < MAC_LEN; i++)
		pairs = i % 3 == 2 ? guest[i] == ':' : isxdigit((unsigned char)guest[i]);
	if (colons == 1 || (pairs && colons == 6))
		return strrchr(guest, ':');
	return NULL;
}

/* GUEST[:PORT]; an IPv6 address with a port stands in brackets. */
static int read_guest(const char *word, struct spec *s)
{
	s->guest = cli_text("%s", word);
	char *guest = s->guest, *close = *guest == '[' ? strchr(guest, ']') : NULL, *port;

	if (close) {
		port = close[1] ? close + 1 : NULL;
		*close = '\0';
		guest++;
	} else {
		port = find_guest_port(guest);
	}
	if (port) {
		bool colon = *port == ':';

		*port++ = '\0';
		s->what.to = colon ? read_port(port, port + strlen(port)) : 0;
		if (!s->what.to)
			return cli_error("'%s' is not GUEST[:PORT]", word);
	}
	s->what.guest = guest;
	return 0;
}

typedef int change_fn(struct vnet_conn *c, const struct vnet_network *net, const struct vnet_publish *what,
		      unsigned flags, struct vnet_error *err);

static int change(struct cli *cli, const struct cli_args *args, change_fn *make, const char *verb, const char *done)
{
	const char *name = cli_arg(args, "network"), *ports = cli_arg(args, "ports"), *guest = cli_arg(args, "guest");
	struct spec s = { 0 };
	struct vnet_network net;
	struct vnet_error why;
	unsigned flags;
	int r = -1;

	if (cli_affect(args, &flags) == 0 && read_ports(ports, &s) == 0 && (!guest || read_guest(guest, &s) == 0) &&
	    cli_network(cli, name, &net) == 0) {
		r = make(cli->conn, &net, &s.what, flags, &why);
		if (r < 0)
			cli_failed(&why, "Failed to %s %s of network %s", verb, ports, name);
		else
			cli_say(cli, "%s %s of network %s", done, ports, net.name);
	}
	spec_clear(&s);
	return r;
}

static int publish(struct cli *cli, const struct cli_args *args)
{
	return change(cli, args, vnet_publish, "publish", "Published");
}

static int unpublish(struct cli *cli, const struct cli_args *args)
{
	return change(cli, args, vnet_unpublish, "unpublish", "Unpublished");
}

/* ---- published ---- */

struct row {
	const struct vnet_network *net;
	struct vnet_published p;
};

struct rows {
	struct row *v;
	size_t n;
};

static void ports_text(const struct vnet_published *p, char *out, size_t size)
{
	bool v6 = strchr(p->address, ':');
	char end[8] = "";

	if (p->port_end > p->port)
		snprintf(end, sizeof(end), "-%u", p->port_end);
	snprintf(out, size, "%s%s%s%s%u%s/%s", v6 ? "[" : "", p->address, v6 ? "]" : "", p->address[0] ? ":" : "",
		 p->port, end, p->protocol);
}

static void guest_text(const struct vnet_published *p, char *out, size_t size)
{
	bool v6 = strchr(p->guest, ':') && strlen(p->guest) != MAC_LEN;

	if (p->to)
		snprintf(out, size, "%s%s%s:%u", v6 ? "[" : "", p->guest, v6 ? "]" : "", p->to);
	else
		snprintf(out, size, "%s", p->guest);
}

static void print_rows(const struct cli *cli, const struct rows *rows)
{
	static const char *const headers[] = { "Network", "Ports", "Guest", "Address", "State", NULL };
	struct table *t = table_new(headers);

	for (size_t i = 0; i < rows->n; i++) {
		const struct vnet_published *p = &rows->v[i].p;
		bool both = p->to_ipv4[0] && p->to_ipv6[0], none = !p->to_ipv4[0] && !p->to_ipv6[0];
		char ports[96], guest[96], address[96], state[96];
		const char *cells[] = { rows->v[i].net->name, ports, guest, address, state };

		ports_text(p, ports, sizeof(ports));
		guest_text(p, guest, sizeof(guest));
		snprintf(address, sizeof(address), "%s%s%s", none ? "-" : p->to_ipv4, both ? ", " : "", p->to_ipv6);
		snprintf(state, sizeof(state), "%s%s", p->why[0] ? "inactive: " : "active", p->why);
		table_row(t, cells);
	}
	table_print(t, cli->quiet);
	table_free(t);
}

static void print_json(const struct rows *rows)
{
	json_object *all = json_object_new_array();

	for (size_t i = 0; i < rows->n; i++)
		json_object_array_add(all, cli_json_published(rows->v[i].net, &rows->v[i].p));
	cli_json_print(all);
}

/* One that went meanwhile publishes nothing. */
static int add_network(struct cli *cli, const struct vnet_network *net, struct rows *rows)
{
	AUTO_FREE struct vnet_published *v = NULL;
	struct vnet_error why;
	size_t n;

	if (vnet_published(cli->conn, net, &v, &n, &why) < 0)
		return why.code == VNET_ERR_NO_NETWORK
			   ? 0
			   : cli_failed(&why, "Failed to list what network %s publishes", net->name);
	rows->v = cli_alloc(rows->v, rows->n + n, sizeof(*rows->v));
	for (size_t i = 0; i < n; i++)
		rows->v[rows->n++] = (struct row){ .net = net, .p = v[i] };
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcasecmp(((const struct vnet_network *)a)->name, ((const struct vnet_network *)b)->name);
}

/* The network that was named, else all. */
static int find_networks(struct cli *cli, const char *name, struct vnet_network **ret, size_t *ret_n)
{
	struct vnet_error why;

	if (name) {
		*ret = cli_alloc(NULL, 1, sizeof(**ret));
		*ret_n = 1;
		return cli_network(cli, name, *ret);
	}
	if (!cli_conn(cli))
		return -1;
	if (vnet_list(cli->conn, VNET_LIST_ACTIVE | VNET_LIST_INACTIVE, ret, ret_n, &why) < 0)
		return cli_failed(&why, "Failed to list networks");
	qsort(*ret, *ret_n, sizeof(**ret), by_name);
	return 0;
}

static int published(struct cli *cli, const struct cli_args *args)
{
	AUTO_FREE struct vnet_network *nets = NULL;
	struct rows rows = { 0 };
	size_t n = 0;
	int r = find_networks(cli, cli_arg(args, "network"), &nets, &n);

	for (size_t i = 0; r == 0 && i < n; i++)
		r = add_network(cli, &nets[i], &rows);
	if (r == 0 && cli_arg(args, "json"))
		print_json(&rows);
	else if (r == 0)
		print_rows(cli, &rows);
	free(rows.v);
	return r;
}

/* clang-format off */
#define PORTS	{ "network", ARG_DATA, true, "name or uuid" }, \
		{ "ports", ARG_DATA, true, "[ADDRESS:]PORT[-PORT]/tcp or udp, of the host" }
#define AFFECT	{ "live", ARG_FLAG, false, "only of what runs" }, \
		{ "config", ARG_FLAG, false, "only of what is stored" }

const struct cli_cmd cli_publish_cmds[] = {
	{ "publish", publish, "make ports of the host lead to a guest", false,
	  { PORTS,
	    { "guest", ARG_DATA, true, "its name, MAC or address, and :PORT if that differs" },
	    AFFECT } },
	{ "unpublish", unpublish, "take that back", false,
	  { PORTS,
	    { "guest", ARG_DATA, false, "where the same ports lead to two guests: which" },
	    AFFECT } },
	{ "published", published, "list published ports and where they lead", false,
	  { { "network", ARG_DATA, false, "name or uuid; without it, of all" },
	    { "json", ARG_FLAG, false, "as JSON" } } },
	{ 0 },
};
/* clang-format on */
