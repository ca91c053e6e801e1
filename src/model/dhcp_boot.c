/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/dhcp_boot.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/mem.h"

enum { ARCH_MOST = 65535 };

const char *const dhcp_boot_words[] = { "", "ipxe", "firmware", NULL };

/* Firmware of PCs says 7 or 9 for the same. */
static const struct {
	const char *name;
	int numbers[BOOT_ARCHS_MAX];
	size_t n;
} archs[] = {
	{ "bios", { 0 }, 1 },           { "ia32-uefi", { 6 }, 1 },          { "x64-uefi", { 7, 9 }, 2 },
	{ "arm32-uefi", { 10 }, 1 },    { "arm64-uefi", { 11 }, 1 },        { "ia32-uefi-http", { 15 }, 1 },
	{ "x64-uefi-http", { 16 }, 1 }, { "arm32-uefi-http", { 18 }, 1 },   { "arm64-uefi-http", { 19 }, 1 },
	{ "riscv64-uefi", { 27 }, 1 },  { "riscv64-uefi-http", { 28 }, 1 },
};

void dhcp_boot_clear(struct dhcp_boot *b)
{
	mem_drop(b->arch);
	mem_drop(b->file);
	mem_drop(b->server_name);
}

void dhcp_boot_own(struct dhcp_boot *b)
{
	b->arch = mem_strdup(b->arch);
	b->file = mem_strdup(b->file);
	b->server_name = mem_strdup(b->server_name);
}

size_t dhcp_boot_archs(const char *arch, int ret[BOOT_ARCHS_MAX])
{
	char *end;

	for (size_t i = 0; i < ARRAY_SIZE(archs); i++) {
		if (strcmp(archs[i].name, arch) != 0)
			continue;
		memcpy(ret, archs[i].numbers, sizeof(archs[i].numbers));
		return archs[i].n;
	}
	unsigned long n = strtoul(arch, &end, 10);

	if (!isdigit((unsigned char)arch[0]) || *end || n > ARCH_MOST)
		return 0;
	ret[0] = (int)n;
	return 1;
}
