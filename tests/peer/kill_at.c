/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kill_at PID N COMMAND ARGS... - traces the process PID, which has one thread; when it waits in its event loop, runs the
 * command; lets the process enter N system calls and kills it by SIGKILL in place of the next one, which does not happen.
 * Waiting, receiving and memory (epoll_wait, recvmsg, mmap ..) don't count: their number varies, and as they change
 * nothing outside the process, a death there is one at the next call that counts.
 * Prints one line:
 *   killed CALL STATUS      in place of this call; STATUS is the command's exit status
 *   unharmed CALLS STATUS   the process was idle again before that; it goes on, untraced
 * Exits 0 after either, 77 where tracing is not permitted, 1 for other errors. ptrace(2) */
#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/ptrace.h>

enum {
	LIMIT_S = 20, /* SIGALRM ends us, and with us the tracing */
	IDLE_MS = 20, /* no system call for so long: it has nothing to do */
};

struct trace {
	pid_t pid, command; /* command 0: not yet, the process has something of its own to do */
	long left, entered; /* calls that it may still enter, that it entered */
	int status;         /* of the command; -1: it runs */
};

static int die(const char *what)
{
	int why = errno;

	fprintf(stderr, "kill_at: %s: %s\n", what, strerror(why));
	exit(why == EPERM || why == ENOSYS ? 77 : 1);
}

static pid_t start(char **argv)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid > 0)
		return pid;
	dup2(STDERR_FILENO, STDOUT_FILENO); /* our own output is one line */
	execvp(argv[0], argv);
	_exit(127);
}

/* The next event of ours; while no command runs, waits only IDLE_MS. 0: nothing happened. */
static pid_t next_event(const struct trace *t, int *status)
{
	static const struct timespec ms = { .tv_nsec = 1000000 };
	pid_t pid;

	if (t->command && t->status < 0)
		return waitpid(-1, status, __WALL);
	for (int i = 0; (pid = waitpid(-1, status, __WALL | WNOHANG)) == 0 && i < IDLE_MS; i++)
		nanosleep(&ms, NULL);
	return pid;
}

static void attach(struct trace *t)
{
	int status;

	if (ptrace(PTRACE_SEIZE, t->pid, NULL, PTRACE_O_TRACESYSGOOD) < 0 ||
	    ptrace(PTRACE_INTERRUPT, t->pid, NULL, NULL) < 0)
		die("trace the process");
	if (waitpid(t->pid, &status, __WALL) != t->pid || !WIFSTOPPED(status))
		die("stop the process");
}

static void detach(const struct trace *t)
{
	int status;

	ptrace(PTRACE_INTERRUPT, t->pid, NULL, NULL);
	waitpid(t->pid, &status, __WALL);
	ptrace(PTRACE_DETACH, t->pid, NULL, NULL);
}

static int command_ended(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void kill_and_tell(struct trace *t, unsigned long long call)
{
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)call);
	int status;

	kill(t->pid, SIGKILL); /* a call whose entry is being reported is skipped (ptrace(2)) */
	waitpid(t->pid, &status, __WALL);
	if (t->status < 0 && waitpid(t->command, &status, 0) == t->command)
		t->status = command_ended(status);
	printf("killed %s %d\n", name ? name : "?", t->status);
	free(name);
}

static bool counts(const struct trace *t, unsigned long long call)
{
	static const unsigned short free_of_charge[] = {
#ifdef SYS_epoll_wait /* newer architectures have epoll_pwait alone */
		SYS_epoll_wait,
#endif
		SYS_epoll_pwait, SYS_recvmsg, SYS_mmap, SYS_munmap, SYS_mprotect, SYS_madvise, SYS_brk,
	};

	for (size_t i = 0; i < sizeof(free_of_charge) / sizeof(free_of_charge[0]); i++)
		if (call == free_of_charge[i])
			return false;
	return t->command != 0;
}

/* The process stands still: at a call's entry it is counted. False: that was its end. */
static bool on_stop(struct trace *t, int status)
{
	struct ptrace_syscall_info info;
	int signal = WSTOPSIG(status);

	if (signal != (SIGTRAP | 0x80)) { /* a signal is its own business; our first stop has none to deliver */
		ptrace(PTRACE_SYSCALL, t->pid, NULL, status >> 16 ? 0 : signal);
		return true;
	}
	if (ptrace(PTRACE_GET_SYSCALL_INFO, t->pid, sizeof(info), &info) < 0)
		die("read the system call");
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY && counts(t, info.entry.nr)) {
		if (t->left-- == 0) {
			kill_and_tell(t, info.entry.nr);
			return false;
		}
		t->entered++;
	}
	ptrace(PTRACE_SYSCALL, t->pid, NULL, NULL);
	return true;
}

/* Until it is idle. False: it is dead, as told. */
static bool watch(struct trace *t)
{
	int status;

	for (pid_t pid; (pid = next_event(t, &status)) > 0;) {
		if (pid == t->command)
			t->status = command_ended(status);
		else if (!WIFSTOPPED(status))
			die("the process ended by itself");
		else if (!on_stop(t, status))
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct trace t = { .status = -1 };

	if (argc < 4) {
		fprintf(stderr, "usage: kill_at PID N COMMAND ARGS...\n");
		return 1;
	}
	t.pid = atoi(argv[1]);
	t.left = atol(argv[2]);
	alarm(LIMIT_S);
	attach(&t);
	ptrace(PTRACE_SYSCALL, t.pid, NULL, NULL);
	if (!watch(&t))
		return 1;
	t.command = start(argv + 3);
	if (watch(&t)) {
		detach(&t);
		printf("unharmed %ld %d\n", t.entered, t.status);
	}
	return 0;
}
