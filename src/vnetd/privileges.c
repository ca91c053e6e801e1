/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnetd/privileges.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"

/* CHOWN: guestd's folder and the group of our socket. SETUID, SETGID, SYS_CHROOT, SETPCAP: guestd becomes its user,
 * locks itself in its folder and drops these. DAC_OVERRIDE is not here: all files are root's own. */
static const int kept[] = { CAP_NET_ADMIN, CAP_NET_RAW, CAP_NET_BIND_SERVICE, CAP_CHOWN,
			    CAP_SETUID,    CAP_SETGID,  CAP_SYS_CHROOT,       CAP_SETPCAP };

static int is_kept(int cap)
{
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		if (kept[i] == cap)
			return 1;
	return 0;
}

int privileges_limit(struct err *e)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3] = { 0 };
	struct rlimit files;

	/* the bounding set too: what we start can't get back what we gave up (EINVAL: this kernel has no such one) */
	for (int cap = 0; cap <= CAP_LAST_CAP; cap++)
		if (!is_kept(cap) && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0 && errno != EINVAL)
			return err_sys(e, -errno, "drop capabilities");
	if (syscall(SYS_capget, &head, caps) < 0)
		return err_sys(e, -errno, "read capabilities");
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		unsigned mask = 0;

		for (int bit = 0; bit < 32; bit++)
			mask |= is_kept((int)i * 32 + bit) ? 1u << bit : 0;
		caps[i].permitted &= mask;
		caps[i].effective &= mask;
		caps[i].inheritable = 0;
	}
	if (syscall(SYS_capset, &head, caps) < 0)
		return err_sys(e, -errno, "drop capabilities");
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	return 0;
}
