/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control/hooks.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

struct hooks {
	struct sd_event *loop;
	char *script, *folder;
	struct hook_run *runs; /* those under way */
};

struct hook_run { /* one row of scripts */
	struct hook_run *next;
	struct hooks *hooks;
	char **scripts;
	size_t n, at;
	char *network, *operation, *suboperation;
	int input, reason; /* files in memory: the XML, and what goes to standard error */
	pid_t pid;
	int pidfd;
	sd_event_source *exited, *limit;
	hook_done done;
	void *arg;
};

struct hooks *hooks_new(const char *root, struct sd_event *loop)
{
	struct hooks *h = mem_new(struct hooks);

	h->loop = loop;
	h->script = mem_printf("%s/etc/vnet/hooks/network", root);
	h->folder = mem_printf("%s/etc/vnet/hooks/network.d", root);
	return h;
}

static void run_free(struct hook_run *r)
{
	for (struct hook_run **at = &r->hooks->runs; *at; at = &(*at)->next) {
		if (*at != r)
			continue;
		*at = r->next;
		break;
	}
	for (size_t i = 0; i < r->n; i++)
		mem_drop(r->scripts[i]);
	mem_drop(r->scripts);
	mem_drop(r->network);
	mem_drop(r->operation);
	mem_drop(r->suboperation);
	fd_close(r->input);
	fd_close(r->reason);
	fd_close(r->pidfd);
	sd_event_source_disable_unref(r->exited);
	sd_event_source_disable_unref(r->limit);
	mem_drop(r);
}

void hooks_free(struct hooks *h)
{
	if (!h)
		return;
	while (h->runs)
		run_free(h->runs);
	mem_drop(h->script);
	mem_drop(h->folder);
	mem_drop(h);
}

/* ---- which scripts ---- */

static void add_script(struct hook_run *r, char *path)
{
	struct stat st;

	if (r->n < HOOK_SCRIPTS_MAX && stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0)
		*mem_push(r->scripts, r->n) = path;
	else
		mem_drop(path);
}

static int visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static void find_scripts(struct hook_run *r)
{
	struct dirent **names = NULL;
	int n;

	add_script(r, mem_strdup(r->hooks->script));
	n = scandir(r->hooks->folder, &names, visible, alphasort);
	for (int i = 0; i < n; i++) {
		add_script(r, mem_printf("%s/%s", r->hooks->folder, names[i]->d_name));
		free(names[i]);
	}
	free(names);
}

/* ---- one script ---- */

static void exec_script(const struct hook_run *r)
{
	char *argv[] = { r->scripts[r->at], r->network, r->operation, r->suboperation, (char *)"-", NULL };
	char *env[] = { (char *)"PATH=/usr/sbin:/usr/bin:/sbin:/bin", (char *)"LC_ALL=C", NULL };
	int null = open("/dev/null", O_WRONLY);
	sigset_t none;

	setpgid(0, 0); /* so that the limit ends what it started, too */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	lseek(r->input, 0, SEEK_SET);
	if (dup2(r->input, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(r->reason, STDERR_FILENO) < 0)
		_exit(126);
	execve(argv[0], argv, env);
	dprintf(STDERR_FILENO, "%s", strerror(errno));
	_exit(127);
}

static void finish(struct hook_run *r, const struct err *why)
{
	hook_done done = r->done;
	void *arg = r->arg;

	run_free(r);
	done(arg, why);
}

/* The last line that the script wrote, for the error's text. */
static void read_reason(const struct hook_run *r, char *out, size_t size)
{
	char text[4 * HOOK_REASON_MAX];
	off_t end = lseek(r->reason, 0, SEEK_END), start = end > (off_t)sizeof(text) ? end - (off_t)sizeof(text) : 0;
	ssize_t n = pread(r->reason, text, sizeof(text) - 1, start);

	text[n > 0 ? n : 0] = '\0';
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' '))
		text[--n] = '\0';
	const char *line = strrchr(text, '\n');

	line = line ? line + 1 : text;
	log_escape(line, strlen(line), out, size);
}

