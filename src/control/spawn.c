/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

static const char guestd_name[] = "vnet-guestd";

const char *spawn_default_program(void)
{
	static char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - sizeof(guestd_name));

	if (n < 0)
		return guestd_name;
	path[n] = '\0';
	strcpy(strrchr(path, '/') + 1, guestd_name);
	return path;
}

const char *spawn_default_user(void)
{
	return getpwnam(guestd_name) ? guestd_name : "nobody";
}

/* The process that becomes guestd. Ends in exec, or in errno through `report`. */
static void run(const struct spawn *s, int report)
{
	char *argv[] = { (char *)s->program, "--root", (char *)s->root, "--user", (char *)s->user, NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), error;
	char pid[32];
	sigset_t none;

	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "1", 1);
	unsetenv("LISTEN_FDNAMES");
	unsetenv("NOTIFY_SOCKET");

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL); /* sd-event blocked the signals that it reads */
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	/* `report` may sit on 3: move it first */
	report = fcntl(report, F_DUPFD_CLOEXEC, 10);
	if (s->listen_fd == 3)
		fcntl(3, F_SETFD, 0);
	else
		dup2(s->listen_fd, 3);
	execv(s->program, argv);
	error = errno;
	if (write(report, &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

/* Two forks: the middle process ends at once, so nobody has to wait for guestd, and its death is seen on the socket. */
static void fork_twice(const struct spawn *s, int report)
{
	setsid();
	pid_t pid = fork();

	if (pid == 0)
		run(s, report);
	_exit(pid < 0 ? 1 : 0);
}

int spawn_detached(const struct spawn *s, struct err *e)
{
	AUTO(fd_close) int read_end = -1;
	AUTO(fd_close) int write_end = -1;
	int both[2], error = 0, status = 0;

	if (pipe2(both, O_CLOEXEC) < 0)
		return err_sys(e, -errno, "start %s", s->program);
	read_end = both[0];
	write_end = both[1];
	pid_t pid = fork();

	if (pid == 0)
		fork_twice(s, write_end);
	if (pid < 0)
		return err_sys(e, -errno, "start %s", s->program);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	fd_close(TAKE_FD(write_end));
	if (read(read_end, &error, sizeof(error)) > 0) /* exec closes the other end: then there is nothing to read */
		return err_sys(e, -error, "start %s", s->program);
	return 0;
}
