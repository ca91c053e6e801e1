/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "offline/offline.h"

#include "firewall/firewall.h"
#include "host/validate.h"
#include "libvnet/conn.h"

/* As the daemon would, but with the rights of whoever calls. */
int offline_look_at_host(struct vnet_check **ret, size_t *ret_n, struct vnet_error *err)
{
	AUTO(netlink_free) struct netlink *nl = NULL;
	AUTO(firewall_free) struct firewall *fw = NULL;
	struct host_report r = { 0 };
	struct err e = { 0 }, unseen;

	if (netlink_open(&nl, &e) < 0)
		return conn_error(err, e.code, "%s", e.detail);
	if (firewall_open(&fw, &unseen) < 0) /* the answer says so */
		fw = NULL;
	host_warn(&r, "vnetd", "start it, and ask again", "does not run: this is what can be seen without it");
	host_validate(&(struct host_question){ .nl = nl, .fw = fw, .passes = true }, &r);
	*ret = mem_array(r.n, sizeof(**ret));
	*ret_n = r.n;
	for (size_t i = 0; i < r.n; i++)
		(*ret)[i] = (struct vnet_check){ (enum vnet_check_level)r.v[i].level, mem_strdup(r.v[i].what),
						 mem_strdup(r.v[i].found), mem_strdup(r.v[i].remedy) };
	host_report_clear(&r);
	return 0;
}
