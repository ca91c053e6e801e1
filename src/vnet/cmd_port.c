/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands about ports: guests' NICs on running networks. */
#include "vnet/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "vnet/json.h"
#include "vnet/table.h"
#include "vnet/xpath.h"

static int by_uuid(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct vnet_port));
}

static void print_ports(const struct cli *cli, const struct vnet_port *v, size_t n)
{
	static const char *const headers[] = { "UUID", NULL };
	struct table *t = table_new(headers);
	char uuid[VNET_UUID_TEXT];

	for (size_t i = 0; i < n; i++)
		table_row(t, (const char *[]){ vnet_uuid_text(v[i].uuid, uuid) });
	table_print(t, cli->quiet);
	table_free(t);
}

static void print_uuids(const struct vnet_port *v, size_t n)
{
	char uuid[VNET_UUID_TEXT];

	for (size_t i = 0; i < n; i++)
		puts(vnet_uuid_text(v[i].uuid, uuid));
}

/* What a port's XML says of it; NULL: nothing. */
struct detail {
	char *owner, *mac, *plug, *mode;
};

static void detail_clear(struct detail *d)
{
	free(d->owner);
	free(d->mac);
	free(d->plug);
	free(d->mode);
}

static int read_detail(struct cli *cli, const struct vnet_network *net, const struct vnet_port *port,
		       struct detail *ret)
{
	struct vnet_error why;
	char *xml;

	*ret = (struct detail){ 0 };
	if (vnet_port_dumpxml(cli->conn, net, port, &xml, &why) < 0)
		return why.code == VNET_ERR_NO_PORT ? 1 : cli_failed(&why, "Failed to list network ports");
	ret->owner = xpath_text(xml, "/networkport/owner/name");
	ret->mac = xpath_text(xml, "/networkport/mac/@address");
	ret->plug = xpath_text(xml, "/networkport/plug/@bridge | /networkport/plug/@dev");
	ret->mode = xpath_text(xml, "/networkport/plug/@type");
	vnet_free(xml);
	return 0;
}

/* A tap of the daemon's own has its name as owner; of other ports who plugged them in knows the device. */
static const char *device_of(const struct detail *d, const struct vnet_tap *taps, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (d->owner && strcmp(d->owner, taps[i].name) == 0)
			return taps[i].name;
	return NULL;
}

static void add_row(struct table *t, const char *uuid, const struct detail *d, const char *device)
{
	char plug[64];

	snprintf(plug, sizeof(plug), "%s%s%s", d->mode ? d->mode : "-", d->plug ? " " : "", d->plug ? d->plug : "");
	table_row(
	    t, (const char *[]){ uuid, d->owner ? d->owner : "-", d->mac ? d->mac : "-", device ? device : "-", plug });
}

static json_object *text_or_null(const char *text)
{
	return text ? json_object_new_string(text) : NULL;
}

static void add_json(json_object *all, const char *uuid, const struct detail *d, const char *device)
{
	json_object *o = json_object_new_object();

	json_object_object_add(o, "uuid", json_object_new_string(uuid));
	json_object_object_add(o, "owner", text_or_null(d->owner));
	json_object_object_add(o, "mac", text_or_null(d->mac));
	json_object_object_add(o, "device", text_or_null(device));
	json_object_object_add(o, "plug", text_or_null(d->mode));
	json_object_object_add(o, "to", text_or_null(d->plug));
	json_object_array_add(all, o);
}

/* Each port by its XML: into the table, or else the list. A port that went away meanwhile is left out. */
static int collect(struct cli *cli, const struct vnet_network *net, const struct vnet_port *v, size_t n,
		   struct table *t, json_object *all)
{
	AUTO_FREE struct vnet_tap *taps = NULL;
	struct vnet_error why;
	size_t n_taps;

	if (vnet_tap_list(cli->conn, net, &taps, &n_taps, &why) < 0)
		return cli_failed(&why, "Failed to list network ports");
	for (size_t i = 0; i < n; i++) {
		char uuid[VNET_UUID_TEXT];
		struct detail d;
		int r = read_detail(cli, net, &v[i], &d);

		if (r < 0)
			return -1;
		vnet_uuid_text(v[i].uuid, uuid);
		if (r == 0 && t)
			add_row(t, uuid, &d, device_of(&d, taps, n_taps));
		else if (r == 0)
			add_json(all, uuid, &d, device_of(&d, taps, n_taps));
		detail_clear(&d);
	}
	return 0;
}

