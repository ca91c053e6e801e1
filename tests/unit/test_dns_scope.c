/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What one side says of DNS comes out at the other as the engine takes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "guest/message.h"
#include "guestd/dns_scope.h"

#define ARRAY(v)                                                                                                       \
	{                                                                                                              \
		ARRAY_SIZE(v), v                                                                                       \
	}

static char v4[] = { 10, 0, 0, 1 }, v6[16] = { 0x20, 1, 0xd, (char)0xb8 }, odd[] = { 1, 2, 3 };
static guest_ip addrs[] = { { 4, v4 }, { 16, v6 }, { 3, odd } };
static guest_dns_host hosts[] = { { (char *)"one", { 4, v4 } }, { (char *)"one", { 16, v6 } } };
static guest_text strings[] = { (char *)"a", (char *)"" };
static guest_dns_record records[] = {
	{ .name = (char *)"t", .type = GUEST_DNS_TXT, .target = (char *)"", .strings = ARRAY(strings) },
	{ .name = (char *)"s",
	  .type = GUEST_DNS_SRV,
	  .target = (char *)"one",
	  .priority = 1,
	  .weight = 2,
	  .port = 65535 },
};
static guest_dns_wildcard wildcards[] = { { (char *)"apps.test", { 4, v4 } } };
static guest_dns_forwarder forwarders[] = { { (char *)"", { 16, v6 }, 5353 }, { (char *)"free.test", { 0, NULL }, 0 } };
static guest_text local_domains[] = { (char *)"lan", (char *)"lab" };
static guest_prefix local_ptrs[] = { { { 4, v4 }, 24 } };
static struct guest_host reserved[] = { { .name = (char *)"printer", .ip = 0x0a000009 }, { .name = (char *)"" } };

static guest_dns dns = { .addrs = ARRAY(addrs),
			 .forward = true,
			 .local_plain = true,
			 .hosts = ARRAY(hosts),
			 .records = ARRAY(records),
			 .wildcards = ARRAY(wildcards),
			 .forwarders = ARRAY(forwarders),
			 .local_domains = ARRAY(local_domains),
			 .local_ptrs = ARRAY(local_ptrs) };
static guest_dhcp4 dhcp4 = { .hosts = ARRAY(reserved) };

static struct guest_scope scope_of(const char *domain, guest_dns *d, guest_dhcp4 *dhcp)
{
	return (struct guest_scope){ .uuid = "0123456789abcde",
				     .network = (char *)"net",
				     .bridge = (char *)"br",
				     .domain = (char *)domain,
				     .dns = d,
				     .dhcp4 = dhcp };
}

static void assert_ip(const struct ip *ip, const char *want)
{
	char text[IP_TEXT];

	assert_string_equal(ip->family ? ip_text(ip, text) : "none", want);
}

static void every_field_arrives(void **state)
{
	struct guest_scope sent = scope_of("m1.test", &dns, &dhcp4);
	AUTO(guest_scope_free) struct guest_scope *got = guest_scope_copy(&sent);

	(void)state;
	assert_non_null(got);
	AUTO(guestd_dns_scope_release) struct dns_scope s = guestd_dns_scope(got);

	assert_memory_equal(s.uuid.b, "0123456789abcde", 16);
	assert_string_equal(s.network, "net");
	assert_string_equal(s.domain, "m1.test");
	assert_true(s.forward && s.local_plain);
	assert_int_equal(s.n_addrs, 3);
	assert_ip(&s.addrs[0], "10.0.0.1");
	assert_ip(&s.addrs[1], "2001:db8::");
	assert_ip(&s.addrs[2], "none");
	assert_int_equal(s.n_hosts, 3);
	assert_string_equal(s.hosts[1].name, "one");
	assert_ip(&s.hosts[1].ip, "2001:db8::");
	assert_string_equal(s.hosts[2].name, "printer");
	assert_ip(&s.hosts[2].ip, "10.0.0.9");
	assert_int_equal(s.n_records, 2);
	assert_int_equal(s.records[0].type, DNS_TXT);
	assert_int_equal(s.records[0].n_strings, 2);
	assert_string_equal(s.records[0].strings[0], "a");
	assert_string_equal(s.records[0].strings[1], "");
	assert_int_equal(s.records[1].type, DNS_SRV);
	assert_string_equal(s.records[1].target, "one");
	assert_int_equal(s.records[1].priority, 1);
	assert_int_equal(s.records[1].weight, 2);
	assert_int_equal(s.records[1].port, 65535);
	assert_int_equal(s.n_wildcards, 1);
	assert_string_equal(s.wildcards[0].domain, "apps.test");
	assert_ip(&s.wildcards[0].ip, "10.0.0.1");
	assert_int_equal(s.n_forwarders, 2);
	assert_string_equal(s.forwarders[0].domain, "");
	assert_ip(&s.forwarders[0].ip, "2001:db8::");
	assert_int_equal(s.forwarders[0].port, 5353);
	assert_string_equal(s.forwarders[1].domain, "free.test");
	assert_ip(&s.forwarders[1].ip, "none");
	assert_int_equal(s.n_local_domains, 2);
	assert_string_equal(s.local_domains[1], "lab");
	assert_int_equal(s.n_local_ptrs, 1);
	assert_ip(&s.local_ptrs[0].ip, "10.0.0.1");
	assert_int_equal(s.local_ptrs[0].len, 24);
}

static void nothing_said_is_nothing_served(void **state)
{
	struct guest_dns none = { .forward = false };
	struct guest_scope sent = scope_of("", &none, NULL);
	AUTO(guest_scope_free) struct guest_scope *got = guest_scope_copy(&sent);

	(void)state;
	assert_non_null(got);
	AUTO(guestd_dns_scope_release) struct dns_scope s = guestd_dns_scope(got);

	assert_null(s.domain);
	assert_false(s.forward || s.local_plain);
	assert_int_equal(s.n_addrs + s.n_hosts + s.n_records + s.n_wildcards, 0);
	assert_int_equal(s.n_forwarders + s.n_local_domains + s.n_local_ptrs, 0);
}

/* What is more than a limit of the protocol does not leave this side. */
static void limits_hold(void **state)
{
	static guest_text many[GUEST_DOMAINS_MAX + 1];
	static char text[GUEST_NAME_MAX + 2];
	struct guest_dns d = { .local_domains = { GUEST_DOMAINS_MAX, many } };
	struct guest_scope s = scope_of("", &d, NULL);
	AUTO(guest_scope_free) struct guest_scope *fits = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = (char *)"x";
	fits = guest_scope_copy(&s);
	assert_non_null(fits);
	d.local_domains.local_domains_len++;
	assert_null(guest_scope_copy(&s));
	memset(text, 'x', sizeof(text) - 1);
	many[0] = text;
	d.local_domains.local_domains_len = 1;
	assert_null(guest_scope_copy(&s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_arrives),
		cmocka_unit_test(nothing_said_is_nothing_served),
		cmocka_unit_test(limits_hold),
	};

	return cmocka_run_group_tests_name("dns/scope", tests, NULL, NULL);
}
