/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One connection as its peer sees it: a real api_client on a socket pair, a control without a kernel behind it. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>
#include <cmocka.h>

#include "../peer/stub_control.h"
#include "api/client.h"
#include "base/file.h"
#include "base/stream.h"

enum { ANSWER_MAX = 4 << 20 };

struct link {
	struct control *control;
	struct sd_event *loop;
	struct api_client *client;
	bool gone;
	int peer;
};

static void on_gone(struct api_client *client, void *arg)
{
	struct link *l = arg;

	api_client_free(client);
	l->client = NULL;
	l->gone = true;
}

static void link_up(struct link *l, bool read_only)
{
	int pair[2];

	*l = (struct link){ .control = stub_new() };
	assert_true(sd_event_new(&l->loop) >= 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
	l->peer = pair[1];
	l->client = api_client_new(pair[0], read_only, l->control, l->loop, on_gone, l);
	assert_non_null(l->client);
}

static void link_down(struct link *l)
{
	api_client_free(l->client);
	fd_close(l->peer);
	control_free(l->control);
	sd_event_unref(l->loop);
}

static void define(struct link *l, const char *xml, bool active)
{
	struct control_net n;
	struct err e;

	assert_int_equal(control_define(l->control, xml, strlen(xml), &n, &e), 0);
	l->control->nets[l->control->n_nets - 1].active = active;
}

static const char iso0[] = "<network>\n  <name>iso0</name>\n  <uuid>11111111-2222-3333-4444-555555555501</uuid>\n"
			   "  <bridge name='virbr0'/>\n</network>\n";
static const uint8_t iso0_uuid[16] = { 0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33,
				       0x44, 0x44, 0x55, 0x55, 0x55, 0x55, 0x55, 0x01 };

/* Lets the loop run until nothing happens any more. */
static void settle(struct link *l)
{
	while (sd_event_run(l->loop, 0) > 0)
		;
}

/* Sends all of `in` while reading what comes; returns how much came to `out` until all was quiet. */
static size_t talk(struct link *l, const void *in, size_t len, uint8_t *out)
{
	size_t sent = 0, got = 0;

	for (bool moved = true; moved;) {
		ssize_t n = sent < len ? send(l->peer, (const uint8_t *)in + sent, len - sent, MSG_NOSIGNAL) : 0;

		moved = n > 0;
		sent += n > 0 ? (size_t)n : 0;
		settle(l);
		n = recv(l->peer, out + got, ANSWER_MAX - got, 0);
		moved |= n > 0;
		got += n > 0 ? (size_t)n : 0;
	}
	return got;
}

/* One call as a frame with its length word. */
static size_t frame(uint8_t *out, size_t size, uint32_t program, int32_t number, uint32_t serial, const void *args)
{
	const struct rpc_proc *p = rpc_proc_find(program, number);
	struct rpc_header h = { program, RPC_VERSION, number, RPC_CALL, serial, RPC_OK };
	AUTO(mem_drop) char *body = NULL;
	struct wr w = wr_make(out, size);
	size_t len;

	assert_int_equal(rpc_encode(&h, 0, p->args, args, &body, &len), 0);
	wr_be32(&w, (uint32_t)len + 4);
	wr_bytes(&w, body, len);
	assert_false(w.full);
	return wr_len(&w);
}

/* Calls and gives the answer's header and payload. */
static struct rpc_header call(struct link *l, uint32_t program, int32_t number, const void *args, struct view *payload)
{
	static uint8_t answer[ANSWER_MAX];
	uint8_t out[1024];
	struct rpc_header h;
	size_t n = talk(l, out, frame(out, sizeof(out), program, number, 7, args), answer);
	struct rd r = rd_make(answer, n);

	assert_int_equal(rd_be32(&r), n);
	assert_int_equal(rpc_header_get(&r, &h), 0);
	assert_int_equal(h.serial, 7);
	*payload = rd_rest(&r);
	return h;
}

static void open_connection(struct link *l, unsigned flags)
{
	rpc_text uri = (char *)"network:///system";
	struct remote_open_args a = { .uri = &uri, .flags = flags };
	struct view none;

	assert_int_equal(call(l, RPC_PROGRAM_REMOTE, REMOTE_OPEN, &a, &none).status, RPC_OK);
}

static struct remote_net net_iso0(void)
{
	struct remote_net n = { .name = (char *)"iso0" };

	memcpy(n.uuid, iso0_uuid, sizeof(n.uuid));
	return n;
}

/* The calls that change something are refused on a read-only connection, whichever way it became one. */
static void read_only_changes_nothing(void **state)
{
	(void)state;
	for (int by_socket = 0; by_socket < 2; by_socket++) {
		const struct rpc_proc *p;
		struct link l;

		link_up(&l, by_socket);
		define(&l, iso0, false);
		open_connection(&l, !by_socket);
		for (size_t i = 0; (p = rpc_proc_at(i)); i++) {
			uint64_t args[RPC_BODY_MAX / 8] = { 0 };
			struct remote_error e = { 0 };
			struct view payload;

			if (!(p->rights & RPC_WRITES))
				continue;
			struct rpc_header h = call(&l, p->program, p->number, args, &payload);

			assert_int_equal(rpc_decode((xdrproc_t)xdr_remote_error, payload, &e), 0);
			if (h.status != RPC_ERROR || e.code != VNET_ERR_OPERATION_DENIED || !strstr(*e.message, p->api))
				fail_msg("%s: %d %s", p->api, e.code, *e.message);
			xdr_free((xdrproc_t)xdr_remote_error, (char *)&e);
		}
		assert_false(l.control->nets[0].active);
		link_down(&l);
	}
}

/* Before it is opened, a connection answers only what must come before. */
static void nothing_works_before_open(void **state)
{
	const struct rpc_proc *p;
	struct link l;

	(void)state;
	link_up(&l, false);
	for (size_t i = 0; (p = rpc_proc_at(i)); i++) {
		uint64_t args[RPC_BODY_MAX / 8] = { 0 };
		struct remote_error e = { 0 };
		struct view payload;

		if (p->rights & RPC_UNOPENED)
			continue;
		struct rpc_header h = call(&l, p->program, p->number, args, &payload);

		assert_int_equal(rpc_decode((xdrproc_t)xdr_remote_error, payload, &e), 0);
		if (h.status != RPC_ERROR || strcmp(*e.message, "internal error: connection not open") != 0)
			fail_msg("%s: %s", p->api, *e.message);
		xdr_free((xdrproc_t)xdr_remote_error, (char *)&e);
	}
	link_down(&l);
}

/* Frames after which nothing can be trusted. */
static void hostile_frames_end_the_connection(void **state)
{
	static const struct {
		const char *name;
		uint8_t bytes[40];
		size_t len;
		bool read_only;
	} cases[] = {
		{ "length 3", { 0, 0, 0, 3 }, 4, false },
		{ "length 4", { 0, 0, 0, 4 }, 4, false },
		{ "short header", { 0, 0, 0, 16, 0x20, 0, 0x80, 0x86 }, 16, false },
		{ "length over the limit", { 2, 0, 0, 5 }, 4, false },
		{ "a read-only peer's is smaller", { 0, 4, 0, 1 }, 4, true },
		{ "descriptors without a count", { 0, 0, 0, 28, 0x20, 0, 0x80, 0x86, [19] = 4 }, 28, false },
		{ "33 descriptors", { 0, 0, 0, 32, 0x20, 0, 0x80, 0x86, [19] = 4, [31] = 33 }, 32, false },
		{ "descriptors that are bytes", { 0, 0, 0, 32, 0x20, 0, 0x80, 0x86, [19] = 4, [31] = 1 }, 33, false },
	};
	static uint8_t out[ANSWER_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct link l;

		link_up(&l, cases[i].read_only);
		size_t n = talk(&l, cases[i].bytes, cases[i].len, out);

		if (n || !l.gone)
			fail_msg("%s: %zu bytes came, %s", cases[i].name, n, l.gone ? "closed" : "still open");
		link_down(&l);
	}
}

static void close_is_answered_then_closed(void **state)
{
	static uint8_t out[ANSWER_MAX];
	uint8_t in[64];
	struct link l;

	(void)state;
	link_up(&l, false);
	size_t n = frame(in, sizeof(in), RPC_PROGRAM_REMOTE, REMOTE_CLOSE, 1, NULL);

	n += frame(in + n, sizeof(in) - n, RPC_PROGRAM_REMOTE, REMOTE_AUTH_LIST, 2, NULL); /* too late */
	assert_int_equal(talk(&l, in, n, out), 28);
	assert_true(l.gone);
	link_down(&l);
}

/* Thousands of calls in one go are all answered, in order, in bounded turns of the loop. */
static void pipelined_calls_are_answered(void **state)
{
	enum { CALLS = 5000 };
	static uint8_t in[CALLS * 28], out[ANSWER_MAX];
	struct link l;
	size_t n = 0;

	(void)state;
	for (uint32_t i = 0; i < CALLS; i++)
		n += frame(in + n, sizeof(in) - n, RPC_PROGRAM_REMOTE, REMOTE_AUTH_LIST, i, NULL);
	link_up(&l, false);
	size_t got = talk(&l, in, n, out);
	struct rd r = rd_make(out, got);

	for (uint32_t i = 0; i < CALLS; i++) {
		struct rpc_header h;

		assert_int_equal(rd_be32(&r), 36);
		assert_int_equal(rpc_header_get(&r, &h), 0);
		assert_int_equal(h.serial, i);
		rd_take(&r, 8);
	}
	assert_int_equal(rd_left(&r), 0);
	link_down(&l);
}

/* A peer that sends and never reads costs a bounded queue; once it reads, it gets everything. */
static void slow_reader_is_not_read_from(void **state)
{
	static uint8_t out[ANSWER_MAX];
	AUTO(mem_drop)
	char *big = mem_printf("<name>big</name><uuid>11111111-2222-3333-4444-555555555501</uuid>%200000d", 1);
	struct remote_net_flags a = { .net = net_iso0() };
	uint8_t in[128];
	struct link l;
	unsigned sent = 0;
	size_t got = 0;

	(void)state;
	link_up(&l, false);
	define(&l, big, true);
	open_connection(&l, 0);
	size_t n = frame(in, sizeof(in), RPC_PROGRAM_REMOTE, REMOTE_NETWORK_GET_XML, 1, &a);

	while (send(l.peer, in, n, MSG_NOSIGNAL) == (ssize_t)n) {
		settle(&l);
		sent++;
	}
	assert_false(l.gone);
	assert_true(sent > 5);
	for (size_t more; (more = talk(&l, NULL, 0, out)) > 0;)
		got += more;
	assert_int_equal(got, sent * (28 + 4 + (strlen(big) + 3) / 4 * 4));
	link_down(&l);
}

/* Descriptors that nobody asked for are taken off the stream and closed, the call is answered. */
static void descriptors_of_a_call_are_closed(void **state)
{
	static uint8_t answer[ANSWER_MAX];
	struct rpc_header h = { RPC_PROGRAM_REMOTE, RPC_VERSION, REMOTE_AUTH_LIST, RPC_CALL_FDS, 3, RPC_OK };
	AUTO(mem_drop) char *body = NULL;
	struct link l;
	size_t len;
	int p[2];

	(void)state;
	link_up(&l, false);
	struct stream *s = stream_new(dup(l.peer), RPC_FRAME_MAX);

	assert_int_equal(pipe(p), 0);
	assert_int_equal(rpc_encode(&h, 1, NULL, NULL, &body, &len), 0);
	stream_put(s, body, len, &p[1], 1);
	assert_int_equal(stream_flush(s), 0);
	assert_int_equal(talk(&l, NULL, 0, answer), 36);
	fcntl(p[0], F_SETFL, O_NONBLOCK);
	assert_int_equal(read(p[0], answer, 1), 0); /* the end of the pipe: all writers are closed */
	close(p[0]);
	stream_free(s);
	link_down(&l);
}

static void tap_comes_with_its_queues(void **state)
{
	struct vnet_tap_add_args a = { .net = net_iso0(), .owner = UINT32_MAX, .queues = 2 };
	struct vnet_tap_row row = { 0 };
	struct rpc_header h;
	char name[16] = "";
	struct view body;
	uint8_t out[256];
	int fds[2];
	struct link l;

	(void)state;
	link_up(&l, false);
	define(&l, iso0, true);
	open_connection(&l, 0);
	struct stream *s = stream_new(dup(l.peer), RPC_FRAME_MAX);
	size_t n = frame(out, sizeof(out), RPC_PROGRAM_VNET, VNET_PROC_TAP_ADD, 9, &a);

	assert_int_equal(send(l.peer, out, n, 0), n);
	settle(&l);
	while (stream_fill(s) == 0)
		;
	assert_int_equal(stream_peek(s, &body), 1);
	struct rd r = rd_make(body.p, body.len);

	assert_int_equal(rpc_header_get(&r, &h), 0);
	assert_int_equal(h.type, RPC_REPLY_FDS);
	assert_int_equal(rpc_header_fds(&h, &r), 2);
	assert_int_equal(rpc_decode((xdrproc_t)xdr_vnet_tap_row, rd_rest(&r), &row), 0);
	assert_string_equal(row.name, "vnet0");
	assert_int_equal(stream_consume(s, fds, 2), 1);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(read(fds[i], name, sizeof(name)), 5);
		assert_string_equal(name, "vnet0");
		close(fds[i]);
	}
	xdr_free((xdrproc_t)xdr_vnet_tap_row, (char *)&row);
	stream_free(s);
	link_down(&l);
}

