/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The listening sockets: where they are, who may use them, whose they are at the end. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>
#include <cmocka.h>

#include "../peer/stub_control.h"
#include "api/server.h"
#include "base/stream.h"

struct place {
	char root[32];
	char rw[96], ro[96];
	struct control *control;
	struct sd_event *loop;
};

static int place_up(void **state)
{
	struct place *p = mem_new(struct place);

	strcpy(p->root, "/tmp/vnet-test-XXXXXX");
	assert_non_null(mkdtemp(p->root));
	snprintf(p->rw, sizeof(p->rw), "%s/run/vnet/vnetd-sock", p->root);
	snprintf(p->ro, sizeof(p->ro), "%s/run/vnet/vnetd-sock-ro", p->root);
	p->control = stub_new();
	assert_true(sd_event_new(&p->loop) >= 0);
	*state = p;
	return 0;
}

static int place_down(void **state)
{
	struct place *p = *state;
	AUTO(mem_drop) char *rm = mem_printf("rm -rf %s", p->root);

	sd_event_unref(p->loop);
	control_free(p->control);
	mem_drop(p);
	return system(rm);
}

static bool is_socket(const char *path, mode_t mode)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISSOCK(st.st_mode) && (st.st_mode & 0777) == mode;
}

static struct api_server *open_server(struct place *p)
{
	struct api_server *s = NULL;
	struct err e = { 0 };

	if (api_server_open(p->root, false, p->loop, p->control, &s, &e) < 0)
		fail_msg("%s", e.detail);
	return s;
}

static void sockets_are_made_and_removed(void **state)
{
	struct place *p = *state;
	struct api_server *s = open_server(p);

	assert_true(is_socket(p->rw, 0660));
	assert_true(is_socket(p->ro, 0666));
	api_server_free(s);
	assert_int_equal(access(p->rw, F_OK), -1);
	assert_int_equal(access(p->ro, F_OK), -1);
}

/* A daemon that was killed leaves its files; a living one is left alone. */
static void only_a_dead_ones_place_is_taken(void **state)
{
	struct place *p = *state;
	struct api_server *second = NULL, *s = open_server(p);
	struct err e = { 0 };

	assert_int_equal(api_server_open(p->root, false, p->loop, p->control, &second, &e), -1);
	assert_non_null(strstr(e.detail, "another daemon listens on "));
	assert_true(is_socket(p->rw, 0660));
	api_server_free(s);

	int left = stream_listen(p->rw, 0600);

	close(left);
	api_server_free(open_server(p));
}

/* Is the connection still served? */
static bool alive(struct place *p, int fd)
{
	char c;

	while (sd_event_run(p->loop, 0) > 0)
		;
	return recv(fd, &c, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

static void clients_come_and_go(void **state)
{
	struct place *p = *state;
	struct api_server *s = open_server(p);
	int fds[40];

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = stream_connect(i % 2 ? p->ro : p->rw);
		assert_true(fds[i] >= 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		assert_true(alive(p, fds[i]));
	for (size_t i = 0; i < ARRAY_SIZE(fds) / 2; i++)
		close(fds[i]);
	assert_true(alive(p, fds[39]));
	api_server_free(s); /* with clients on it */
	for (size_t i = ARRAY_SIZE(fds) / 2; i < ARRAY_SIZE(fds); i++) {
		assert_false(alive(p, fds[i]));
		close(fds[i]);
	}
}

/* What systemd hands over, here in the other order than ours: descriptors 3 and 4, with names. */
static int run_activated(struct place *p, const char *names, const char *own)
{
	AUTO(mem_drop) char *not_made = mem_printf("%s/run/%s", p->root, own);
	AUTO(mem_drop) char *pid = mem_printf("%d", getpid());
	AUTO(mem_drop) char *rw = mem_printf("%s/given", p->root), *ro = mem_printf("%s/given-ro", p->root);
	int given = stream_listen(rw, 0600), given_ro = stream_listen(ro, 0666);
	int ro_copy = fcntl(given_ro, F_DUPFD, 100), copy = fcntl(given, F_DUPFD, 100);

	sd_event_unref(p->loop); /* its descriptors may be 3 and 4 */
	dup2(ro_copy, 3);
	dup2(copy, 4);
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "2", 1);
	setenv("LISTEN_FDNAMES", names, 1);
	sd_event_new(&p->loop);
	struct api_server *s = NULL;
	struct err e = { 0 };

	if (api_server_open(p->root, false, p->loop, p->control, &s, &e) < 0)
		return 1;
	if (access(not_made, F_OK) == 0)
		return 2; /* it made its own */
	int fd = stream_connect(rw), fd_ro = stream_connect(ro);

	if (!alive(p, fd) || !alive(p, fd_ro))
		return 3;
	send(fd, "\0\4\0\1", 4, 0); /* a length that only the read-write socket takes */
	send(fd_ro, "\0\4\0\1", 4, 0);
	if (!alive(p, fd) || alive(p, fd_ro))
		return 4;
	api_server_free(s);
	return is_socket(rw, 0600) && is_socket(ro, 0666) ? 0 : 5; /* systemd's, not ours to remove */
}

static void expect_activated(void **state, const char *names, const char *own)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(run_activated(*state, names, own));
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void activated_sockets_are_used(void **state)
{
	expect_activated(state, "vnetd-ro.socket:vnetd.socket", "vnet/vnetd-sock");
}

static void activated_libvirt_sockets_are_used(void **state)
{
	expect_activated(state, "virtnetworkd-ro.socket:virtnetworkd.socket", "libvirt");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sockets_are_made_and_removed, place_up, place_down),
		cmocka_unit_test_setup_teardown(only_a_dead_ones_place_is_taken, place_up, place_down),
		cmocka_unit_test_setup_teardown(clients_come_and_go, place_up, place_down),
		cmocka_unit_test_setup_teardown(activated_sockets_are_used, place_up, place_down),
		cmocka_unit_test_setup_teardown(activated_libvirt_sockets_are_used, place_up, place_down),
	};

	return cmocka_run_group_tests_name("api server", tests, NULL, NULL);
}
