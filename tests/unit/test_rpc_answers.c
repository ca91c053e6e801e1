/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libvirt's network daemon answers to each procedure number there is (fixtures/rpc/procs-answers.tsv, where it is
 * there) against our tables. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "rpc/procs.h"
#include "vnet/error.h"

struct row { /* of the table, columns by tabs */
	int number, domain;
	const char *name, *class, *api;
};

static bool read_row(char *line, struct row *ret)
{
	char *save = NULL;
	const char *number = strtok_r(line, "\t", &save);

	if (!number || *number == '#')
		return false;
	ret->number = atoi(number);
	ret->name = strtok_r(NULL, "\t", &save);
	ret->class = strtok_r(NULL, "\t", &save);
	ret->api = strtok_r(NULL, "\t", &save);
	const char *domain = strtok_r(NULL, "\t", &save);

	ret->domain = domain ? atoi(domain) : 0;
	return ret->class && ret->api;
}

static void expect(const struct row *r, bool served, enum rpc_foreign want)
{
	const char *api = NULL;
	int domain = 0;
	bool is_served = rpc_proc_find(RPC_PROGRAM_REMOTE, r->number);
	enum rpc_foreign is = rpc_foreign_find(r->number, &api, &domain);

	if (is_served != served || (!served && is != want))
		fail_msg("%d %s: %s, foreign class %d; should be %s", r->number, r->name,
			 is_served ? "served" : "not served", is, r->class);
	if (want == RPC_UNSUPPORTED && (strcmp(api, r->api) != 0 || domain != r->domain))
		fail_msg("%d %s: '%s', domain %d; should be '%s', %d", r->number, r->name, api, domain, r->api,
			 r->domain);
}

static void every_number_has_its_answer(void **state)
{
	const char *base = getenv("VNET_FIXTURES");
	char path[512], *text = NULL, *save = NULL;
	unsigned n = 0;
	size_t len;

	(void)state;
	snprintf(path, sizeof(path), "%s/rpc/procs-answers.tsv", base ? base : "../shared/fixtures");
	if (file_read(AT_FDCWD, path, 1 << 20, &text, &len) < 0) {
		print_message("skip: no table at %s\n", path);
		skip();
	}
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct row r;

		if (!read_row(line, &r))
			continue;
		n++;
		if (strcmp(r.class, "nosupport") == 0)
			expect(&r, false, RPC_UNSUPPORTED);
		else if (strcmp(r.class, "notopen") == 0)
			expect(&r, false, RPC_ELSEWHERE);
		else if (strcmp(r.class, "event") == 0)
			expect(&r, false, RPC_UNKNOWN);
		else
			expect(&r, true, RPC_UNKNOWN);
	}
	print_message("%u procedures\n", n);
	mem_drop(text);
	assert_true(n > 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_number_has_its_answer),
	};

	return cmocka_run_group_tests_name("answers", tests, NULL, NULL);
}
