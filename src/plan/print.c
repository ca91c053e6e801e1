/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/print.h"

#include <errno.h>

#include "model/check.h"
#include "plan/guest.h"

enum { ROUTE_TEXT = PREFIX_TEXT + IP_TEXT + 32 };

static void print_bridge(const struct plan *p, FILE *out)
{
	static const char *const unheld[] = {
		[FW_UNHELD_FIRST_COME] = "",
		[FW_UNHELD_ANYBODYS] = ", and share addresses that nobody gave them",
		[FW_UNHELD_NOBODYS] = ", and no address that nobody gave them",
	};
	char mac[MAC_TEXT], ip[IP_TEXT];

	fprintf(out, "bridge %s\n", p->bridge.name);
	fprintf(out, "  alias %s\n", p->bridge.alias);
	if (!mac_is_zero(&p->bridge.mac))
		fprintf(out, "  mac %s\n", mac_text(&p->bridge.mac, mac));
	if (p->bridge.mtu)
		fprintf(out, "  mtu %u\n", p->bridge.mtu);
	fprintf(out, "  stp %s, forward delay %u s%s\n", p->bridge.stp ? "on" : "off",
		p->hurry ? 0 : p->bridge.delay_cs / 100, p->hurry ? " (ports forward at once)" : "");
	for (size_t i = 0; i < p->n_addrs; i++)
		fprintf(out, "  address %s/%u\n", ip_text(&p->addrs[i].ip, ip), p->addrs[i].len);
	if (p->isolated)
		fputs("  ports are isolated from each other\n", out);
	if (p->flowtable == TRI_YES)
		fputs("  established flows take the kernel's short cut, if it has one (flowtable)\n", out);
	if (p->guard.on)
		fprintf(out, "  guests send only what is theirs%s\n", unheld[p->guard.rules.unheld]);
	for (size_t i = 0; i < p->guard.n_groups; i++)
		fprintf(out, "  port group %s: guests send %s\n", p->guard.groups[i].name,
			p->guard.groups[i].guarded ? "only what is theirs" : "what they like");
}

static const char *route_text(const struct route *r, char out[ROUTE_TEXT])
{
	char dst[PREFIX_TEXT], gateway[IP_TEXT];

	snprintf(out, ROUTE_TEXT, "%s via %s metric %u", prefix_text(&r->dst, dst), ip_text(&r->gateway, gateway),
		 r->metric);
	return out;
}

static void print_routes(const struct plan *p, FILE *out)
{
	char text[ROUTE_TEXT];

	for (size_t i = 0; i < p->n_routes; i++)
		fprintf(out, "route %s\n", route_text(&p->routes[i], text));
}

static void print_sysctls(const struct plan_sysctl *v, size_t n, FILE *out)
{
	for (size_t i = 0; i < n; i++)
		fprintf(out, "sysctl %s = %s\n", v[i].key, v[i].value);
}

static void print_unmanaged(const struct plan *p, FILE *out)
{
	if (p->bridge.name[0])
		fprintf(out, "bridge %s, which is the host's\n", p->bridge.name);
	else
		fputs("devices of the host\n", out);
	if (p->isolated)
		fputs("  our ports are isolated from each other\n", out);
}

void plan_print(const struct plan *p, FILE *out)
{
	char uuid[UUID_TEXT];

	fprintf(out, "network %s", p->network);
	if (!uuid_eq(&p->uuid, &(struct uuid){ { 0 } })) /* else it is chosen when the network is defined */
		fprintf(out, " %s", uuid_text(&p->uuid, uuid));
	fputc('\n', out);
	if (p->unmanaged) {
		print_unmanaged(p, out);
		return;
	}
	print_bridge(p, out);
	print_routes(p, out);
	print_sysctls(p->bridge_sysctls, p->n_bridge_sysctls, out);
	print_sysctls(p->host_sysctls, p->n_host_sysctls, out);
	for (size_t i = 0; i < p->n_publishes; i++)
		fprintf(out, "%s\n", p->publishes[i]);
	fw_net_print(&p->firewall, "", out);
	if (p->scope)
		guest_print(p->scope, out);
}

void step_text(const struct plan *p, const struct step *s, char *out, size_t size)
{
	static const char *const verbs[STEP_OPS] = {
		[STEP_CREATE_BRIDGE] = "create bridge",
		[STEP_SET_ALIAS] = "set the alias of bridge",
		[STEP_SET_MAC] = "set the MAC of bridge",
		[STEP_SET_STP] = "set STP, forward delay and learning of bridge",
		[STEP_KEEP_ROUTES] = "keep the host's routes by router advertisement beside",
		[STEP_FIREWALL] = "install firewall rules of",
		[STEP_GUARD] = "set the guard of the ports of",
		[STEP_UP] = "bring up",
		[STEP_SERVE] = "serve DHCP and DNS on",
		[STEP_UNSERVE] = "stop DHCP and DNS on",
		[STEP_DOWN] = "bring down",
		[STEP_DEL_FIREWALL] = "remove firewall rules of",
		[STEP_DEL_BRIDGE] = "delete bridge",
	};
	char ip[IP_TEXT], route[ROUTE_TEXT];

	switch (s->op) {
	case STEP_SYSCTL:
		snprintf(out, size, "set %s to %s", s->sysctl->key, s->sysctl->value);
		break;
	case STEP_ADD_ADDR:
	case STEP_DEL_ADDR:
		snprintf(out, size, "%s address %s/%u %s '%s'", s->op == STEP_ADD_ADDR ? "add" : "delete",
			 ip_text(&s->addr.ip, ip), s->addr.len, s->op == STEP_ADD_ADDR ? "to" : "of", p->bridge.name);
		break;
	case STEP_ADD_ROUTE:
	case STEP_DEL_ROUTE:
		snprintf(out, size, "%s route %s %s '%s'", s->op == STEP_ADD_ROUTE ? "add" : "delete",
			 route_text(s->route, route), s->op == STEP_ADD_ROUTE ? "to" : "of", p->bridge.name);
		break;
	case STEP_SET_MTU:
		snprintf(out, size, "set the MTU of bridge '%s' to %u", p->bridge.name, s->mtu);
		break;
	case STEP_ATTACH:
		if (s->mtu && s->port.master)
			snprintf(out, size, "set the MTU of '%s', a port of '%s', to %u", s->port.name, p->bridge.name,
				 s->mtu);
		else
			snprintf(out, size, "make '%s' a forwarding port of '%s'", s->port.name, p->bridge.name);
		break;
	default:
		snprintf(out, size, "%s '%s'", verbs[s->op], p->bridge.name);
	}
}

void steps_print(const struct plan *p, const struct steps *s, FILE *out)
{
	char text[256];

	for (size_t i = 0; i < s->n; i++) {
		step_text(p, &s->v[i], text, sizeof(text));
		fprintf(out, "  %s\n", text);
	}
	if (s->n == 0)
		fputs("  nothing\n", out);
}

int plan_describe(const struct network *n, char **ret, struct err *e)
{
	AUTO(network_free) struct network *named = network_copy(n);
	AUTO(plan_free) struct plan *p = NULL;
	size_t len;

	if (network_bridge_is_template(n->bridge.name)) /* the first that it could get */
		network_bridge_from_template(n->bridge.name, 0, named->bridge.name);
	if (plan_compile(named, &p, e) < 0)
		return -1;
	FILE *out = open_memstream(ret, &len);

	if (!out)
		return err_sys(e, -ENOMEM, "print the plan");
	plan_print(p, out);
	fclose(out);
	return 0;
}
