/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kernel/sysctl.h - files below /proc/sys. Keys use slashes: "net/ipv6/conf/virbr0/accept_ra".
 * Errors  0 or -errno; -ENOENT: this kernel has no such setting. */
#pragma once
#include <stddef.h>

int sysctl_get(const char *key, char *ret, size_t size); /* without the newline */
int sysctl_set(const char *key, const char *value);