#define DHCP_NET(top, hosts)                                                                                           \
	"<network>\n  <name>iso0</name>\n  <uuid>11111111-2222-3333-4444-555555555501</uuid>\n" top                    \
	"  <bridge name='virbr0'/>\n  <ip address='192.0.2.1' netmask='255.255.255.0'>\n    <dhcp>\n"                  \
	"      <range start='192.0.2.100' end='192.0.2.200'/>\n" hosts "    </dhcp>\n  </ip>\n</network>\n"
#define HOST_21 "      <host mac='52:54:00:00:00:21' name='h21' ip='192.0.2.21'/>\n"

static const char dhcp_net[] = DHCP_NET("", ""), host_net[] = DHCP_NET("", HOST_21),
		  titled_net[] = DHCP_NET("  <title>Lab net</title>\n", "");

/* Sessions that libvirt's clients had with libvirt's daemon: ours gives the same bytes. */
static const struct {
	const char *stem;
	bool active; /* the network, when the session began */
} sessions[] = {
	{ "n113-capabilities", true },
	{ "n113-err-define-noname", true },
	{ "n113-err-destroy-inactive", false },
	{ "n113-err-net-desc-get", true },
	{ "n113-err-net-metadata-none", true },
	{ "n113-err-no-network", true },
	{ "n113-err-no-network-uuid", true },
	{ "n113-err-start-active", true },
	{ "n113-err-update-section", true },
	{ "n113-hostname", true },
	{ "n113-list", true },
	{ "n113-net-autostart", true },
	{ "n113-net-autostart-off", true },
	{ "n113-net-create", true },
	{ "n113-net-define", true },
	{ "n113-net-define-again", true },
	{ "n113-net-define-validate-ok", true },
	{ "n113-net-desc-set", true },
	{ "n113-net-destroy", true },
	{ "n113-net-dhcp-leases", false },
	{ "n113-net-dhcp-leases-inactive", false },
	{ "n113-net-dhcp-leases-mac", true },
	{ "n113-net-dumpxml", true },
	{ "n113-net-dumpxml-inactive", true },
	{ "n113-net-dumpxml-with-port", true },
	{ "n113-net-edit", true },
	{ "n113-net-list-active", true },
	{ "n113-net-list-all", true },
	{ "n113-net-list-filter", false },
	{ "n113-net-list-inactive", false },
	{ "n113-net-list-names", true },
	{ "n113-net-list-uuid", true },
	{ "n113-net-metadata-set", true },
	{ "n113-net-name", true },
	{ "n113-net-start", false },
	{ "n113-net-undefine", true },
	{ "n113-net-uuid", true },
	{ "n113-nodedev-list", true },
	{ "n113-nodeinfo", true },
	{ "n113-pool-list", true },
	{ "n113-ro-err-net-autostart", true },
	{ "n113-ro-err-net-define", true },
	{ "n113-ro-err-net-destroy", true },
	{ "n113-ro-net-dumpxml", true },
	{ "n113-ro-net-list", true },
	{ "n113-roflag-on-rw-err-net-destroy", true },
	{ "n113-sysinfo", true },
	{ "n113-uri", true },
	{ "n113-version", true },
	{ "raw-call-with-fds-with-zero-fds", true },
	{ "raw-call-with-status-error", true },
	{ "raw-client-sends-reply-message-stream-types", true },
	{ "raw-close-then-eof", true },
	{ "raw-close-without-open", true },
	{ "raw-feature-14-before-open", true },
	{ "raw-features", true },
	{ "raw-go-libvirt-style-auth-list-with-payload-bool-0x0", true },
	{ "raw-keepalive-ping-before-open-unknown-keepalive-pro", true },
	{ "raw-length-16-short-header", true },
	{ "raw-length-3", true },
	{ "raw-length-4-empty", true },
	{ "raw-length-too-large", true },
	{ "raw-list-all-need-results-0-flags-0-bad-flags", true },
	{ "raw-list-networks-maxnames-1-20000-0-16", true },
	{ "raw-lookup-before-open-no-auth-list-either", true },
	{ "raw-metadata-bad", true },
	{ "raw-misc-connection-calls", true },
	{ "raw-open-flags-5-then-destroy-ro", true },
	{ "raw-open-null-uri", true },
	{ "raw-open-uri", true },
	{ "raw-open-uri-network", true },
	{ "raw-open-uri-network-foo", true },
	{ "raw-open-uri-network-unix-system", true },
	{ "raw-pipeline-30-calls", true },
	{ "raw-set-identity-bogus-empty-flags", true },
	{ "raw-trailing-garbage-on-void-args", true },
	{ "raw-truncated-args", true },
	{ "raw-unknown-procedure", true },
	{ "raw-unknown-program", true },
	{ "raw-uuid-authoritative", true },
	{ "raw-wrong-version", true },
	{ "worked-example", true },
};