static void failed(struct hook_run *r, const char *how)
{
	char reason[HOOK_REASON_MAX];
	struct err e;

	read_reason(r, reason, sizeof(reason));
	err_set(&e, VNET_ERR_OPERATION_FAILED, "hook %s %s %s: %s%s%s", r->scripts[r->at], r->operation,
		r->suboperation, how, reason[0] ? ": " : "", reason);
	finish(r, &e);
}

static void start_next(struct hook_run *r);

static int on_exit_of(sd_event_source *s, int fd, uint32_t events, void *arg)
{
	struct hook_run *r = arg;
	siginfo_t info = { 0 };
	char how[64];

	(void)s, (void)fd, (void)events;
	if (waitid(P_PIDFD, (id_t)r->pidfd, &info, WEXITED | WNOHANG) < 0 || info.si_pid == 0)
		return 0;
	r->exited = sd_event_source_disable_unref(r->exited);
	r->limit = sd_event_source_disable_unref(r->limit);
	fd_close(TAKE_FD(r->pidfd));
	if (info.si_code == CLD_EXITED && info.si_status == 0) {
		r->at++;
		start_next(r);
		return 0;
	}
	snprintf(how, sizeof(how), info.si_code == CLD_EXITED ? "exit status %d" : "ended by signal %d",
		 info.si_status);
	failed(r, how);
	return 0;
}

static int on_limit(sd_event_source *s, uint64_t now, void *arg)
{
	struct hook_run *r = arg;

	(void)s, (void)now;
	log_warn("hook: %s %s: killed after %d s", r->scripts[r->at], r->operation, HOOK_LIMIT_S);
	kill(-r->pid, SIGKILL);
	return 0;
}

static int start_script(struct hook_run *r)
{
	r->pid = fork();
	if (r->pid == 0)
		exec_script(r);
	if (r->pid < 0)
		return -errno;
	setpgid(r->pid, r->pid);
	r->pidfd = (int)syscall(SYS_pidfd_open, r->pid, 0);
	if (r->pidfd < 0)
		return -errno;
	int k = sd_event_add_io(r->hooks->loop, &r->exited, r->pidfd, EPOLLIN, on_exit_of, r);

	if (k >= 0)
		k = sd_event_add_time_relative(r->hooks->loop, &r->limit, CLOCK_MONOTONIC, HOOK_LIMIT_S * 1000000ULL, 0,
					       on_limit, r);
	return k;
}

static void start_next(struct hook_run *r)
{
	if (r->at == r->n) {
		finish(r, NULL);
		return;
	}
	if (ftruncate(r->reason, 0) < 0 || lseek(r->reason, 0, SEEK_SET) < 0 || start_script(r) < 0)
		failed(r, "could not be started");
}

static int memory_file(const char *name, const char *text)
{
	int fd = memfd_create(name, MFD_CLOEXEC);
	size_t len = strlen(text);

	if (fd >= 0 && write(fd, text, len) != (ssize_t)len) {
		fd_close(fd);
		return -1;
	}
	return fd;
}

static int on_first(sd_event_source *s, uint64_t now, void *arg)
{
	struct hook_run *r = arg;

	(void)s, (void)now;
	r->limit = sd_event_source_disable_unref(r->limit);
	start_next(r);
	return 0;
}

int hooks_run(struct hooks *h, const struct hook_call *call, hook_done done, void *arg)
{
	struct hook_run *r = mem_new(struct hook_run);

	r->hooks = h;
	r->pidfd = r->input = r->reason = -1;
	find_scripts(r);
	if (r->n == 0) {
		run_free(r);
		return 0;
	}
	r->next = h->runs;
	h->runs = r;
	r->network = mem_strdup(call->network);
	r->operation = mem_strdup(call->operation);
	r->suboperation = mem_strdup(call->suboperation);
	r->done = done;
	r->arg = arg;
	r->input = memory_file("hook-input", call->xml);
	r->reason = memory_file("hook-reason", "");
	/* the first starts from the loop: `done` is never called before we return */
	if (sd_event_add_time_relative(h->loop, &r->limit, CLOCK_MONOTONIC, 0, 0, on_first, r) < 0) {
		run_free(r);
		return 0;
	}
	return 1;
}
