/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* offline/offline.h - inside offline/: what vnet_offline is made of. The contracts are those of include/vnet/vnet.h. */
#pragma once
#include "libvnet/offline.h"

int offline_xml_check(const char *xml, size_t len, void (*warn)(int line, const char *text, void *arg), void *arg,
		      struct vnet_error *err);
int offline_xml_format(const char *xml, size_t len, char **ret, struct vnet_error *err);
int offline_xml_plan(const char *xml, size_t len, char **ret, struct vnet_error *err);
int offline_xml_select(const char *xml, size_t len, const char *xpath, unsigned flags, char **ret,
		       struct vnet_error *err);
int offline_look_at_host(struct vnet_check **ret, size_t *ret_n, struct vnet_error *err);