/* Sessions that do not tell themselves what the network was. */
static const struct {
	const char *stem, *xml;
} known_sessions[] = {
	{ "n113-net-desc-get", titled_net },

	{ "n113-net-update-add", dhcp_net },
	{ "n113-net-update-current-del", host_net },
};

static char *fixture(const char *stem, const char *side, size_t *ret_len)
{
	const char *folder = getenv("VNET_FIXTURES");
	AUTO(mem_drop) char *path = mem_printf("%s/rpc/%s.%s.bin", folder ? folder : "../shared/fixtures", stem, side);
	char *text = NULL;

	return file_read(AT_FDCWD, path, ANSWER_MAX, &text, ret_len) < 0 ? NULL : text;
}

static void imported_leases_are_read(void **state)
{
	static const struct {
		const char *name, *ip, *mac, *id, *why;
		int64_t expiry;
	} cases[] = {
		{ "by MAC", "10.0.0.5", "52:54:00:00:00:01", NULL, NULL, 0 },
		{ "by client id", "10.0.0.5", "52:54:00:00:00:01", "01:52:fF", NULL, 5 },
		{ "no address", "10.0.0", "52:54:00:00:00:01", NULL, "'10.0.0' is not an IP address", 0 },
		{ "no MAC", "10.0.0.5", NULL, NULL, "no valid MAC", 0 },
		{ "broken MAC", "10.0.0.5", "52:54", NULL, "no valid MAC", 0 },
		{ "empty id", "10.0.0.5", "52:54:00:00:00:01", "", "client id", 0 },
		{ "half an id", "10.0.0.5", "52:54:00:00:00:01", "01:5", "client id", 0 },
		{ "id that ends early", "10.0.0.5", "52:54:00:00:00:01", "01:", "client id", 0 },
		{ "negative time", "10.0.0.5", "52:54:00:00:00:01", NULL, "expiry", -1 },
	};
	struct link l;

	(void)state;
	link_up(&l, false);
	define(&l, iso0, true);
	open_connection(&l, 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		rpc_text mac = (char *)cases[i].mac, id = (char *)cases[i].id;
		struct remote_lease row = { .iface = (char *)"",
					    .ipaddr = (char *)cases[i].ip,
					    .expiry = cases[i].expiry };
		struct vnet_import_leases_args a = { .net = net_iso0(), .leases = { 1, &row } };
		struct remote_error e = { 0 };
		struct view payload;

		row.mac = mac ? &mac : NULL;
		row.clientid = id ? &id : NULL;
		struct rpc_header h = call(&l, RPC_PROGRAM_VNET, VNET_PROC_IMPORT_LEASES, &a, &payload);

		if ((h.status == RPC_OK) != !cases[i].why)
			fail_msg("%s: status %u", cases[i].name, h.status);
		if (h.status == RPC_OK)
			continue;
		assert_int_equal(rpc_decode((xdrproc_t)xdr_remote_error, payload, &e), 0);
		if (!strstr(*e.message, cases[i].why))
			fail_msg("%s: %s", cases[i].name, *e.message);
		xdr_free((xdrproc_t)xdr_remote_error, (char *)&e);
	}
	link_down(&l);
}

