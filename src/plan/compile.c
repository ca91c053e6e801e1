/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/plan.h"

#include <stdio.h>

#include "model/array.h"
#include "plan/dhcp4.h"
#include "plan/dhcp6.h"
#include "plan/dns.h"
#include "plan/guest.h"
#include "plan/publish.h"
#include "plan/ra.h"
#include "plan/support.h"

enum { NAT_PORT_START = 1024, NAT_PORT_END = 65535, ROUTE_METRIC = 1 };

static const char alias_prefix[] = "vnet:";

void plan_alias(const struct uuid *uuid, char ret[LINK_ALIAS_MAX])
{
	char text[UUID_TEXT];

	snprintf(ret, LINK_ALIAS_MAX, "%s%s", alias_prefix, uuid_text(uuid, text));
}

bool plan_alias_uuid(const char *alias, struct uuid *ret)
{
	size_t len = sizeof(alias_prefix) - 1;
	char text[UUID_TEXT];

	if (strncmp(alias, alias_prefix, len) != 0 || strcspn(alias + len, " ") >= sizeof(text))
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(alias + len, " "), alias + len);
	return uuid_parse(text, ret) == 0;
}

void plan_tap_alias(const struct plan *p, const struct mac *mac, const char *group, char ret[LINK_ALIAS_MAX])
{
	char text[MAC_TEXT] = "-";

	if (!mac_is_zero(mac))
		mac_text(mac, text);
	snprintf(ret, LINK_ALIAS_MAX, "%.*s %s%s%.*s", (int)sizeof(alias_prefix) + UUID_TEXT, p->bridge.alias, text,
		 group ? " " : "", TAP_GROUP_MAX, group ? group : "");
}

bool plan_owns_tap(const struct plan *p, const struct link *l)
{
	size_t len = strlen(p->bridge.alias);

	return strncmp(l->alias, p->bridge.alias, len) == 0 && (!l->alias[len] || l->alias[len] == ' ');
}

struct plan_port plan_tap_port(const struct link *l)
{
	const char *mac = strchr(l->alias, ' '), *group = mac ? strchr(mac + 1, ' ') : NULL;
	struct plan_port p = { .group = group ? group + 1 : NULL };
	char text[MAC_TEXT];

	memcpy(p.name, l->name, sizeof(p.name));
	snprintf(text, sizeof(text), "%.*s", mac ? (int)strcspn(mac + 1, " ") : 0, mac ? mac + 1 : "");
	mac_parse(text, &p.mac); /* else it stays zero */
	return p;
}

/* What the kernel makes of it: with STP at least 2 s; 30 s are the most that IEEE 802.1D-1998 table 8-3 knows. */
static unsigned kernel_delay(const struct network *n)
{
	enum { LEAST_S = 2, MOST_S = 30 };
	unsigned long s = n->bridge.delay_s;

	if (n->bridge.stp && s < LEAST_S)
		s = LEAST_S;
	return (unsigned)(s > MOST_S ? MOST_S : s) * 100;
}

static void compile_bridge(const struct network *n, struct plan *p)
{
	p->bridge.group = n->forward.mode == FORWARD_OPEN ? PLAN_LINK_GROUP_OPEN : PLAN_LINK_GROUP;
	p->bridge.mac = n->mac;
	p->bridge.mtu = n->mtu;
	p->bridge.stp = n->bridge.stp;
	p->bridge.delay_cs = kernel_delay(n);
	p->hurry = n->bridge.stp && n->bridge.delay_s == 0;
	for (size_t i = 0; i < n->n_ips; i++)
		*mem_push(p->addrs, p->n_addrs) = network_ip_prefix(&n->ips[i]);
	for (size_t i = 0; i < n->n_routes; i++)
		*mem_push(p->routes, p->n_routes) =
		    (struct route){ .dst = network_route_prefix(&n->routes[i]),
				    .gateway = n->routes[i].gateway,
				    .metric = n->routes[i].metric ? n->routes[i].metric : ROUTE_METRIC };
}

static bool has_family(const struct network *n, int family)
{
	for (size_t i = 0; i < n->n_ips; i++)
		if (n->ips[i].address.family == family)
			return true;
	return false;
}

