/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control/coexist.h"

#include <errno.h>
#include <systemd/sd-event.h>
#include <time.h>

#include "base/log.h"
#include "control/heal.h"
#include "firewall/legacy.h"
#include "kernel/sysctl.h"

enum {
	READ_PAUSE_MS = 200, /* some programs change rules all the time: reading them is no work to fill a CPU with */
	RELOAD_MS = 1000,    /* what a firewall's reload takes: many changes, one repair */
};

void coexist_free(struct control *c)
{
	foreign_free(TAKE(c->foreign));
}

/* With br_netfilter even what stays on a bridge passes the chains for forwarded packets. */
static bool bridged_is_forwarded(void)
{
	char value[16];

	return sysctl_get("net/bridge/bridge-nf-call-iptables", value, sizeof(value)) == 0 && value[0] != '0';
}

/* What a network needs of others; false: nothing. */
static bool needs(const struct net *n, bool bridged, struct pass_net *ret)
{
	if (!n->live || n->plan->unmanaged || n->plan->firewall.mode == FW_OPEN)
		return false;
	*ret = (struct pass_net){ n->plan->bridge.name, bridged || n->plan->firewall.mode != FW_ISOLATED };
	return true;
}

static size_t list_needs(const struct control *c, struct pass_net **ret)
{
	struct pass_net *v = mem_array(c->n_nets, sizeof(*v));
	bool bridged = bridged_is_forwarded();
	size_t n = 0;

	for (size_t i = 0; i < c->n_nets && c->settings.coexist == COEXIST_AUTO; i++)
		n += needs(c->nets[i], bridged, &v[n]);
	*ret = v;
	return n;
}

/* As others have it now. false: it can't be read. */
static bool look(struct control *c)
{
	struct foreign *now;

	if (c->foreign && !c->foreign_stale)
		return true;
	int err = foreign_read(c->fw, &now);

	if (err < 0) {
		log_warn("firewall: other programs' rules can't be read: %s", strerror(-err));
		return false;
	}
	foreign_free(c->foreign);
	c->foreign = now;
	c->foreign_stale = false;
	c->foreign_read_ms = heal_now_ms(c);
	return true;
}

/* `by`: who changed what ours stood in; NULL: nobody. */
static void tell(const struct pass_change *v, const struct fw_culprit *by)
{
	const char *family = foreign_family(v->table), *table = v->table->name, *chain = v->chain->name;

	if (v->del)
		log_info("firewall: rules of ours are taken out of chain %s of table %s %s", chain, family, table);
	else if (by && by->pid)
		log_warn("firewall: rules of ours are put back into chain %s of table %s %s, which %s (%u) changed",
			 chain, family, table, by->program, by->pid);
	else if (by)
		log_warn("firewall: rules of ours are put back into chain %s of table %s %s", chain, family, table);
	else
		log_info("firewall: chain %s of table %s %s gets rules of ours that let our networks pass "
			 "(coexist = auto)",
			 chain, family, table);
}

/* One line a chain: its changes stand together, deletions first. */
static void tell_all(const struct foreign_table *t, const struct pass_change *v, size_t n, const struct fw_culprit *by)
{
	const struct pass_change *last = NULL;

	for (size_t i = 0; i < n; i++) {
		if (v[i].table != t || (last && last->chain == v[i].chain && !last->del == !v[i].del))
			continue;
		tell(&v[i], by);
		last = &v[i];
	}
}

/* A table is one transaction: one that its program keeps to itself must not spoil the others. */
static void change_tables(struct control *c, const struct pass_change *v, size_t n, const struct fw_culprit *by)
{
	for (size_t i = 0; i < c->foreign->n_tables; i++) {
		const struct foreign_table *t = &c->foreign->tables[i];
		int err = foreign_change(c->fw, t, v, n);

		if (err == 0)
			tell_all(t, v, n, by);
		else if (err != -ENOENT) /* else it changed meanwhile, and we are told */
			log_warn("firewall: rules of ours for table %s %s: %s", foreign_family(t), t->name,
				 strerror(-err));
	}
}

static bool any_put(const struct pass_change *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!v[i].del)
			return true;
	return false;
}

static void update(struct control *c, const struct fw_culprit *by)
{
	AUTO(mem_drop) struct pass_net *nets = NULL;
	AUTO(mem_drop) struct pass_change *changes = NULL;
	bool had = c->foreign && pass_any(c->foreign);
	size_t n_nets = list_needs(c, &nets);

	c->foreign_due = false;
	if (!look(c))
		return;
	size_t n = pass_diff(c->foreign, nets, n_nets, &changes);
	bool repair = by && had && any_put(changes, n);

	if (n == 0)
		return;
	change_tables(c, changes, n, repair ? by : NULL);
	if (repair && heal_now_ms(c) - c->foreign_fight.last_ms >= RELOAD_MS &&
	    fight_repaired(&c->foreign_fight, heal_now_ms(c)))
		log_warn("firewall: others keep taking rules of ours out: they are put back more and more rarely, "
			 "at last every %d s",
			 FIGHT_PAUSE_MAX_MS / 1000);
	c->foreign_stale = true; /* what we changed is not told */
	look(c);
}

void coexist_update(struct control *c)
{
	update(c, NULL);
}

void coexist_changed(struct control *c, const struct fw_culprit *by)
{
	c->foreign_stale = true;
	c->foreign_due = c->settings.coexist == COEXIST_AUTO;
	c->foreign_by = *by;
}

unsigned coexist_turn(struct control *c)
{
	uint64_t now = heal_now_ms(c), since = now - c->foreign_read_ms;
	unsigned wait = fight_wait(&c->foreign_fight, now);

	if (!c->foreign_due)
		return 0;
	if (c->foreign && since < READ_PAUSE_MS && wait < READ_PAUSE_MS - since)
		wait = (unsigned)(READ_PAUSE_MS - since);
	if (wait)
		return wait;
	update(c, &c->foreign_by);
	return 0;
}

static const char *what_is_stopped(const struct net *n, bool forward)
{
	if (!forward)
		return "guests' questions to the host (DNS)";
	if (n->plan->firewall.mode == FW_ISOLATED)
		return "guests' packets to each other (net.bridge.bridge-nf-call-iptables is on)";
	return "guests' packets to and from other networks";
}

static void warn(const struct net *n, const char *what, const char *how, bool forward)
{
	log_warn("network: %s: %s, which is not ours, stops %s; to let them pass: %s", n->name, what,
		 what_is_stopped(n, forward), how);
}

static void warn_of_legacy(const struct net *n, const struct pass_net *need)
{
	struct legacy_block v[LEGACY_PLACES];
	int count = legacy_blocks(need, v);

	if (count < 0)
		log_warn("firewall: iptables-legacy's rules can't be read: %s", strerror(-count));
	for (int i = 0; i < count; i++) {
		AUTO(mem_drop) char *what = legacy_text(&v[i]), *how = legacy_remedy(&v[i], need);

		warn(n, what, how, v[i].forward);
	}
}

void coexist_warn(struct control *c, const struct net *n)
{
	struct pass_net need;
	struct block b;

	if (c->settings.coexist == COEXIST_OFF || !needs(n, bridged_is_forwarded(), &need) || !look(c))
		return;
	for (size_t pos = 0; block_next(c->foreign, &need, &pos, &b);) {
		AUTO(mem_drop) char *what = block_text(&b), *how = block_remedy(&b, &need);

		warn(n, what, how, b.base->hook == FOREIGN_FORWARD);
	}
	warn_of_legacy(n, &need);
}