static int print_details(struct cli *cli, const struct vnet_network *net, const struct vnet_port *v, size_t n)
{
	static const char *const headers[] = { "UUID", "Owner", "MAC", "Device", "Plug", NULL };
	struct table *t = table_new(headers);
	int r = collect(cli, net, v, n, t, NULL);

	if (r == 0)
		table_print(t, cli->quiet);
	table_free(t);
	return r;
}

static int print_json(struct cli *cli, const struct vnet_network *net, const struct vnet_port *v, size_t n)
{
	json_object *all = json_object_new_array();

	if (collect(cli, net, v, n, NULL, all) < 0) {
		json_object_put(all);
		return -1;
	}
	cli_json_print(all);
	return 0;
}

static int port_list(struct cli *cli, const struct cli_args *args)
{
	const char *name = cli_arg(args, "network");
	AUTO_FREE struct vnet_port *v = NULL;
	struct vnet_network net;
	struct vnet_error why;
	size_t n;

	if (!!cli_arg(args, "uuid") + !!cli_arg(args, "table") + !!cli_arg(args, "details") > 1)
		return cli_error("Only one argument from --table, --uuid and --details may be specified.");
	if (cli_network(cli, name, &net) < 0)
		return -1;
	if (vnet_port_list(cli->conn, &net, &v, &n, &why) < 0)
		return cli_failed(&why, "Failed to list network ports");
	qsort(v, n, sizeof(*v), by_uuid);
	if (cli_arg(args, "json"))
		return print_json(cli, &net, v, n);
	if (cli_arg(args, "details"))
		return print_details(cli, &net, v, n);
	if (cli_arg(args, "uuid"))
		print_uuids(v, n);
	else
		print_ports(cli, v, n);
	return 0;
}

/* For an owner of whom only the name is known. */
static void random_uuid(uint8_t ret[16])
{
	if (getrandom(ret, 16, 0) != 16)
		abort();
	ret[6] = (ret[6] & 0x0f) | 0x40; /* RFC 9562 s.5.4 */
	ret[8] = (ret[8] & 0x3f) | 0x80;
}

/* <networkport> of what the options say. */
static char *port_xml(const char *mac, const char *owner)
{
	char text[VNET_UUID_TEXT], *xml = NULL;
	uint8_t uuid[16];
	size_t len;
	FILE *out = open_memstream(&xml, &len);

	if (!out)
		abort();
	random_uuid(uuid);
	fputs("<networkport><owner><name>", out);
	cli_put_xml(out, owner);
	fprintf(out, "</name><uuid>%s</uuid></owner><mac address='", vnet_uuid_text(uuid, text));
	cli_put_xml(out, mac);
	fputs("'/></networkport>", out);
	fclose(out);
	return xml;
}

static int port_create(struct cli *cli, const struct cli_args *args)
{
	const char *file = cli_arg(args, "file"), *mac = cli_arg(args, "mac"), *owner = cli_arg(args, "owner");
	char uuid[VNET_UUID_TEXT];
	struct vnet_network net;
	struct vnet_error why;
	struct vnet_port port;
	size_t len;

	if (file ? mac || owner : !mac || !owner)
		return cli_error("a port is told of by a file, or by --mac and --owner");
	AUTO_FREE char *xml = file ? cli_read_file(file, &len) : port_xml(mac, owner);
	const char *from = file ? file : "options";

	if (!xml || cli_network(cli, cli_arg(args, "network"), &net) < 0)
		return -1;
	if (vnet_port_create(cli->conn, &net, xml, cli_arg(args, "validate") ? VNET_PORT_VALIDATE : 0, &port, &why) < 0)
		return cli_failed(&why, "Failed to create network port from %s", from);
	cli_say(cli, "Network port %s created from %s", vnet_uuid_text(port.uuid, uuid), from);
	return 0;
}

/* The network and the port that the user named. */
static int find(struct cli *cli, const struct cli_args *args, struct vnet_network *net, struct vnet_port *port)
{
	const char *text = cli_arg(args, "port");

	if (vnet_uuid_parse(text, port->uuid) < 0)
		return cli_error("failed to get network port '%s'", text), cli_error("'%s' is not a uuid", text);
	return cli_network(cli, cli_arg(args, "network"), net);
}

static int port_dumpxml(struct cli *cli, const struct cli_args *args)
{
	struct vnet_network net;
	struct vnet_error why;
	struct vnet_port port;
	AUTO_FREE char *xml = NULL;

	if (find(cli, args, &net, &port) < 0)
		return -1;
	if (vnet_port_dumpxml(cli->conn, &net, &port, &xml, &why) < 0)
		return cli_failed(&why, "failed to get network port '%s'", cli_arg(args, "port"));
	return xpath_print(args, xml);
}

