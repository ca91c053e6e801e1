/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libvnet/offline.h - what the library does without a daemon. It reads XML and looks at the kernel by itself, for which it
 * needs more libraries than a call does, ICU and C++ among them by way of libxml2: loading those takes longer than starting a
 * network. So it is a shared object of its own, loaded when first asked for; in the static library it is linked in. */
#pragma once
#include "vnet/vnet.h"

/* Functions of include/vnet/vnet.h, without their prefix. */
struct offline {
	const char *version; /* VNET_VERSION that it was built with */
	int (*xml_check)(const char *xml, size_t len, void (*warn)(int line, const char *text, void *arg), void *arg,
			 struct vnet_error *err);
	int (*xml_format)(const char *xml, size_t len, char **ret, struct vnet_error *err);
	int (*xml_plan)(const char *xml, size_t len, char **ret, struct vnet_error *err);
	int (*xml_select)(const char *xml, size_t len, const char *xpath, unsigned flags, char **ret,
			  struct vnet_error *err);
	int (*look_at_host)(struct vnet_check **ret, size_t *ret_n, struct vnet_error *err);
};

#define OFFLINE_FILE   "libvnet-offline.so.0"
#define OFFLINE_SYMBOL "vnet_offline"
extern VNET_API const struct offline vnet_offline; /* what that file exports */

/* NULL: told why. */
const struct offline *offline_load(struct vnet_error *err);