static void add_bridge_sysctl(struct plan *p, const char *setting, const char *value)
{
	struct plan_sysctl *s = mem_push(p->bridge_sysctls, p->n_bridge_sysctls);

	snprintf(s->key, sizeof(s->key), "net/ipv6/conf/%s/%s", p->bridge.name, setting);
	snprintf(s->value, sizeof(s->value), "%s", value);
	s->optional = true; /* a kernel without IPv6 */
}

static void compile_sysctls(const struct network *n, struct plan *p)
{
	/* Without an IPv6 address guests must not find the host by its link-local one. */
	add_bridge_sysctl(p, "disable_ipv6", has_family(n, AF_INET6) ? "0" : "1");
	add_bridge_sysctl(p, "accept_ra", "0");
	add_bridge_sysctl(p, "autoconf", "0");
	if (has_family(n, AF_INET6)) {
		add_bridge_sysctl(p, "addr_gen_mode", "0"); /* by the MAC: guests are told of that link-local address */
		add_bridge_sysctl(p, "accept_dad", "0");    /* it is ours at once, and no guest can contest it */
	}
	if (n->forward.mode == FORWARD_NONE)
		return;
	if (has_family(n, AF_INET))
		*mem_push(p->host_sysctls, p->n_host_sysctls) =
		    (struct plan_sysctl){ .key = "net/ipv4/ip_forward", .value = "1" };
	p->forwards6 = has_family(n, AF_INET6);
	if (p->forwards6)
		*mem_push(p->host_sysctls, p->n_host_sysctls) =
		    (struct plan_sysctl){ .key = PLAN_FORWARDING6, .value = "1" };
}

static void compile_nat(const struct network_forward *f, struct fw_net *fw)
{
	bool given = f->port_end != 0;

	fw->nat_start = f->nat_start;
	fw->nat_end = f->nat_end;
	fw->nat6 = f->nat_ipv6 == TRI_YES;
	fw->port_start = (uint16_t)(given ? f->port_start : NAT_PORT_START);
	fw->port_start += fw->port_start == 0; /* port 0 is accepted in a range, and is none */
	fw->port_end = (uint16_t)(given ? f->port_end : NAT_PORT_END);
}

static void compile_firewall(const struct network *n, struct fw_net *fw)
{
	static const enum fw_mode modes[] = {
		[FORWARD_NONE] = FW_ISOLATED,
		[FORWARD_NAT] = FW_NAT,
		[FORWARD_ROUTE] = FW_ROUTE,
		[FORWARD_OPEN] = FW_OPEN,
	};

	fw->mode = modes[n->forward.mode];
	snprintf(fw->bridge, sizeof(fw->bridge), "%s", n->bridge.name);
	if (n->forward.n_ifs)
		snprintf(fw->dev, sizeof(fw->dev), "%s", n->forward.ifs[0].dev);
	if (fw->mode == FW_NAT)
		compile_nat(&n->forward, fw);
	for (size_t i = 0; i < n->n_ips; i++)
		*mem_push(fw->subnets, fw->n_subnets) = network_ip_prefix(&n->ips[i]);
	/* what is routed through a guest is as good as its own subnet, but not behind NAT */
	for (size_t i = 0; fw->mode == FW_ROUTE && i < n->n_routes; i++)
		*mem_push(fw->subnets, fw->n_subnets) = network_route_prefix(&n->routes[i]);
}

/* Ports that 127.0.0.1 leads to need packets with its address on the bridge. Without any the kernel drops them, as does one
 * rule of ours while there are some: that one is there before the setting, and as long. */
static void compile_publishes(const struct network *n, struct plan *p)
{
	struct plan_sysctl *s;

	p->firewall.publishes = n->own.n_publishes;
	for (size_t i = 0; i < n->own.n_publishes; i++)
		p->firewall.loopback |= publish_on_loopback(n, &n->own.publishes[i]);
	s = mem_push(p->bridge_sysctls, p->n_bridge_sysctls);
	snprintf(s->key, sizeof(s->key), "net/ipv4/conf/%s/route_localnet", p->bridge.name);
	snprintf(s->value, sizeof(s->value), "%d", p->firewall.loopback);
	s->guarded = p->firewall.loopback;
	plan_publish(n, NULL, 0, p);
}