static int port_delete(struct cli *cli, const struct cli_args *args)
{
	const char *text = cli_arg(args, "port");
	struct vnet_network net;
	struct vnet_error why;
	struct vnet_port port;

	if (find(cli, args, &net, &port) < 0)
		return -1;
	if (vnet_port_delete(cli->conn, &net, &port, &why) == 0)
		return cli_say(cli, "Network port %s deleted", text), 0;
	if (why.code == VNET_ERR_NO_PORT)
		return cli_failed(&why, "failed to get network port '%s'", text);
	return cli_failed(&why, "Failed to delete network port %s", text);
}

/* "average,peak,burst[,floor]": what is left out or empty is not given. */
static int read_rate(const char *option, const char *text, struct vnet_rate *r, unsigned *floor)
{
	unsigned *const into[] = { &r->average, &r->peak, &r->burst, floor };
	const char *at = text;

	if (!text)
		return 0;
	for (size_t i = 0; i < sizeof(into) / sizeof(*into) && into[i]; i++) {
		char *end;
		unsigned long v = strtoul(at, &end, 10);

		if (*at == '-' || v > UINT32_MAX || (*end && *end != ','))
			break;
		*into[i] = (unsigned)v;
		if (!*end)
			return 0;
		at = end + 1;
	}
	return cli_error("--%s must be AVERAGE,PEAK,BURST%s in numbers, not '%s'", option, floor ? ",FLOOR" : "", text);
}

static void print_rate(const char *label, const struct vnet_rate *r, unsigned floor)
{
	printf("%-15s average %u, peak %u, burst %u", label, r->average, r->peak, r->burst);
	if (floor)
		printf(", floor %u", floor);
	putchar('\n');
}

static int port_set(struct cli *cli, const struct cli_args *args)
{
	const char *text = cli_arg(args, "port"), *in = cli_arg(args, "inbound"), *out = cli_arg(args, "outbound");
	struct vnet_port_rates r;
	struct vnet_network net;
	struct vnet_error why;
	struct vnet_port port;

	if (find(cli, args, &net, &port) < 0)
		return -1;
	if (vnet_port_rates(cli->conn, &net, &port, &r, &why) < 0)
		return cli_failed(&why, "failed to get network port '%s'", text);
	if (!in && !out) {
		print_rate("Inbound:", &r.in, r.floor);
		print_rate("Outbound:", &r.out, 0);
		return 0;
	}
	if (in)
		r.in = (struct vnet_rate){ 0 }, r.floor = 0;
	if (out)
		r.out = (struct vnet_rate){ 0 };
	if (read_rate("inbound", in, &r.in, &r.floor) < 0 || read_rate("outbound", out, &r.out, NULL) < 0)
		return -1;
	if (vnet_port_set_rates(cli->conn, &net, &port, &r, &why) < 0)
		return cli_failed(&why, "Failed to set the bandwidth of network port %s", text);
	cli_say(cli, "Network port %s updated", text);
	return 0;
}

/* clang-format off */
#define NETWORK { "network", ARG_DATA, true, "name or uuid" }
#define PORT    { "port", ARG_DATA, true, "uuid of the port" }

const struct cli_cmd cli_port_cmds[] = {
	{ "port-list", port_list, "list the ports of a running network", false,
	  { NETWORK,
	    { "uuid", ARG_FLAG, false, "uuids alone" },
	    { "table", ARG_FLAG, false, "a table, as without any of these" },
	    { "details", ARG_FLAG, false, "also owner, MAC, device and plug" },
	    { "json", ARG_FLAG, false, "as JSON" } } },
	{ "port-create", port_create, "tell of a guest's NIC by an XML file or by options", false,
	  { NETWORK,
	    { "file", ARG_DATA, false, "file with <networkport>" },
	    { "mac", ARG_VALUE, false, "without a file: the NIC's address" },
	    { "owner", ARG_VALUE, false, "without a file: the guest's name" },
	    { "validate", ARG_FLAG, false, "refuse what the format does not know" } } },
	{ "port-dumpxml", port_dumpxml, "print the XML of a port", false, { NETWORK, PORT, XPATH_OPTIONS } },
	{ "port-set", port_set, "print or set how fast a port may be", false,
	  { NETWORK, PORT,
	    { "inbound", ARG_VALUE, false, "average,peak,burst,floor; KB/s, burst in KiB" },
	    { "outbound", ARG_VALUE, false, "average,peak,burst" } } },
	{ "port-delete", port_delete, "delete a port", false, { NETWORK, PORT } },
	{ 0 },
};
/* clang-format on */
