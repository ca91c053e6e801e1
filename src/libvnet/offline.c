/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "libvnet/offline.h"

int vnet_xml_check(const char *xml, size_t len, void (*warn)(int line, const char *text, void *arg), void *arg,
		   struct vnet_error *err)
{
	const struct offline *o = offline_load(err);

	return o ? o->xml_check(xml, len, warn, arg, err) : -1;
}

int vnet_xml_format(const char *xml, size_t len, char **ret, struct vnet_error *err)
{
	const struct offline *o = offline_load(err);

	return o ? o->xml_format(xml, len, ret, err) : -1;
}

int vnet_xml_plan(const char *xml, size_t len, char **ret, struct vnet_error *err)
{
	const struct offline *o = offline_load(err);

	return o ? o->xml_plan(xml, len, ret, err) : -1;
}

int vnet_xml_select(const char *xml, size_t len, const char *xpath, unsigned flags, char **ret, struct vnet_error *err)
{
	const struct offline *o = offline_load(err);

	return o ? o->xml_select(xml, len, xpath, flags, ret, err) : -1;
}
