/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls of our own program about the daemon and its host. */
#include "api/dispatch.h"
#include "host/validate.h"
#include "vnet/vnet.h"

_Static_assert((int)CONTROL_NONE == VNET_STATE_NONE && (int)CONTROL_OK == VNET_STATE_OK &&
		   (int)CONTROL_WRONG == VNET_STATE_WRONG && (int)HOST_PASS == VNET_CHECK_PASS &&
		   (int)HOST_WARN == VNET_CHECK_WARN && (int)HOST_FAIL == VNET_CHECK_FAIL,
	       "the wire's numbers are the library's");

static int status(struct api_call *c, struct err *e)
{
	struct vnet_status_ret *ret = c->ret;
	struct control_status s;

	(void)e;
	control_get_status(c->session->control, &s);
	*ret = (struct vnet_status_ret){
		.release = mem_strdup(VNET_VERSION),
		.uptime = s.uptime_s,
		.guestd = s.guestd,
		.owner = s.owner,
		.flowtable = (int)s.flowtable,
		.coexist = mem_strdup(s.coexist),
		.passes = s.passes,
		.networks.networks_val = mem_array(s.n_nets, sizeof(struct vnet_status_network)),
		.networks.networks_len = (unsigned)s.n_nets,
	};
	for (size_t i = 0; i < s.n_nets; i++)
		ret->networks.networks_val[i] = (struct vnet_status_network){
			.name = mem_strdup(s.nets[i].name),
			.firewall = (int)s.nets[i].firewall,
			.service = (int)s.nets[i].service,
			.repairs = s.nets[i].repairs,
			.held = s.nets[i].held,
		};
	mem_drop(s.nets);
	return 0;
}

static struct vnet_check_row check_row(const struct host_check *c)
{
	struct vnet_check_row row = {
		.level = (int)c->level,
		.what = mem_strdup(c->what),
		.found = mem_strdup(c->found),
	};

	if (c->remedy) {
		row.remedy = mem_new(rpc_text);
		*row.remedy = mem_strdup(c->remedy);
	}
	return row;
}

static int validate(struct api_call *c, struct err *e)
{
	struct vnet_validate_ret *ret = c->ret;
	struct host_report r;

	(void)e;
	control_validate(c->session->control, &r);
	ret->checks.checks_len = (unsigned)(r.n < VNET_CHECKS_MAX ? r.n : VNET_CHECKS_MAX);
	ret->checks.checks_val = mem_array(r.n, sizeof(struct vnet_check_row));
	for (unsigned i = 0; i < ret->checks.checks_len; i++)
		ret->checks.checks_val[i] = check_row(&r.v[i]);
	host_report_clear(&r);
	return 0;
}

const struct api_handler api_host_handlers[] = {
	{ VNET_PROC_STATUS, status },
	{ VNET_PROC_VALIDATE, validate },
	{ 0 },
};
