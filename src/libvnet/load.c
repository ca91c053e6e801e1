/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "libvnet/offline.h"

#include <dlfcn.h>
#include <string.h>

#include "libvnet/conn.h"

/* Found beside this library, or in the lib folder beside the program's (DT_RUNPATH), else where the system looks. It stays. */
const struct offline *offline_load(struct vnet_error *err)
{
	void *file = dlopen(OFFLINE_FILE, RTLD_NOW | RTLD_LOCAL);
	const struct offline *o = file ? dlsym(file, OFFLINE_SYMBOL) : NULL;

	if (!o)
		return conn_error(err, VNET_ERR_INTERNAL, "cannot load a part of libvnet: %s", dlerror()), NULL;
	if (strcmp(o->version, VNET_VERSION) != 0)
		return conn_error(err, VNET_ERR_INTERNAL, "%s is of version %s, not " VNET_VERSION, OFFLINE_FILE,
				  o->version),
		       NULL;
	return o;
}
