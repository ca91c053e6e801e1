/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* guestd/sandbox: a child locks itself in and then tries what an intruder would, and what the program itself needs. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/landlock.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "guestd/sandbox.h"
#include "lease/db.h"

enum { REFUSED = 10, DONE, NO_LOCK };

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#define SANITIZED __has_feature(address_sanitizer)
#else
#define SANITIZED 0
#endif

static char folder[] = "/tmp/test_sandbox.XXXXXX";
static struct lease_db *db; /* opened before the lock, as the program does */
static int bridges = -1;    /* that hears of them: vnetd opens it, with its rights */

static int report(long r)
{
	return r < 0 && (errno == EACCES || errno == EPERM) ? REFUSED : DONE;
}

static int open_passwd(void)
{
	return report(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static int make_file_outside(void)
{
	return report(open("/tmp/test_sandbox.outside", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
}

static int netlink(void)
{
	return report(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
}

/* Of a link that is not there: who may would be told that. */
static int delete_link(void)
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg link;
	} ask = { { sizeof(ask), RTM_DELLINK, NLM_F_REQUEST | NLM_F_ACK, 1, 0 }, { .ifi_index = INT_MAX } };
	struct {
		struct nlmsghdr h;
		struct nlmsgerr err;
		char rest[512];
	} answer;

	if (send(bridges, &ask, sizeof(ask), 0) < 0 || recv(bridges, &answer, sizeof(answer), 0) < 0)
		return DONE;
	errno = -answer.err.error;
	return report(-1);
}

static int raw_socket(void)
{
	return report(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, 1));
}

static int packet_socket(void)
{
	return report(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
}

static int run_shell(void)
{
	return report(execl("/bin/true", "true", NULL));
}

static int fork_child(void)
{
	return report(fork());
}

static int trace_parent(void)
{
	return report(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}

static int make_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? REFUSED
													 : DONE;
}

static int kill_parent(void)
{
	return report(kill(getppid(), 0));
}

static int change_user(void)
{
	return report(setresuid(0, 0, 0));
}

static int udp_socket(void)
{
	return report(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

static int tcp6_socket(void)
{
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 && errno == EAFNOSUPPORT ? DONE : report(fd);
}

static int store_leases(void)
{
	struct lease_clock now = { .boot_s = 1000, .unix_s = 1700000000 };

	for (uint32_t i = 1; i < 3000; i++) { /* enough to fill and to fold back the write-ahead log */
		struct lease l = {
			.addr = i, .state = LEASE_BOUND, .expiry = 2000, .id = { (const uint8_t *)"id", 2 }
		};

		if (lease_db_put(db, &(struct uuid){ "x" }, &l, &now) < 0 || (i % 50 == 0 && lease_db_commit(db) < 0))
			return REFUSED;
	}
	return lease_db_commit(db) == 0 ? DONE : REFUSED;
}

static int close_leases(void)
{
	lease_db_close(db); /* unlinks the log */
	return access("leases.db-wal", F_OK) < 0 && errno == ENOENT ? DONE : REFUSED;
}

static int open_by_openat2(uint64_t flags)
{
	struct open_how how = { .flags = flags | O_CLOEXEC, .mode = flags & O_CREAT ? 0600 : 0 };

	return report(syscall(SYS_openat2, AT_FDCWD, "opener.file", &how, sizeof(how)));
}

static int make_a_file(void)
{
	return open_by_openat2(O_CREAT | O_WRONLY);
}

static int write_a_file(void)
{
	return open_by_openat2(O_WRONLY);
}

static int read_a_file(void)
{
	return open_by_openat2(O_RDONLY);
}

static int plain_open(void)
{
	return report(syscall(SYS_openat, AT_FDCWD, "opener.file", O_RDONLY));
}

static const struct {
	const char *name;
	int (*attempt)(void);
	bool needs_landlock;
	int want;
	int (*lock)(struct err *e); /* NULL: as the program that reads guests' packets */
} cases[] = {
	{ "read /etc/passwd", open_passwd, true, REFUSED, NULL },
	{ "make a file outside", make_file_outside, true, REFUSED, NULL },
	{ "netlink socket", netlink, false, REFUSED, NULL },
	{ "change links by the socket that it has", delete_link, false, REFUSED, NULL },
	{ "raw socket", raw_socket, false, REFUSED, NULL },
	{ "packet socket", packet_socket, false, REFUSED, NULL },
	{ "run a program", run_shell, false, REFUSED, NULL },
	{ "fork", fork_child, false, REFUSED, NULL },
	{ "ptrace", trace_parent, false, REFUSED, NULL },
	{ "executable memory", make_code, false, REFUSED, NULL },
	{ "send a signal", kill_parent, false, REFUSED, NULL },
	{ "become root", change_user, false, REFUSED, NULL },
	{ "UDP socket", udp_socket, false, DONE, NULL },
	{ "TCP socket over IPv6", tcp6_socket, false, DONE, NULL },
	{ "store leases", store_leases, false, DONE, NULL },
	{ "close the database", close_leases, false, DONE, NULL },
	{ "opener: read a file", read_a_file, false, DONE, guestd_lock_opener },
	{ "opener: write to it", write_a_file, true, REFUSED, guestd_lock_opener },
	{ "opener: make one", make_a_file, true, REFUSED, guestd_lock_opener },
	{ "opener: open by another call", plain_open, false, REFUSED, guestd_lock_opener },
	{ "opener: UDP socket", udp_socket, false, REFUSED, guestd_lock_opener },
	{ "opener: netlink socket", netlink, false, REFUSED, guestd_lock_opener },
	{ "opener: run a program", run_shell, false, REFUSED, guestd_lock_opener },
	{ "opener: executable memory", make_code, false, REFUSED, guestd_lock_opener },
	{ "opener: send a signal", kill_parent, false, REFUSED, guestd_lock_opener },
};

static void child(size_t row, int dirfd)
{
	struct err e = { 0 };
	AUTO(mem_drop) char *path = mem_printf("%s/leases.db", folder);

	bridges = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0 });
	if (fchdir(dirfd) < 0 || lease_db_open(path, &db) < 0 ||
	    close(open("opener.file", O_CREAT | O_CLOEXEC, 0600)) < 0 ||
	    (cases[row].lock ? cases[row].lock(&e) : guestd_lock(dirfd, &e)) < 0) {
		dprintf(STDERR_FILENO, "%s\n", e.detail);
		_exit(NO_LOCK);
	}
	_exit(cases[row].attempt());
}

/* Killed for a system call that is not on the list counts as refused. */
static int outcome(size_t row, int dirfd)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		child(row, dirfd);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS ? REFUSED : -WTERMSIG(status);
	return WEXITSTATUS(status);
}

static void locked_in(void **state)
{
	bool landlock = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
	AUTO(fd_close) int dirfd = -1;

	(void)state;
	if (SANITIZED) {
		print_message("skip: a sanitizer makes system calls of its own, which the sandbox refuses\n");
		skip();
	}
	assert_non_null(mkdtemp(folder));
	dirfd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (cases[i].needs_landlock && !landlock) {
			print_message("skip %s: this kernel has no Landlock\n", cases[i].name);
			continue;
		}
		int got = outcome(i, dirfd);

		if (got != cases[i].want)
			fail_msg("%s: got %d", cases[i].name, got);
	}
	AUTO(mem_drop) char *rm = mem_printf("rm -rf %s", folder);

	assert_int_equal(system(rm), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(locked_in) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