/* Nothing of an isolated network is forwarded, and what passes on an open one the administrator alone decides. */
static enum tri compile_flowtable(const struct network *n)
{
	bool fits = n->forward.mode == FORWARD_NAT || n->forward.mode == FORWARD_ROUTE;

	return fits ? n->own.flowtable : TRI_NO;
}

/* One root for the network: that of the first <ip> that has one, served on all its IPv4 addresses. */
static struct guest_tftp *compile_tftp(const struct network *n)
{
	struct guest_tftp *t = NULL;

	for (size_t i = 0; i < n->n_ips && !t; i++) {
		if (!n->ips[i].tftp_root)
			continue;
		t = mem_new(struct guest_tftp);
		t->root = mem_strdup(n->ips[i].tftp_root);
	}
	for (size_t i = 0; t && i < n->n_ips; i++)
		if (n->ips[i].address.family == AF_INET)
			guest_add_tftp_addr(t, &n->ips[i].address);
	return t;
}

/* Each family has one at most. */
static const struct network_ip *dhcp_ip(const struct network *n, int family)
{
	for (size_t i = 0; i < n->n_ips; i++)
		if (n->ips[i].address.family == family && network_ip_has_dhcp(&n->ips[i]))
			return &n->ips[i];
	return NULL;
}

static struct guest_scope *compile_scope(const struct network *n)
{
	struct guest_scope *s = mem_new(struct guest_scope);

	memcpy(s->uuid, n->uuid.b, sizeof(s->uuid));
	s->network = mem_strdup(n->name);
	s->bridge = mem_strdup(n->bridge.name);
	memcpy(s->mac, n->mac.b, sizeof(s->mac));
	s->domain = mem_strdup(n->domain ? n->domain : "");
	const struct network_ip *dhcp4 = dhcp_ip(n, AF_INET), *dhcp6 = dhcp_ip(n, AF_INET6);

	s->dhcp4 = dhcp4 ? plan_dhcp4(n, dhcp4) : NULL;
	s->dhcp6 = dhcp6 ? plan_dhcp6(n, dhcp6) : NULL;
	s->ra = plan_ra(n);
	s->dns = plan_dns(n);
	s->tftp = compile_tftp(n);
	if (s->dhcp4 || s->dns || s->ra || s->tftp)
		return s;
	guest_scope_free(s);
	return NULL;
}

int plan_compile(const struct network *n, struct plan **ret, struct err *e)
{
	AUTO(plan_free) struct plan *p = mem_new(struct plan);

	if (plan_supported(n, e) < 0)
		return -1;
	if (network_is_managed(n) && !n->bridge.name[0])
		return err_set(e, VNET_ERR_INTERNAL, "network '%s' has no bridge name defined", n->name);
	p->network = mem_strdup(n->name);
	p->uuid = n->uuid;
	p->unmanaged = !network_is_managed(n);
	p->isolated = n->port_isolated == TRI_YES;
	snprintf(p->bridge.name, sizeof(p->bridge.name), "%s", n->bridge.name);
	plan_alias(&n->uuid, p->bridge.alias);
	if (!p->unmanaged) {
		compile_bridge(n, p);
		compile_sysctls(n, p);
		compile_firewall(n, &p->firewall);
		p->flowtable = compile_flowtable(n);
		p->guard = plan_guard_compile(n, &(struct plan_guard_defaults){ 0 });
		compile_publishes(n, p);
		p->scope = compile_scope(n);
	}
	*ret = TAKE(p);
	return 0;
}

void plan_free(struct plan *p)
{
	if (!p)
		return;
	mem_drop(p->network);
	mem_drop(p->addrs);
	mem_drop(p->routes);
	mem_drop(p->bridge_sysctls);
	mem_drop(p->host_sysctls);
	fw_net_free(&p->firewall);
	plan_guard_free(&p->guard);
	array_drop_texts(p->publishes, p->n_publishes);
	guest_scope_free(p->scope);
	mem_drop(p);
}
