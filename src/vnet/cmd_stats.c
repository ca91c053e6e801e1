/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a network's DHCP servers did, and for whom. */
#include <inttypes.h>
#include <stdio.h>

#include "vnet/cli.h"
#include "vnet/json.h"
#include "vnet/table.h"

enum { NUMBER_TEXT = 24 };

static const char *number(uint64_t n, char out[NUMBER_TEXT])
{
	snprintf(out, NUMBER_TEXT, "%" PRIu64, n);
	return out;
}

static void print_pool(const char *of, uint32_t taken, uint32_t total)
{
	if (total)
		printf("%s addresses: %" PRIu32 " of %" PRIu32 " taken (%u %%)\n", of, taken, total,
		       (unsigned)(100ULL * taken / total));
}

static void print_counters(const struct cli *cli, const struct vnet_dhcp_stats *s)
{
	static const char *const headers[] = { "Protocol", "Messages", "What became of them", NULL };
	struct table *t = table_new(headers);
	char n[NUMBER_TEXT];

	for (size_t i = 0; i < s->n_counters; i++)
		table_row(t, (const char *[]){ s->counters[i].ipv6 ? "dhcpv6" : "dhcpv4", number(s->counters[i].n, n),
					       s->counters[i].what });
	table_print(t, cli->quiet);
	table_free(t);
}

static void print_ports(const struct cli *cli, const struct vnet_dhcp_stats *s)
{
	static const char *const headers[] = { "Port", "Messages", "Offers",    "Acks",
					       "Naks", "Limited",  "Addresses", NULL };
	struct table *t = table_new(headers);
	char n[6][NUMBER_TEXT];

	for (size_t i = 0; i < s->n_ports; i++) {
		const struct vnet_dhcp_port_counters *p = &s->ports[i];

		table_row(t, (const char *[]){ p->dev[0] ? p->dev : "-", number(p->messages, n[0]),
					       number(p->offers, n[1]), number(p->acks, n[2]), number(p->naks, n[3]),
					       number(p->limited, n[4]), number(p->holds, n[5]) });
	}
	table_print(t, cli->quiet);
	table_free(t);
}

static int dhcp_stats(struct cli *cli, const struct cli_args *args)
{
	const char *name = cli_arg(args, "network");
	struct vnet_dhcp_stats s;
	struct vnet_network net;
	struct vnet_error why;

	if (cli_network(cli, name, &net) < 0)
		return -1;
	if (vnet_dhcp_stats(cli->conn, &net, &s, &why) < 0)
		return cli_failed(&why, "Failed to get DHCP counters of %s", name);
	if (cli_arg(args, "json")) {
		cli_json_print(cli_json_dhcp_stats(&s));
	} else {
		print_pool("IPv4", s.taken, s.total);
		print_pool("IPv6", s.taken6, s.total6);
		print_counters(cli, &s);
		putchar('\n');
		print_ports(cli, &s);
	}
	vnet_dhcp_stats_free(&s);
	return 0;
}

/* clang-format off */
const struct cli_cmd cli_stats_cmds[] = {
	{ "dhcp-stats", dhcp_stats, "what a network's DHCP did, and for which ports", false,
	  { { "network", ARG_DATA, true, "name or uuid" },
	    { "json", ARG_FLAG, false, "as JSON" } } },
	{ 0 },
};
/* clang-format on */
