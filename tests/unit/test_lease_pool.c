/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lease/pool, lease/space, lease/expiry: who gets which address, and what becomes of it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "lease/pool.h"

#define NET(n) (0x0a000000U + (n)) /* 10.0.0.0/24 */
#define MAC(n)                                                                                                         \
	{                                                                                                              \
		{                                                                                                      \
			0x52, 0x54, 0, 0, 0, (n)                                                                       \
		}                                                                                                      \
	}

enum { NOW = 1000, LONG = 3600 };

static struct lease_client named(const char *id, uint8_t mac)
{
	return (struct lease_client){ .id = { (const uint8_t *)id, strlen(id) }, .mac = MAC(mac) };
}

/* A client that sends no id: its MAC is its id. */
static struct lease_client plain(uint8_t mac)
{
	static uint8_t ids[256][7];

	memcpy(ids[mac], (uint8_t[]){ 1, 0x52, 0x54, 0, 0, 0, mac }, 7);
	return (struct lease_client){ .id = { ids[mac], 7 }, .mac = MAC(mac) };
}

static struct lease_pool *pool_of(const struct lease_range *ranges, size_t n_ranges, const struct lease_host *hosts,
				  size_t n_hosts)
{
	struct lease_pool *p = lease_pool_new();
	struct lease_rules r = { .self = NET(1),
				 .prefix_len = 24,
				 .ranges = ranges,
				 .n_ranges = n_ranges,
				 .hosts = hosts,
				 .n_hosts = n_hosts };

	assert_int_equal(lease_pool_rules(p, &r), 0);
	return p;
}

static struct lease_pool *small(void) /* .10 to .12 */
{
	return pool_of(&(struct lease_range){ NET(10), NET(12) }, 1, NULL, 0);
}

static uint32_t picked(const struct lease_pool *p, struct lease_client c, uint32_t want)
{
	uint32_t addr = 0;

	return lease_pool_pick(p, &c, want, &addr) == 0 ? addr : 0;
}

static int bind_to(struct lease_pool *p, struct lease_client c, uint32_t addr, uint64_t until)
{
	return lease_pool_bind(p, &c, addr, until);
}