/* The XML that the recorded daemon gave, so that the stub's network has the same. */
static void define_as_recorded(struct link *l, const char *s2c, size_t len, bool active)
{
	struct rd r = rd_make(s2c, len);

	while (rd_left(&r) > 4) {
		size_t n = rd_be32(&r);
		struct rd m = rd_sub(&r, n - 4);
		struct remote_str xml = { 0 };
		struct rpc_header h;

		if (rpc_header_get(&m, &h) < 0 || h.procedure != REMOTE_NETWORK_GET_XML || h.status != RPC_OK)
			continue;
		if (rpc_decode((xdrproc_t)xdr_remote_str, rd_rest(&m), &xml) == 0)
			define(l, xml.value, active);
		xdr_free((xdrproc_t)xdr_remote_str, (char *)&xml);
	}
	if (l->control->n_nets == 0)
		define(l, iso0, active);
}

static void replay(const char *stem, bool active, const char *xml)
{
	static uint8_t out[ANSWER_MAX];
	size_t c2s_len, s2c_len;
	AUTO(mem_drop) char *c2s = fixture(stem, "c2s", &c2s_len), *s2c = fixture(stem, "s2c", &s2c_len);
	struct link l;

	if (!c2s || !s2c)
		fail_msg("%s: no recording", stem);
	link_up(&l, false);
	if (xml)
		define(&l, xml, active);
	else
		define_as_recorded(&l, s2c, s2c_len, active);
	size_t n = talk(&l, c2s, c2s_len, out);

	for (size_t i = 0; i < n && i < s2c_len; i++)
		if (out[i] != (uint8_t)s2c[i])
			fail_msg("%s: byte %zu is %02x, not %02x", stem, i, out[i], (uint8_t)s2c[i]);
	if (n != s2c_len)
		fail_msg("%s: %zu bytes, not %zu", stem, n, s2c_len);
	link_down(&l);
}

static void recorded_sessions_are_the_same(void **state)
{
	size_t len;
	AUTO(mem_drop) char *any = fixture(sessions[0].stem, "c2s", &len);

	(void)state;
	if (!any) {
		print_message("no recorded sessions below ../shared/fixtures or $VNET_FIXTURES\n");
		skip();
	}
	for (size_t i = 0; i < ARRAY_SIZE(sessions); i++)
		replay(sessions[i].stem, sessions[i].active, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(known_sessions); i++)
		replay(known_sessions[i].stem, true, known_sessions[i].xml);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_only_changes_nothing),         cmocka_unit_test(nothing_works_before_open),
		cmocka_unit_test(hostile_frames_end_the_connection), cmocka_unit_test(close_is_answered_then_closed),
		cmocka_unit_test(pipelined_calls_are_answered),      cmocka_unit_test(slow_reader_is_not_read_from),
		cmocka_unit_test(descriptors_of_a_call_are_closed),  cmocka_unit_test(tap_comes_with_its_queues),
		cmocka_unit_test(imported_leases_are_read),          cmocka_unit_test(recorded_sessions_are_the_same),
	};

	return cmocka_run_group_tests_name("api", tests, NULL, NULL);
}
