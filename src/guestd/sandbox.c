/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guestd/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"

/* --- folder and user --- */

static int become(const struct passwd *pw, struct err *e)
{
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		prctl(PR_CAPBSET_DROP, cap, 0, 0, 0); /* as root only; no_new_privs makes it moot later */
	if (pw->pw_uid == geteuid()) /* root of a user namespace that has one uid, and may not change groups */
		return 0;
	if (setgroups(0, NULL) < 0)
		return err_sys(e, -errno, "drop supplementary groups");
	if (setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) < 0 || setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) < 0)
		return err_sys(e, -errno, "become user '%s'", pw->pw_name);
	return 0;
}

int guestd_confine(const char *folder, const char *user, char **ret_path, int *ret_dir, struct err *e)
{
	const struct passwd *pw = user && geteuid() == 0 ? getpwnam(user) : NULL;
	AUTO(fd_close) int dir = dir_open(folder, 0755);

	if (dir < 0)
		return err_sys(e, dir, "folder '%s'", folder);
	if (user && geteuid() == 0 && !pw)
		return err_set(e, VNET_ERR_INVALID_ARG, "no such user: '%s'", user);
	if (pw && fchown(dir, pw->pw_uid, (gid_t)-1) < 0)
		return err_sys(e, -errno, "give folder '%s' to user '%s'", folder, user);
	if (fchdir(dir) < 0)
		return err_sys(e, -errno, "enter folder '%s'", folder);
	bool inside = geteuid() == 0 && chroot(".") == 0; /* may fail where root is none, in a container */

	if (pw && become(pw, e) < 0)
		return -1;
	*ret_path = mem_strdup(inside ? "" : folder);
	*ret_dir = TAKE_FD(dir);
	return 0;
}

/* --- capabilities --- */

static int drop_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return syscall(SYS_capset, &head, none) < 0 ? -errno : 0;
}

/* --- Landlock --- */

#ifndef LANDLOCK_ACCESS_FS_TRUNCATE /* ABI 3, Linux 6.2 */
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

enum { LANDLOCK_REFER_ABI = 2, LANDLOCK_TRUNCATE_ABI = 3 };

static uint64_t handled_by(long abi)
{
	uint64_t all = LANDLOCK_ACCESS_FS_REFER - 1; /* every right of ABI 1 */

	if (abi >= LANDLOCK_REFER_ABI)
		all |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= LANDLOCK_TRUNCATE_ABI)
		all |= LANDLOCK_ACCESS_FS_TRUNCATE;
	return all;
}

/* Below `dirfd` what SQLite needs; elsewhere nothing of `handled`. -1: nowhere. */
static int only_folder(int dirfd, uint64_t handled)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	if (abi < 1) {
		log_info("guestd: sandbox: this kernel has no Landlock; the user id and chroot alone keep files apart");
		return 0;
	}
	struct landlock_ruleset_attr rules = { .handled_access_fs = handled_by(abi) & handled };
	AUTO(fd_close) int fd = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof(rules.handled_access_fs), 0);
	struct landlock_path_beneath_attr beneath = {
		.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |
				  LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
				  LANDLOCK_ACCESS_FS_REMOVE_FILE |
				  (abi >= LANDLOCK_TRUNCATE_ABI ? LANDLOCK_ACCESS_FS_TRUNCATE : 0),
		.parent_fd = dirfd,
	};

	if (fd < 0 || (dirfd >= 0 && syscall(SYS_landlock_add_rule, fd, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) < 0) ||
	    syscall(SYS_landlock_restrict_self, fd, 0) < 0)
		return -errno;
	return 0;
}

/* --- seccomp --- */

static const int allowed[] = {
	/* the loop */
	SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(timerfd_create),
	SCMP_SYS(timerfd_settime),
	SCMP_SYS(signalfd4),
	SCMP_SYS(eventfd2),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	/* sockets, handed over or for asking the host's resolvers */
	SCMP_SYS(accept4),
	SCMP_SYS(bind),
	SCMP_SYS(connect),
	SCMP_SYS(getsockname),
	SCMP_SYS(getpeername),
	SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt),
	SCMP_SYS(listen),
	SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg),
	SCMP_SYS(recvmmsg),
	SCMP_SYS(sendto),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendmmsg),
	SCMP_SYS(shutdown),
	/* SQLite's files; which ones is up to Landlock and chroot */
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(close),
	SCMP_SYS(read),
	SCMP_SYS(write),
	SCMP_SYS(readv),
	SCMP_SYS(writev),
	SCMP_SYS(pread64),
	SCMP_SYS(pwrite64),
	SCMP_SYS(lseek),
	SCMP_SYS(fsync),
	SCMP_SYS(fdatasync),
	SCMP_SYS(ftruncate),
	SCMP_SYS(fallocate),
	SCMP_SYS(fcntl),
	SCMP_SYS(stat),
	SCMP_SYS(lstat),
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(statx),
	SCMP_SYS(access),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(getcwd),
	SCMP_SYS(unlink),
	SCMP_SYS(unlinkat),
	SCMP_SYS(fchmod),
	SCMP_SYS(fchown),
	SCMP_SYS(umask),
	SCMP_SYS(getdents64),
	/* memory, time, ourselves */
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(getrandom),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(nanosleep),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(tgkill),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

static const struct {
	int domain, type;
} sockets[] = {
	{ AF_INET, SOCK_DGRAM },
	{ AF_INET, SOCK_STREAM },
	{ AF_INET6, SOCK_DGRAM },
	{ AF_INET6, SOCK_STREAM },
};

enum { SOCK_TYPE = 0xf /* without SOCK_CLOEXEC and SOCK_NONBLOCK */ };

static int fill_filter(scmp_filter_ctx f)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(allowed) && r == 0; i++)
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; i < ARRAY_SIZE(sockets) && r == 0; i++)
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(socket), 2,
				     SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)sockets[i].domain, 0),
				     SCMP_A1(SCMP_CMP_MASKED_EQ, SOCK_TYPE, (scmp_datum_t)sockets[i].type));
	if (r == 0) /* memory, but no code that was not there before */
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (r == 0)
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
				     SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (r == 0) /* the size of a terminal or of a queue: harmless, and some C libraries ask before they write */
		r = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOTTY), SCMP_SYS(ioctl), 0);
	return r;
}

static const int opener_allowed[] = {
	SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(openat2), SCMP_SYS(close), SCMP_SYS(exit_group),
};

static int fill_opener_filter(scmp_filter_ctx f)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(opener_allowed) && r == 0; i++)
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, opener_allowed[i], 0);
	return r;
}

static int only_these_calls(int (*fill)(scmp_filter_ctx f))
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int r = f ? fill(f) : -ENOMEM;

	if (r == 0)
		r = seccomp_load(f);
	seccomp_release(f);
	return r;
}

static int lock(int dirfd, uint64_t handled, int (*fill)(scmp_filter_ctx f), struct err *e)
{
	int r = drop_capabilities();

	if (r < 0)
		return err_sys(e, r, "drop capabilities");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(e, -errno, "no_new_privs");
	r = only_folder(dirfd, handled);
	if (r < 0)
		return err_sys(e, r, "Landlock");
	r = only_these_calls(fill);
	return r < 0 ? err_sys(e, r, "seccomp") : 0;
}

int guestd_lock(int dirfd, struct err *e)
{
	return lock(dirfd, UINT64_MAX, fill_filter, e);
}

int guestd_lock_opener(struct err *e)
{
	return lock(-1, ~(uint64_t)(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR), fill_opener_filter, e);
}