static void rules_are_checked(void **state)
{
	static const struct {
		const char *name;
		uint32_t self;
		unsigned prefix_len;
		struct lease_range range;
		uint32_t host;
		int want;
	} rows[] = {
		{ "a /24", NET(1), 24, { NET(2), NET(254) }, NET(9), 0 },
		{ "a /8, the largest", NET(1), 8, { NET(0), NET(0xffffff) }, NET(9), 0 },
		{ "larger than that", 0x0a000001, 7, { 0x0a000000, 0x0bffffff }, NET(9), -E2BIG },
		{ "a range backwards", NET(1), 24, { NET(9), NET(8) }, NET(9), -EINVAL },
		{ "a range of another network", NET(1), 24, { NET(9), NET(300) }, NET(9), -EINVAL },
		{ "a reservation of another network", NET(1), 24, { NET(2), NET(9) }, NET(300), -EINVAL },
		{ "no prefix", NET(1), 0, { NET(2), NET(9) }, NET(9), -EINVAL },
		{ "a prefix too long", NET(1), 33, { NET(1), NET(1) }, NET(1), -EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO(lease_pool_free) struct lease_pool *p = small();
		struct lease_host h = { .name = "h", .addr = rows[i].host };
		struct lease_rules r = { .self = rows[i].self,
					 .prefix_len = rows[i].prefix_len,
					 .ranges = &rows[i].range,
					 .n_ranges = 1,
					 .hosts = &h,
					 .n_hosts = 1 };

		if (lease_pool_rules(p, &r) != rows[i].want)
			fail_msg("%s", rows[i].name);
		if (rows[i].want && !lease_pool_gives(p, NET(10)))
			fail_msg("%s: the old rules are gone", rows[i].name);
	}
}

/* All that a network gives: every address once, none that must not be given. */
static size_t fill(struct lease_pool *p, bool seen[256])
{
	size_t n = 0;
	uint32_t addr;

	for (unsigned i = 0; i < 256; i++) {
		struct lease_client c = plain((uint8_t)i);

		if (lease_pool_pick(p, &c, 0, &addr) < 0)
			continue;
		assert_in_range(addr, NET(0), NET(255));
		if (seen[addr - NET(0)])
			fail_msg(".%u is given twice", addr - NET(0));
		seen[addr - NET(0)] = true;
		assert_int_equal(bind_to(p, c, addr, NOW + LONG), 0);
		n++;
	}
	return n;
}

static void every_address_is_given_once(void **state)
{
	static const struct {
		const char *name;
		struct lease_range ranges[3];
		size_t n_ranges, want;
	} rows[] = {
		{ "the whole network less first, last and ours", { { NET(0), NET(255) } }, 1, 253 },
		{ "one address", { { NET(77), NET(77) } }, 1, 1 },
		{ "two ranges that overlap, out of order", { { NET(60), NET(70) }, { NET(10), NET(64) } }, 2, 61 },
		{ "one within another", { { NET(10), NET(20) }, { NET(12), NET(13) }, { NET(30), NET(30) } }, 3, 12 },
		{ "a word's edge", { { NET(10), NET(73) } }, 1, 64 },
		{ "none", { { 0 } }, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO(lease_pool_free) struct lease_pool *p = pool_of(rows[i].ranges, rows[i].n_ranges, NULL, 0);
		bool seen[256] = { 0 };
		size_t n = fill(p, seen);

		if (n != rows[i].want || seen[0] || seen[1] || seen[255])
			fail_msg("%s: %zu were given", rows[i].name, n);
		for (size_t k = 0; k < rows[i].n_ranges; k++)
			for (uint32_t a = rows[i].ranges[k].start; a <= rows[i].ranges[k].end; a++)
				if (!seen[a - NET(0)] && a != NET(0) && a != NET(1) && a != NET(255))
					fail_msg("%s: .%u is never given", rows[i].name, a - NET(0));
	}
}

static void small_prefixes(void **state)
{
	AUTO(lease_pool_free) struct lease_pool *p = lease_pool_new();
	struct lease_range range = { NET(0), NET(1) };
	struct lease_rules r = { .self = NET(0), .prefix_len = 31, .ranges = &range, .n_ranges = 1 };

	(void)state;
	assert_int_equal(lease_pool_rules(p, &r), 0);
	assert_int_equal(picked(p, plain(1), 0), NET(1)); /* RFC 3021: both addresses of a /31 are hosts */
}

static void a_client_keeps_its_address(void **state)
{
	AUTO(lease_pool_free) struct lease_pool *p = pool_of(&(struct lease_range){ NET(2), NET(254) }, 1, NULL, 0);
	struct lease_client ada = named("ada", 1);
	uint32_t addr = picked(p, ada, 0);

	(void)state;
	assert_int_equal(picked(p, ada, 0), addr); /* picking changes nothing, and is no lottery */
	assert_int_equal(bind_to(p, ada, NET(99), NOW + 10), 0);
	assert_int_equal(picked(p, ada, addr), NET(99));
	lease_pool_expire(p, NOW + 10);
	assert_int_equal(lease_pool_at(p, NET(99))->state, LEASE_FREE);
	for (unsigned i = 2; i < 200; i++) /* others leave it alone as long as they can */
		assert_int_equal(bind_to(p, plain((uint8_t)i), picked(p, plain((uint8_t)i), 0), NOW + LONG), 0);
	assert_int_equal(picked(p, ada, 0), NET(99));
}

static void one_machine_one_address(void **state)
{
	static const struct {
		const char *name;
		struct lease_client (*first)(uint8_t), (*then)(uint8_t);
		const char *first_id, *then_id;
		bool same;
	} rows[] = {
		{ "firmware without an id, then the system with one", plain, NULL, NULL, "\xff-duid", true },
		{ "the system with an id, then firmware without", NULL, plain, "\xff-duid", NULL, true },
		{ "initramfs and system, each with its id", NULL, NULL, "one", "two", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO(lease_pool_free) struct lease_pool *p = small();
		struct lease_client a = rows[i].first ? rows[i].first(1) : named(rows[i].first_id, 1);
		struct lease_client b = rows[i].then ? rows[i].then(1) : named(rows[i].then_id, 1);

		assert_int_equal(bind_to(p, a, NET(11), NOW + LONG), 0);
		if ((picked(p, b, 0) == NET(11)) != rows[i].same)
			fail_msg("%s", rows[i].name);
	}
}

/* The address was another's when it was reserved; that one may be dead, and would hold it until its lease ends. */
static void a_reservation_wins_over_the_holder(void **state)
{
	static const struct lease_host h = { .mac = MAC(1), .addr = NET(11) };
	AUTO(lease_pool_free) struct lease_pool *p = small();
	struct lease_range range = { NET(10), NET(12) };
	struct lease_rules r = {
		.self = NET(1), .prefix_len = 24, .ranges = &range, .n_ranges = 1, .hosts = &h, .n_hosts = 1
	};
	struct lease_client owner = plain(1);

	(void)state;
	assert_int_equal(bind_to(p, plain(2), NET(11), LEASE_NEVER), 0);
	assert_int_equal(bind_to(p, owner, NET(12), NOW + LONG), 0);
	assert_int_equal(lease_pool_rules(p, &r), 0);
	assert_false(lease_pool_may_have(p, (struct lease_client[]){ plain(2) }, NET(11)));
	assert_int_equal(picked(p, owner, NET(12)), NET(11));
	assert_int_equal(lease_pool_offer(p, &owner, NET(11), NOW + 30), 0);
	assert_false(lease_pool_at(p, NET(11))->was_bound); /* so it is asked for by ARP */
	assert_int_equal(bind_to(p, owner, NET(11), NOW + LONG), 0);
	assert_null(lease_pool_find(p, (struct lease_client[]){ plain(2) }));
	assert_int_equal(lease_pool_at(p, NET(12))->state, LEASE_FREE);
	assert_int_equal(lease_pool_decline(p, NET(11), NOW + 60), 0); /* the holder was alive */
	assert_int_not_equal(picked(p, owner, NET(11)), NET(11));      /* until it has moved */
}

/* Anybody can send a name: the first one who did keeps the address. */
static void a_reservation_by_name_is_not_taken_away(void **state)
{
	static const struct lease_host h = { .name = "printer", .addr = NET(50) };
	AUTO(lease_pool_free) struct lease_pool *p = pool_of(&(struct lease_range){ NET(10), NET(12) }, 1, &h, 1);
	struct lease_client first = plain(1), second = plain(2);

	(void)state;
	first.hostname = second.hostname = (struct view){ (const uint8_t *)"Printer", 7 };
	assert_int_equal(bind_to(p, first, NET(50), NOW + LONG), 0);
	assert_false(lease_pool_may_have(p, &second, NET(50)));
	assert_int_not_equal(picked(p, second, 0), NET(50));
}

static void clones_get_two_addresses(void **state)
{
	AUTO(lease_pool_free) struct lease_pool *p = small();
	struct lease_client one = named("id of both", 1), two = named("id of both", 2), three = named("id of both", 3);

	(void)state;
	assert_int_equal(bind_to(p, one, NET(11), NOW + LONG), 0);
	assert_null(lease_pool_twin(p, &one));
	assert_int_equal(lease_pool_twin(p, &two)->addr, NET(11));
	assert_int_not_equal(picked(p, two, NET(11)), NET(11));
	assert_int_equal(bind_to(p, two, NET(12), NOW + LONG), 0);
	lease_pool_clean(p);
	for (unsigned i = 1; i < 4; i++) { /* each renews its own, in turn */
		assert_int_equal(bind_to(p, one, NET(11), NOW + LONG + i), 0);
		assert_int_equal(bind_to(p, two, NET(12), NOW + LONG + i), 0);
	}
	assert_false(lease_pool_at(p, NET(11))->news || lease_pool_at(p, NET(12))->news);
	/* The same machine with a new card, once the old one is gone. */
	lease_pool_end_client(p, &(struct mac)MAC(2), NOW + 60);
	assert_int_equal(picked(p, three, 0), NET(12));
	assert_int_equal(bind_to(p, three, NET(12), NOW + LONG), 0);
	lease_pool_expire(p, NOW + 60);
	assert_int_equal(lease_pool_at(p, NET(12))->state, LEASE_BOUND);
}

static void a_client_has_one_address(void **state)
{
	AUTO(lease_pool_free) struct lease_pool *p = small();
	struct lease_client ada = named("ada", 1);

	(void)state;
	assert_int_equal(bind_to(p, ada, NET(10), NOW + LONG), 0);
	assert_int_equal(bind_to(p, ada, NET(11), NOW + LONG), 0);
	assert_int_equal(lease_pool_at(p, NET(10))->state, LEASE_FREE);
	assert_int_equal(lease_pool_find(p, &ada)->addr, NET(11));
	assert_int_equal(bind_to(p, named("bob", 2), NET(11), NOW + LONG), -EACCES);
	assert_int_equal(bind_to(p, named("bob", 2), NET(10), NOW + LONG), 0);
}

static void a_full_pool(void **state)
{
	AUTO(lease_pool_free) struct lease_pool *p = small();
	struct lease_client late = named("late", 9);

	(void)state;
	assert_int_equal(bind_to(p, plain(1), NET(10), NOW + 10), 0);
	assert_int_equal(bind_to(p, plain(2), NET(11), NOW + LONG), 0);
	assert_int_equal(lease_pool_offer(p, &(struct lease_client[]){ plain(3) }[0], NET(12), NOW + 30), 0);
	assert_int_equal(picked(p, late, 0), NET(12)); /* an offer gives way before a lease that ends first */
	assert_int_equal(lease_pool_offer(p, &late, NET(12), NOW + 30), 0);
	assert_null(lease_pool_find(p, &(struct lease_client[]){ plain(3) }[0]));
	assert_int_equal(bind_to(p, late, NET(12), NOW + LONG), 0);
	assert_int_equal(picked(p, plain(4), 0), 0);
	assert_int_equal(lease_pool_release(p, NET(11)), 0);
	assert_int_equal(picked(p, plain(4), 0), NET(11));
}

static void reservations(void **state)
{
	static const struct lease_host hosts[] = {
		{ .mac = MAC(5), .name = "five", .addr = NET(11) }, /* inside the range */
		{ .mac = MAC(6), .name = "", .addr = NET(200) },    /* outside */
		{ .name = "Seven", .addr = NET(12) },
		{ .mac = MAC(8), .name = "us", .addr = NET(1) },     /* our own address: never */
		{ .mac = MAC(9), .name = "late", .addr = NET(200) }, /* the same machine's other network card */
		{ .id = { (const uint8_t *)"duid", 4 }, .name = "owned", .addr = NET(201) },
		{ .mac = MAC(30), .id = { (const uint8_t *)"either", 6 }, .name = "", .addr = NET(202) },
	};
	AUTO(lease_pool_free) struct lease_pool *p = pool_of(&(struct lease_range){ NET(10), NET(13) }, 1, hosts, 7);
	struct lease_client seven = named("x", 7), c = plain(5);

	(void)state;
	seven.hostname = (struct view){ (const uint8_t *)"sEVEN", 5 };
	assert_int_equal(picked(p, plain(5), NET(10)), NET(11));
	assert_int_equal(picked(p, plain(6), 0), NET(200));
	assert_int_equal(picked(p, seven, 0), NET(12));
	assert_int_equal(picked(p, named("duid", 10), NET(10)), NET(201));
	assert_int_not_equal(picked(p, named("dui", 10), NET(201)), NET(201));
	assert_int_not_equal(picked(p, plain(8), 0), NET(1));
	assert_int_equal(picked(p, plain(9), 0), NET(200));
	assert_int_equal(bind_to(p, plain(6), NET(200), NOW + LONG), 0);
	assert_int_not_equal(picked(p, plain(9), 0), NET(200)); /* as long as the first is in use */
	assert_int_equal(picked(p, plain(30), 0), NET(202));
	assert_int_equal(picked(p, named("either", 31), 0), NET(202));
	assert_int_equal(bind_to(p, plain(20), NET(11), NOW + LONG), -EACCES);
	assert_int_equal(bind_to(p, plain(20), picked(p, plain(20), 0), NOW + LONG), 0);
	assert_int_equal(bind_to(p, plain(21), picked(p, plain(21), 0), NOW + LONG), 0);
	assert_int_equal(picked(p, plain(22), 0), 0); /* .10 and .13 are gone, the rest is reserved */
	assert_int_equal(lease_pool_bind(p, &c, NET(11), NOW + LONG), 0);
	assert_string_equal(lease_pool_at(p, NET(11))->hostname, "five");
	c = named("another stage of its boot", 5);
	assert_int_equal(picked(p, c, 0), NET(11));
	assert_int_equal(lease_pool_bind(p, &c, NET(11), NOW + LONG), 0);
}

/* As DHCPv6 has it: what clients are is told by their ids, and reservations by the ends of these. */
static void clients_are_their_ids(void **state)
{
	static const struct lease_range range = { NET(10), NET(13) };
	static const struct lease_host host = { .id = { (const uint8_t *)"duid", 4 }, .addr = NET(201) };
	AUTO(lease_pool_free) struct lease_pool *p = lease_pool_new();
	struct lease_rules rules = { .self = NET(1),
				     .prefix_len = 24,
				     .ranges = &range,
				     .n_ranges = 1,
				     .hosts = &host,
				     .n_hosts = 1,
				     .id_head = 2 };

	(void)state;
	assert_int_equal(lease_pool_rules(p, &rules), 0);
	assert_int_equal(bind_to(p, named("1.abc", 5), NET(10), NOW + LONG), 0);
	assert_int_equal(bind_to(p, named("2.abc", 5), NET(11), NOW + LONG), 0); /* one MAC: another interface */
	assert_int_equal(lease_pool_at(p, NET(10))->state, LEASE_BOUND);
	assert_int_equal(bind_to(p, named("1.duid", 6), NET(201), NOW + LONG), 0);
	assert_int_not_equal(picked(p, named("2.duid", 6), NET(201)), NET(201));
	assert_int_equal(picked(p, named("1.duid", 7), 0), NET(201));
	assert_int_not_equal(picked(p, named("duid", 8), NET(201)), NET(201));
}

/* Every event in every state, as the table in pool.c says. */
static void moves_follow_the_table(void **state)
{
	enum { OFFER, ACK, RELEASE, DECLINE, EXPIRE, EVENTS };
	static const struct {
		const char *name;
		int before; /* an event, or -1: free */
		int want[EVENTS];
		enum lease_state to[EVENTS];
	} rows[] = {
		{ "free",
		  -1,
		  { 0, 0, -EPROTO, -EPROTO, 0 },
		  { LEASE_OFFERED, LEASE_BOUND, LEASE_FREE, LEASE_FREE, LEASE_FREE } },
		{ "offered",
		  OFFER,
		  { 0, 0, 0, 0, 0 },
		  { LEASE_OFFERED, LEASE_BOUND, LEASE_FREE, LEASE_DECLINED, LEASE_FREE } },
		{ "bound",
		  ACK,
		  { 0, 0, 0, 0, 0 },
		  { LEASE_BOUND, LEASE_BOUND, LEASE_FREE, LEASE_DECLINED, LEASE_FREE } },
		{ "declined",
		  DECLINE,
		  { -EACCES, -EACCES, -EPROTO, -EPROTO, 0 },
		  { LEASE_DECLINED, LEASE_DECLINED, LEASE_DECLINED, LEASE_DECLINED, LEASE_FREE } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (int ev = 0; ev < EVENTS; ev++) {
			AUTO(lease_pool_free)
			struct lease_pool *p = pool_of(&(struct lease_range){ NET(10), NET(20) }, 1, NULL, 0);
			struct lease_client c = plain(1), other = plain(2);
			int r = 0;

			assert_int_equal(lease_pool_offer(p, &other, NET(19), NOW + 1), 0); /* the one to end early */
			if (rows[i].before == OFFER)
				lease_pool_offer(p, &c, NET(10), NOW + 30);
			else if (rows[i].before >= 0)
				lease_pool_bind(p, &c, NET(10), NOW + 30);
			if (rows[i].before == DECLINE)
				lease_pool_decline(p, NET(10), NOW + 30);
			switch (ev) {
			case OFFER:
				r = lease_pool_offer(p, &c, NET(10), NOW + 30);
				break;
			case ACK:
				r = lease_pool_bind(p, &c, NET(10), NOW + 30);
				break;
			case RELEASE:
				r = lease_pool_release(p, NET(10));
				break;
			case DECLINE:
				r = lease_pool_decline(p, NET(10), NOW + 30);
				break;
			case EXPIRE:
				lease_pool_expire(p, NOW + 30);
				break;
			}
			const struct lease *l = lease_pool_at(p, NET(10));

			if (r != rows[i].want[ev] || (l ? l->state : LEASE_FREE) != rows[i].to[ev])
				fail_msg("%s, event %d: got %d", rows[i].name, ev, r);
		}
}

static void leases_end_in_order(void **state)
{
	AUTO(lease_pool_free) struct lease_pool *p = pool_of(&(struct lease_range){ NET(2), NET(254) }, 1, NULL, 0);
	unsigned left = 200;

	(void)state;
	for (unsigned i = 0; i < left; i++) /* 37 and 200 have no common divisor: all ends differ, out of order */
		assert_int_equal(bind_to(p, plain((uint8_t)i), NET(2 + i), NOW + 1 + i * 37 % 200), 0);
	assert_int_equal(bind_to(p, plain(250), NET(250), LEASE_NEVER), 0);
	for (uint64_t now = NOW + 1; left; now++, left--) {
		size_t bound = 0;
		const struct lease *l;

		assert_int_equal(lease_pool_next_expiry(p), now);
		lease_pool_expire(p, now);
		for (size_t pos = 0; (l = lease_pool_next(p, &pos));)
			bound += l->state == LEASE_BOUND;
		assert_int_equal(bound, left);
	}
	assert_int_equal(lease_pool_next_expiry(p), LEASE_NEVER);
}

static size_t count_dirty(struct lease_pool *p)
{
	size_t n = 0;

	for (const struct lease *l = lease_pool_dirty(p); l; l = l->next_dirty)
		n++;
	lease_pool_clean(p);
	return n;
}

static void changes_are_noted_once(void **state)
{
	AUTO(lease_pool_free) struct lease_pool *p = small();
	struct lease_client c = plain(1);

	(void)state;
	lease_pool_offer(p, &c, NET(10), NOW + 30);
	assert_int_equal(count_dirty(p), 0); /* an offer is no promise */
	lease_pool_bind(p, &c, NET(10), NOW + LONG);
	lease_pool_bind(p, &c, NET(10), NOW + LONG);
	assert_int_equal(count_dirty(p), 1);
	assert_int_equal(count_dirty(p), 0);
	lease_pool_bind(p, &c, NET(10), NOW + LONG);
	assert_int_equal(count_dirty(p), 0); /* nothing new: within the same second */
	lease_pool_bind(p, &c, NET(10), NOW + LONG + 1);
	assert_int_equal(count_dirty(p), 1);
	c.hostname = (struct view){ (const uint8_t *)"name", 4 };
	lease_pool_bind(p, &c, NET(10), NOW + LONG + 1);
	assert_int_equal(count_dirty(p), 1);
	lease_pool_bind(p, &c, NET(11), NOW + LONG);
	assert_int_equal(count_dirty(p), 2);
	lease_pool_decline(p, NET(11), NOW + 30);
	assert_int_equal(count_dirty(p), 1);
	lease_pool_expire(p, NOW + 30);
	assert_int_equal(count_dirty(p), 1);
}

/* Who answered for it once may do so again. */
static void a_declined_address_is_as_one_that_nobody_had(void **state)
{
	static const struct lease stored = { .addr = NET(12), .state = LEASE_DECLINED, .expiry = NOW + 30 };
	AUTO(lease_pool_free) struct lease_pool *p = small();
	struct lease_client c = plain(1);

	(void)state;
	c.port = 7;
	assert_int_equal(lease_pool_bind(p, &c, NET(11), NOW + LONG), 0);
	assert_int_equal(lease_pool_decline(p, NET(11), NOW + 30), 0);
	assert_int_equal(lease_pool_port_holds(p, 7), 1);
	lease_pool_blame(p, NET(11), 9);
	lease_pool_blame(p, NET(10), 9); /* nothing is known of it */
	assert_int_equal(lease_pool_port_holds(p, 7), 0);
	assert_int_equal(lease_pool_port_holds(p, 9), 1);
	assert_int_equal(lease_pool_restore(p, &stored), 0);
	lease_pool_expire(p, NOW + 30);
	assert_int_equal(lease_pool_port_holds(p, 9), 0);
	for (uint32_t addr = NET(11); addr <= NET(12); addr++) {
		assert_int_equal(lease_pool_offer(p, &c, addr, NOW + 60), 0);
		assert_false(lease_pool_at(p, addr)->was_bound); /* so it is asked for by ARP */
	}
	assert_int_equal(lease_pool_port_holds(p, 7), 1);
}

static void names_are_checked(void **state)
{
	static const struct {
		const char *name;
		bool ok;
	} rows[] = {
		{ "web-1", true },
		{ "1", true },
		{ "A", true },
		{ "", false },
		{ "-a", false },
		{ "a-", false },
		{ "a.b", false },
		{ "a_b", false },
		{ "a b", false },
		{ "\xc3\xa4", false },
		{ "a\n", false },
		{ "123456789012345678901234567890123456789012345678901234567890123", true },
		{ "1234567890123456789012345678901234567890123456789012345678901234", false },
	};
	AUTO(lease_pool_free) struct lease_pool *p = small();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct lease_client c = plain(1);

		c.hostname = (struct view){ (const uint8_t *)rows[i].name, strlen(rows[i].name) };
		lease_pool_bind(p, &c, NET(10), NOW + LONG);
		const char *got = lease_pool_at(p, NET(10))->hostname;

		if (rows[i].ok ? !got || strcmp(got, rows[i].name) != 0 : got != NULL)
			fail_msg("'%s': kept as '%s'", rows[i].name, got);
	}
}

static void new_rules_keep_leases(void **state)
{
	AUTO(lease_pool_free) struct lease_pool *p = small();
	struct lease_range moved = { NET(12), NET(14) };
	struct lease_rules r = { .self = NET(1), .prefix_len = 24, .ranges = &moved, .n_ranges = 1 };
	struct lease_client in = plain(1), out = plain(2);

	(void)state;
	assert_int_equal(lease_pool_bind(p, &in, NET(12), NOW + LONG), 0);
	assert_int_equal(lease_pool_bind(p, &out, NET(10), NOW + LONG), 0);
	assert_int_equal(lease_pool_rules(p, &r), 0);
	assert_true(lease_pool_may_have(p, &in, NET(12)));
	assert_false(lease_pool_may_have(p, &out, NET(10)));
	assert_int_equal(lease_pool_at(p, NET(10))->state, LEASE_BOUND); /* until it asks again */
	for (uint8_t i = 3; i < 5; i++) {
		uint32_t addr = picked(p, plain(i), 0);

		assert_true(addr == NET(13) || addr == NET(14));
		assert_int_equal(bind_to(p, plain(i), addr, NOW + LONG), 0);
	}
	assert_int_equal(picked(p, plain(5), 0), 0);
}

static void leases_of_another_server_are_adopted(void **state)
{
	static const struct {
		const char *name;
		uint8_t client; /* 1 holds 10, 2 had 11, 3 to 9 are new */
		uint32_t addr;
		int want, without_rules;
	} cases[] = {
		{ "free address, new client", 3, NET(12), 0, 0 },
		{ "held address", 4, NET(10), -EEXIST, -EEXIST },
		{ "client that holds another", 1, NET(13), -EEXIST, -EEXIST },
		{ "client that had another", 2, NET(13), 0, 0 },
		{ "outside the range", 5, NET(99), -EACCES, 0 },
		{ "our own address", 6, NET(1), -EACCES, 0 },
		{ "an address of the past", 7, NET(11), 0, 0 },
		{ "adopted before", 3, NET(12), -EEXIST, -EEXIST },
	};
	static const struct lease_range range = { NET(10), NET(14) };
	const struct lease_rules rules = { .self = NET(1), .prefix_len = 24, .ranges = &range, .n_ranges = 1 };

	(void)state;
	for (int with = 0; with < 2; with++) {
		AUTO(lease_pool_free) struct lease_pool *p = lease_pool_new();
		struct lease held = { .addr = NET(10), .state = LEASE_BOUND, .expiry = NOW + LONG, .id = plain(1).id };
		struct lease had = { .addr = NET(11), .state = LEASE_FREE, .row = 7 };

		if (with)
			assert_int_equal(lease_pool_rules(p, &rules), 0);
		held.mac = plain(1).mac;
		had.id = plain(2).id;
		had.mac = plain(2).mac;
		assert_int_equal(lease_pool_restore(p, &held), 0);
		assert_int_equal(lease_pool_restore(p, &had), 0);
		for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
			struct lease_client c = plain(cases[i].client);
			struct lease l = { .addr = cases[i].addr, .state = LEASE_BOUND, .expiry = NOW + LONG };

			l.id = c.id;
			l.mac = c.mac;
			lease_pool_clean(p);
			int r = lease_pool_adopt(p, &l);

			if (r != (with ? cases[i].want : cases[i].without_rules))
				fail_msg("%s: %d", cases[i].name, r);
			if ((r == 0) != (lease_pool_dirty(p) != NULL))
				fail_msg("%s: to be stored or not?", cases[i].name);
			if (r == 0 && lease_pool_find(p, &c) != lease_pool_at(p, cases[i].addr))
				fail_msg("%s: not the client's", cases[i].name);
		}
		assert_int_equal(lease_pool_at(p, NET(11))->row, 7); /* it is stored where it was */
	}
}

/* Neither our own address, nor reserved ones, nor those outside the ranges are counted. */
static void usage_counts_what_can_be_given(void **state)
{
	static const struct lease_host hosts[] = { { .mac = MAC(9), .addr = NET(12) },
						   { .mac = MAC(8), .addr = NET(99) } };
	AUTO(lease_pool_free)
	struct lease_pool *p = pool_of((struct lease_range[]){ { NET(0), NET(12) } }, 1, hosts, 2);
	struct lease_range more = { NET(0), NET(22) }, less = { NET(2), NET(3) };
	struct lease_rules r = { .self = NET(1), .prefix_len = 24, .ranges = &more, .n_ranges = 1 };
	struct lease_usage u = lease_pool_usage(p);

	(void)state;
	assert_int_equal(u.total, 10); /* .2 to .11 */
	assert_int_equal(u.taken, 0);
	assert_int_equal(bind_to(p, plain(1), NET(5), NOW + LONG), 0);
	assert_int_equal(bind_to(p, plain(9), NET(12), NOW + LONG), 0);
	assert_int_equal(bind_to(p, plain(8), NET(99), NOW + LONG), 0);
	assert_int_equal(lease_pool_usage(p).taken, 1);
	assert_int_equal(lease_pool_rules(p, &r), 0); /* wider, and nothing reserved */
	u = lease_pool_usage(p);
	assert_int_equal(u.total, 21);
	assert_int_equal(u.taken, 2);
	r.ranges = &less;
	assert_int_equal(lease_pool_rules(p, &r), 0);
	assert_int_equal(lease_pool_usage(p).total, 2);
	assert_int_equal(lease_pool_usage(p).taken, 0);
	assert_int_equal(lease_pool_at(p, NET(5))->state, LEASE_BOUND);
}

static void leases_of_a_port_that_is_gone_end_soon(void **state)
{
	AUTO(lease_pool_free) struct lease_pool *p = small();

	(void)state;
	bind_to(p, plain(1), NET(10), NOW + LONG);
	bind_to(p, plain(2), NET(11), LEASE_NEVER);
	bind_to(p, plain(3), NET(12), NOW + 5);
	lease_pool_clean(p);
	lease_pool_end_client(p, &(struct mac)MAC(1), NOW + 60);
	lease_pool_end_client(p, &(struct mac)MAC(2), NOW + 60);
	lease_pool_end_client(p, &(struct mac)MAC(3), NOW + 60); /* ends before that anyway */
	assert_int_equal(lease_pool_at(p, NET(10))->expiry, NOW + 60);
	assert_int_equal(lease_pool_at(p, NET(11))->expiry, NOW + 60);
	assert_int_equal(lease_pool_at(p, NET(12))->expiry, NOW + 5);
	assert_non_null(lease_pool_dirty(p));
	assert_int_equal(bind_to(p, plain(1), NET(10), NOW + LONG), 0); /* it came back */
	lease_pool_expire(p, NOW + 60);
	assert_int_equal(lease_pool_at(p, NET(10))->state, LEASE_BOUND);
	assert_int_equal(lease_pool_at(p, NET(11))->state, LEASE_FREE);
	assert_int_equal(picked(p, plain(2), 0), NET(11)); /* remembered all the same */
}

/* A renewal changes only how long; history wants the rest. */
static void news_is_more_than_a_renewal(void **state)
{
	AUTO(lease_pool_free) struct lease_pool *p = small();

	(void)state;
	bind_to(p, plain(1), NET(10), NOW + LONG);
	assert_true(lease_pool_at(p, NET(10))->news);
	lease_pool_clean(p);
	bind_to(p, plain(1), NET(10), NOW + 2 * LONG);
	assert_false(lease_pool_at(p, NET(10))->news);
	lease_pool_touch(p);
	assert_ptr_equal(lease_pool_dirty(p), lease_pool_at(p, NET(10)));
	assert_false(lease_pool_at(p, NET(10))->news);
	lease_pool_release(p, NET(10));
	assert_true(lease_pool_at(p, NET(10))->news);
}

/* A full disk: what nobody could be told of is undone, and what is stored goes on. */
static void what_cannot_be_stored_is_not_promised(void **state)
{
	AUTO(lease_pool_free) struct lease_pool *p = small();
	const struct lease *old, *new;

	(void)state;
	bind_to(p, plain(1), NET(10), NOW + LONG);
	old = lease_pool_at(p, NET(10));
	assert_true(lease_is_ahead(old));
	lease_pool_clean(p);
	assert_false(lease_is_ahead(old));
	bind_to(p, plain(1), NET(10), NOW + 2 * LONG);
	bind_to(p, plain(2), NET(11), NOW + LONG);
	new = lease_pool_at(p, NET(11));
	assert_true(lease_is_ahead(old) && lease_is_ahead(new));
	lease_pool_refused(p);
	assert_int_equal(old->state, LEASE_BOUND);
	assert_int_equal(old->expiry, NOW + LONG);
	assert_int_equal(new->state, LEASE_FREE);
	assert_false(new->news || new->was_bound);
	assert_true(old->dirty && new->dirty);         /* so that it is tried again */
	bind_to(p, plain(1), NET(10), NOW + 3 * LONG); /* renewed: no longer than what is stored */
	assert_int_equal(old->expiry, NOW + LONG);
	assert_false(lease_is_ahead(old));
	bind_to(p, plain(1), NET(10), NOW + 30);
	assert_int_equal(old->expiry, NOW + 30); /* less may be had */
	bind_to(p, plain(2), NET(11), NOW + LONG);
	assert_true(lease_is_ahead(new)); /* it may be stored this time */
	lease_pool_refused(p);
	assert_int_equal(old->expiry, NOW + 30);
	assert_int_equal(picked(p, plain(2), 0), NET(11)); /* remembered */
	lease_pool_clean(p);
	bind_to(p, plain(1), NET(10), NOW + 4 * LONG);
	assert_int_equal(old->expiry, NOW + 4 * LONG);
	lease_pool_expire(p, NOW + 4 * LONG);
	assert_int_equal(old->state, LEASE_FREE);
}

/* What is stored is another machine's: nothing for the one that has the address now. */
static void stored_for_another_is_not_stored(void **state)
{
	static const struct lease_host reserved = { .mac = MAC(9), .addr = NET(10) };
	AUTO(lease_pool_free) struct lease_pool *p = small();
	struct lease_range range = { NET(10), NET(12) };
	struct lease_rules r = { .self = NET(1), .prefix_len = 24, .ranges = &range, .n_ranges = 1 };
	const struct lease *l;

	(void)state;
	bind_to(p, plain(1), NET(10), NOW + LONG);
	bind_to(p, named("clone", 2), NET(11), NOW + LONG);
	lease_pool_clean(p);
	r.hosts = &reserved;
	r.n_hosts = 1;
	assert_int_equal(lease_pool_rules(p, &r), 0);
	assert_int_equal(bind_to(p, plain(9), NET(10), NOW + LONG), 0);
	lease_pool_end_client(p, &(struct mac)MAC(2), NOW + 60);
	assert_int_equal(bind_to(p, named("clone", 3), NET(11), NOW + LONG), 0); /* with another network card */
	lease_pool_refused(p);
	l = lease_pool_at(p, NET(10));
	assert_int_equal(l->state, LEASE_FREE);
	assert_true(mac_eq(&l->mac, &(struct mac)MAC(9)));
	assert_int_equal(lease_pool_at(p, NET(11))->state, LEASE_FREE);
}

static struct lease_client at_port(uint8_t mac, uint32_t port)
{
	struct lease_client c = plain(mac);

	c.port = port;
	return c;
}

static const struct {
	const char *name;
	uint8_t mac;
	uint32_t port;
	bool stands_back;
} crowd[] = {
	{ "a new MAC on the port that has most", 200, 7, true },
	{ "one that it has already", 10, 7, false },
	{ "a reserved one", 99, 7, false },
	{ "a new one on another port", 200, 8, false },
	{ "a new one, who knows where", 200, 0, true },
};

static void the_last_addresses_are_for_ports_that_hold_few(void **state)
{
	static const struct lease_host reserved = { .mac = MAC(99), .addr = NET(99) };
	AUTO(lease_pool_free)
	struct lease_pool *p = pool_of((struct lease_range[]){ { NET(100), NET(199) } }, 1, &reserved, 1);

	(void)state;
	for (uint8_t i = 0; i < 95; i++) {
		struct lease_client c = at_port(i, 7);
		uint32_t addr = picked(p, c, 0);

		if (lease_pool_stands_back(p, &c))
			fail_msg("at %u of 100", i);
		assert_int_equal(bind_to(p, c, addr, NOW + LONG), 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(crowd); i++) {
		struct lease_client c = at_port(crowd[i].mac, crowd[i].port);

		if (lease_pool_stands_back(p, &c) != crowd[i].stands_back)
			fail_msg("%s", crowd[i].name);
	}
	assert_int_equal(lease_pool_port_holds(p, 7), 95);
	bind_to(p, at_port(3, 9), lease_pool_find(p, (struct lease_client[]){ plain(3) })->addr, NOW + LONG);
	assert_int_equal(lease_pool_port_holds(p, 7), 94); /* it was plugged in elsewhere */
	assert_int_equal(lease_pool_port_holds(p, 9), 1);
	lease_pool_expire(p, NOW + LONG);
	assert_int_equal(lease_pool_port_holds(p, 7) + lease_pool_port_holds(p, 9), 0);
}

/* The rows are one pool's life. */
static void a_pool_that_fills_is_told_once(void **state)
{
	static const struct {
		const char *name;
		struct lease_usage use;
		bool nearly_full;
	} rows[] = {
		{ "no addresses at all", { 0, 0 }, false },
		{ "empty", { 0, 200 }, false },
		{ "just below", { 159, 200 }, false },
		{ "80 %", { 160, 200 }, true },
		{ "full", { 200, 200 }, true },
		{ "a few end", { 150, 200 }, true },
		{ "70 %", { 140, 200 }, true },
		{ "it has room again", { 139, 200 }, false },
		{ "80 % are not there yet", { 159, 200 }, false },
		{ "a second time", { 160, 200 }, true },
		{ "the range is widened", { 160, 400 }, false },
		{ "and made small", { 160, 100 }, true },
	};
	bool now = false;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		now = lease_usage_nearly_full(rows[i].use, now);
		if (now != rows[i].nearly_full)
			fail_msg("%s", rows[i].name);
	}
}

/* Two rows of one address: the newer, which comes later, counts. */
static void the_last_one_restored_counts(void **state)
{
	AUTO(lease_pool_free) struct lease_pool *p = small();
	struct lease_client c[] = { plain(1), plain(2) };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct lease l = { .addr = NET(10), .state = LEASE_BOUND, .expiry = NOW + LONG, .row = i + 1 };

		l.id = c[i].id;
		l.mac = c[i].mac;
		assert_int_equal(lease_pool_restore(p, &l), 0);
	}
	assert_null(lease_pool_find(p, &c[0]));
	assert_ptr_equal(lease_pool_find(p, &c[1]), lease_pool_at(p, NET(10)));
	assert_int_equal(lease_pool_at(p, NET(10))->row, 2);
	assert_false(lease_is_ahead(lease_pool_at(p, NET(10))));
}

/* A record that is free remembers the port that its client was on; a lease that comes from elsewhere is on none yet. */
static void an_adopted_lease_takes_no_ports_count(void **state)
{
	AUTO(lease_pool_free) struct lease_pool *p = small();
	struct lease in = { .addr = NET(10), .state = LEASE_BOUND, .expiry = NOW + LONG };
	struct lease_client c = plain(3);

	(void)state;
	bind_to(p, at_port(1, 7), NET(10), NOW + LONG);
	bind_to(p, at_port(2, 7), NET(11), NOW + LONG);
	lease_pool_release(p, NET(10));
	assert_int_equal(lease_pool_port_holds(p, 7), 1);
	in.id = c.id;
	in.mac = c.mac;
	assert_int_equal(lease_pool_adopt(p, &in), 0);
	assert_int_equal(lease_pool_port_holds(p, 7), 1);
	lease_pool_release(p, NET(10));
	assert_int_equal(lease_pool_port_holds(p, 7), 1); /* the other's */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_checked),
		cmocka_unit_test(every_address_is_given_once),
		cmocka_unit_test(small_prefixes),
		cmocka_unit_test(a_client_keeps_its_address),
		cmocka_unit_test(one_machine_one_address),
		cmocka_unit_test(clones_get_two_addresses),
		cmocka_unit_test(a_reservation_by_name_is_not_taken_away),
		cmocka_unit_test(a_reservation_wins_over_the_holder),
		cmocka_unit_test(a_client_has_one_address),
		cmocka_unit_test(a_full_pool),
		cmocka_unit_test(reservations),
		cmocka_unit_test(clients_are_their_ids),
		cmocka_unit_test(moves_follow_the_table),
		cmocka_unit_test(leases_end_in_order),
		cmocka_unit_test(changes_are_noted_once),
		cmocka_unit_test(a_declined_address_is_as_one_that_nobody_had),
		cmocka_unit_test(names_are_checked),
		cmocka_unit_test(new_rules_keep_leases),
		cmocka_unit_test(leases_of_another_server_are_adopted),
		cmocka_unit_test(usage_counts_what_can_be_given),
		cmocka_unit_test(a_pool_that_fills_is_told_once),
		cmocka_unit_test(leases_of_a_port_that_is_gone_end_soon),
		cmocka_unit_test(news_is_more_than_a_renewal),
		cmocka_unit_test(what_cannot_be_stored_is_not_promised),
		cmocka_unit_test(stored_for_another_is_not_stored),
		cmocka_unit_test(the_last_one_restored_counts),
		cmocka_unit_test(an_adopted_lease_takes_no_ports_count),
		cmocka_unit_test(the_last_addresses_are_for_ports_that_hold_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
