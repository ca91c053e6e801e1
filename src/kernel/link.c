/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/link.h"

#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "kernel/parse.h"
#include "kernel/request.h"

/* What the kernel takes as forward delay while STP is on, in 1/100 s (IEEE 802.1D-1998 table 8-3: 4 to 30 s; Linux
 * begins at 2). */
enum { STP_DELAY_MIN_CS = 200, STP_DELAY_MAX_CS = 3000 };

static struct nl_msg *link_request(int type, int flags, int index)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC, .ifi_index = index };

	return request_new(type, flags, &ifi, sizeof(ifi));
}

static int take_one(const struct nlmsghdr *h, void *arg)
{
	return h ? link_parse(h, arg) : 0;
}

static int get(struct netlink *nl, struct nl_msg *m, struct link *ret)
{
	struct link l = { 0 };

	nla_put_u32(m, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	int err = request_send(nl, m, take_one, &l);

	if (err == 0)
		*ret = l;
	return err;
}

int link_get(struct netlink *nl, const char *name, struct link *ret)
{
	struct nl_msg *m = link_request(RTM_GETLINK, 0, 0);

	nla_put_string(m, IFLA_IFNAME, name);
	return get(nl, m, ret);
}

int link_get_index(struct netlink *nl, int index, struct link *ret)
{
	return get(nl, link_request(RTM_GETLINK, 0, index), ret);
}

struct link_array {
	struct link *v;
	size_t n;
	int master;
};

static int take_many(const struct nlmsghdr *h, void *arg)
{
	struct link_array *a = arg;
	struct link l;

	if (!h) {
		a->n = 0;
		return 0;
	}
	int err = link_parse(h, &l);

	if (err == 0 && (!a->master || l.master == a->master)) /* kernels before 4.20 do not filter */
		*mem_push(a->v, a->n) = l;
	return err;
}

int link_list(struct netlink *nl, int master, struct link **ret, size_t *ret_n)
{
	struct nl_msg *m = link_request(RTM_GETLINK, NLM_F_DUMP, 0);
	struct link_array a = { .master = master };

	nla_put_u32(m, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	if (master)
		nla_put_u32(m, IFLA_MASTER, (uint32_t)master);
	int err = request_send(nl, m, take_many, &a);

	if (err < 0) {
		mem_drop(a.v);
		return err;
	}
	*ret = a.v;
	*ret_n = a.n;
	return 0;
}

/* A frame to 01:80:c2:00:00:00-0f passes no rule that could compare its source with the guest's, so nothing is to be learned
 * from it: else by one with a neighbour's MAC a guest gets what is for the neighbour. */
static const struct br_boolopt_multi no_local_learning = { .optval = 1 << BR_BOOLOPT_NO_LL_LEARN,
							   .optmask = 1 << BR_BOOLOPT_NO_LL_LEARN };

/* IFLA_LINKINFO of a bridge; delay_cs NULL: leave it. */
static void put_bridge(struct nl_msg *m, bool stp, const unsigned *delay_cs)
{
	struct nlattr *info = nla_nest_start(m, IFLA_LINKINFO), *data;

	nla_put_string(m, IFLA_INFO_KIND, "bridge");
	data = nla_nest_start(m, IFLA_INFO_DATA);
	if (delay_cs)
		nla_put_u32(m, IFLA_BR_FORWARD_DELAY, *delay_cs);
	nla_put_u32(m, IFLA_BR_STP_STATE, stp);
	nla_put(m, IFLA_BR_MULTI_BOOLOPT, sizeof(no_local_learning), &no_local_learning); /* ignored before 5.0 */
	nla_nest_end(m, data);
	nla_nest_end(m, info);
}

static int set_bridge(struct netlink *nl, int index, bool stp, const unsigned *delay_cs)
{
	struct nl_msg *m = link_request(RTM_NEWLINK, 0, index);

	put_bridge(m, stp, delay_cs);
	return request_send(nl, m, NULL, NULL);
}

/* The delay as the kernel will show it: it raises one that STP does not allow when STP is switched on, and refuses one
 * (-ERANGE) while STP is on already. */
static unsigned allowed_delay(bool stp, unsigned delay_cs)
{
	if (stp && delay_cs < STP_DELAY_MIN_CS)
		return STP_DELAY_MIN_CS;
	if (stp && delay_cs > STP_DELAY_MAX_CS)
		return STP_DELAY_MAX_CS;
	return delay_cs;
}

/* What a bridge does not keep from its creation: the alias is not looked at, and an MTU that was not set on the living
 * device follows the ports'. */
static int finish_bridge(struct netlink *nl, const struct bridge_attrs *a, int index)
{
	struct nl_msg *m = link_request(RTM_SETLINK, 0, index);

	if (a->alias[0])
		nla_put(m, IFLA_IFALIAS, (int)strlen(a->alias), a->alias);
	if (a->mtu)
		nla_put_u32(m, IFLA_MTU, a->mtu);
	return request_send(nl, m, NULL, NULL);
}

int link_create_bridge(struct netlink *nl, const struct bridge_attrs *a, int *ret_index)
{
	struct nl_msg *m = link_request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	unsigned delay_cs = allowed_delay(a->stp, a->delay_cs);
	struct link l;

	nla_put_string(m, IFLA_IFNAME, a->name);
	if (!mac_is_zero(&a->mac))
		nla_put(m, IFLA_ADDRESS, sizeof(a->mac), &a->mac);
	if (a->group)
		nla_put_u32(m, IFLA_GROUP, a->group);
	put_bridge(m, a->stp, &delay_cs);
	int err = request_send(nl, m, NULL, NULL);

	if (err < 0)
		return err;
	err = link_get(nl, a->name, &l);
	if (err < 0)
		return err;
	err = finish_bridge(nl, a, l.index);
	if (err < 0) {
		link_delete(nl, l.index);
		return err;
	}
	*ret_index = l.index;
	return 0;
}

/* The kernel looks for the kind of device first, then refuses an address that is nobody's. */
int link_probe_bridge(struct netlink *nl)
{
	static const struct mac group = { { 1 } };
	struct nl_msg *m = link_request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);

	nla_put(m, IFLA_ADDRESS, sizeof(group), &group);
	put_bridge(m, false, NULL);
	int err = request_send(nl, m, NULL, NULL);

	return err == -EADDRNOTAVAIL ? 0 : err;
}

int link_set_bridge(struct netlink *nl, int index, bool stp, unsigned delay_cs)
{
	unsigned allowed = allowed_delay(stp, delay_cs);

	if (!stp) { /* the kernel takes the delay first, with the old STP still in force */
		int err = set_bridge(nl, index, false, NULL);

		if (err < 0)
			return err;
	}
	return set_bridge(nl, index, stp, &allowed);
}

static int set_attr(struct netlink *nl, int index, int attr, const void *data, size_t len)
{
	struct nl_msg *m = link_request(RTM_SETLINK, 0, index);

	nla_put(m, attr, (int)len, data);
	return request_send(nl, m, NULL, NULL);
}

int link_set_mac(struct netlink *nl, int index, const struct mac *mac)
{
	return set_attr(nl, index, IFLA_ADDRESS, mac, sizeof(*mac));
}

int link_set_mtu(struct netlink *nl, int index, unsigned mtu)
{
	return set_attr(nl, index, IFLA_MTU, &mtu, sizeof(mtu));
}

int link_set_alias(struct netlink *nl, int index, const char *alias)
{
	return set_attr(nl, index, IFLA_IFALIAS, alias, strlen(alias));
}

int link_set_master(struct netlink *nl, int index, int master)
{
	return set_attr(nl, index, IFLA_MASTER, &master, sizeof(master));
}

int link_set_up(struct netlink *nl, int index, bool up)
{
	struct ifinfomsg ifi = { .ifi_index = index, .ifi_flags = up ? IFF_UP : 0, .ifi_change = IFF_UP };

	return request_send(nl, request_new(RTM_SETLINK, 0, &ifi, sizeof(ifi)), NULL, NULL);
}

static int set_port(struct netlink *nl, int index, int attr, uint8_t value)
{
	struct ifinfomsg ifi = { .ifi_family = AF_BRIDGE, .ifi_index = index };
	struct nl_msg *m = request_new(RTM_SETLINK, 0, &ifi, sizeof(ifi));
	struct nlattr *port = nla_nest_start(m, IFLA_PROTINFO | NLA_F_NESTED);

	nla_put_u8(m, attr, value);
	nla_nest_end(m, port);
	return request_send(nl, m, NULL, NULL);
}

int link_set_port_isolated(struct netlink *nl, int index, bool isolated)
{
	return set_port(nl, index, IFLA_BRPORT_ISOLATED, isolated);
}

int link_set_port_never_root(struct netlink *nl, int index, bool never_root)
{
	return set_port(nl, index, IFLA_BRPORT_PROTECT, never_root);
}

int link_delete(struct netlink *nl, int index)
{
	return request_send(nl, link_request(RTM_DELLINK, 0, index), NULL, NULL);
}

/* Without STP a port forwards as soon as it is attached; one that is already on its way is told to. A blocking port
 * stays so: there is a loop. A disabled one has no carrier. */
static int attach_or_open(struct netlink *nl, int index, int master)
{
	struct link l;
	int err = link_get_index(nl, index, &l);

	if (err == 0 && l.master != master) {
		err = link_set_master(nl, index, master);
		if (err == 0)
			err = link_get_index(nl, index, &l);
	}
	if (err == 0 && (l.port.state == PORT_LISTENING || l.port.state == PORT_LEARNING))
		err = set_port(nl, index, IFLA_BRPORT_STATE, PORT_FORWARDING);
	return err;
}

int link_attach_forwarding(struct netlink *nl, int index, int master)
{
	struct link bridge;
	int err = link_get_index(nl, master, &bridge);

	if (err < 0)
		return err;
	if (!bridge.bridge.stp)
		return attach_or_open(nl, index, master);
	err = set_bridge(nl, master, false, NULL);
	if (err < 0)
		return err;
	err = attach_or_open(nl, index, master);
	int on = set_bridge(nl, master, true, NULL); /* whatever happened to the port */

	return err < 0 ? err : on;
}
