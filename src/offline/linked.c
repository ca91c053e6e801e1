/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In the static library, in place of libvnet/load.c. */
#include "libvnet/offline.h"

const struct offline *offline_load(struct vnet_error *err)
{
	(void)err;
	return &vnet_offline;
}
