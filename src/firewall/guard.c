/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What guarded ports may send, as transactions. */
#include <errno.h>

#include "base/log.h"
#include "firewall/batch.h"
#include "firewall/guard_observe.h"
#include "firewall/guard_put.h"
#include "firewall/state.h"

bool firewall_has_guard(const struct firewall *f, const struct fw_guard *g)
{
	return f->no_guards || guards_has(f->guards, g, firewall_wanted_hold(f));
}

bool firewall_guards_are_whole(const struct firewall *f)
{
	return f->no_guards || guards_are_whole(f->guards, firewall_wanted_hold(f));
}

bool firewall_guards_bridge(const struct firewall *f, const char *bridge)
{
	return guards_has_bridge(f->guards, bridge);
}

const char *firewall_guarded(const struct firewall *f, const char *port)
{
	return guards_bridge_of(f->guards, port);
}

static int commit_guards(struct firewall *f, const struct fw_guard *const *v, size_t n)
{
	struct batch b;
	int err = 0;

	batch_begin(&b);
	if (guards_put(f->guards, v, n, firewall_wanted_hold(f), &b))
		err = firewall_send(f, &b);
	batch_free(&b);
	if (err < 0)
		guards_broke(f->guards);
	else
		guards_committed(f->guards, firewall_wanted_hold(f));
	return err;
}

/* Once, when there is a port to guard. */
static void probe_owners(struct firewall *f, const struct fw_guard *const *v, size_t n)
{
	size_t n_ports = 0;
	struct batch b;

	for (size_t i = 0; i < n; i++)
		n_ports += v[i]->n_ports;
	if (f->probed || !n_ports)
		return;
	f->probed = true;
	batch_begin(&b);
	put_guard_probe(&b);
	int err = firewall_send(f, &b);

	batch_free(&b);
	if (err == 0)
		return;
	guards_forgo_owners(f->guards);
	log_warn("firewall: the kernel's nftables can't remember who came first: %s: an address that was not lent or "
		 "declared is not its guest's own",
		 strerror(-err));
}

/* What fails here ends by itself in minutes. */
static void release_owned(struct firewall *f)
{
	struct batch b;

	batch_begin(&b);
	if (guards_release(f->guards, f->nl, &b) && firewall_send(f, &b) < 0)
		log_debug("firewall: addresses of guests that are gone stay theirs for some minutes");
	batch_free(&b);
}

/* The kernel knows no such tables. What else fails may work the next time. */
static bool is_unknown(int err)
{
	return err == -EOPNOTSUPP || err == -EAFNOSUPPORT || err == -EPROTONOSUPPORT || err == -ENOENT;
}

void firewall_guard(struct firewall *f, const struct fw_guard *const *v, size_t n)
{
	if (f->no_guards)
		return;
	probe_owners(f, v, n);
	int err = commit_guards(f, v, n);

	if (err < 0) /* it held something else than we remembered */
		err = commit_guards(f, NULL, 0);
	if (err == 0)
		release_owned(f);
	f->no_guards = is_unknown(err);
	if (f->no_guards)
		log_warn("firewall: no rules of family bridge: %s: guests are not kept from using others' addresses",
			 strerror(-err));
	else if (err < 0)
		log_error("firewall: the guard's rules can't be changed: %s", strerror(-err));
}

int firewall_refused(struct firewall *f, const char *bridge, struct guard_count **ret, size_t *ret_n, struct err *e)
{
	*ret = NULL;
	*ret_n = 0;
	if (!guards_has_bridge(f->guards, bridge))
		return 0;
	int err = guard_counts(f->nl, ret, ret_n);

	*ret_n = guards_choose(f->guards, bridge, *ret, *ret_n);
	return err < 0 ? err_sys(e, err, "read the guard's counters") : 0;
}
