/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the daemon and its host do. */
#include "base/clock.h"
#include "control/coexist.h"
#include "host/validate.h"

static enum control_state judge(bool wanted, bool right)
{
	return !wanted ? CONTROL_NONE : right ? CONTROL_OK : CONTROL_WRONG;
}

static struct control_net_status net_status(const struct control *c, const struct net *n)
{
	const struct plan *p = n->plan;
	bool ruled = !p->unmanaged && p->firewall.mode != FW_OPEN;

	return (struct control_net_status){
		.name = n->name,
		.firewall = judge(ruled, ruled && firewall_has(c->fw, &p->firewall)),
		.service = judge(p->scope, p->scope && guestd_answers(c->guestd) && guestd_serves(c->guestd, p->scope)),
		.repairs = n->fight.repairs,
		.held = n->dirty, /* what need not wait is repaired before anybody can ask */
	};
}

void control_get_status(const struct control *c, struct control_status *ret)
{
	*ret = (struct control_status){
		.uptime_s = clock_boot_s() - c->start_s,
		.guestd = guestd_answers(c->guestd),
		.owner = firewall_is_owned(c->fw),
		.flowtable = c->fast,
		.coexist = settings_coexist(&c->settings),
		.passes = c->foreign_fight.repairs,
		.nets = mem_array(c->n_nets, sizeof(*ret->nets)),
	};
	for (size_t i = 0; i < c->n_nets; i++)
		if (c->nets[i]->live)
			ret->nets[ret->n_nets++] = net_status(c, c->nets[i]);
}

/* Networks that do not run count too: whoever asks wants to know before he starts them. */
static size_t list_bridges(const struct control *c, struct pass_net **ret)
{
	struct pass_net *v = mem_array(c->n_nets, sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; i < c->n_nets; i++) {
		const struct network *def = c->nets[i]->live ? c->nets[i]->live : c->nets[i]->def;

		if (def && network_is_managed(def) && def->forward.mode != FORWARD_OPEN)
			v[n++] = (struct pass_net){ def->bridge.name, def->forward.mode != FORWARD_NONE };
	}
	*ret = v;
	return n;
}

void control_validate(struct control *c, struct host_report *ret)
{
	AUTO(mem_drop) struct pass_net *nets = NULL;
	struct host_question q = {
		.nl = c->nl,
		.fw = c->fw,
		.n_nets = list_bridges(c, &nets),
		.passes = c->settings.coexist == COEXIST_AUTO,
	};

	q.nets = nets;
	*ret = (struct host_report){ 0 };
	if (guestd_answers(c->guestd))
		host_pass(ret, "vnet-guestd", "serves the guests");
	else
		host_fail(ret, "vnet-guestd", "start it: what keeps it from running is in the daemon's log",
			  "does not answer: guests get no addresses");
	host_validate(&q, ret);
}
