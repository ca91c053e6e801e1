/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every session recorded between libvirt's clients and its daemon (fixtures/rpc/INDEX.tsv, where it is there), replayed
 * against ours. The state that the recorded daemon was in is not part of a recording, so each one is played against a few
 * states and the best counts. An answer is equal byte by byte; or equivalent: the same call answered, an error of the same
 * code and domain; or it differs, and then its session must be in the list of those that may, each with its reason. */
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

enum { ANSWER_MAX = 4 << 20, MESSAGES_MAX = 4096 };

enum verdict { EQUAL, EQUIVALENT, DIFFERENT };

/* Control is a stub here that keeps XML as text: it neither checks nor changes it. tests/netns has the real one. */
#define STUB      "needs a control that understands XML"
#define MONOLITH  "recorded from the daemon that holds all of libvirt's drivers"
#define MANY      "several networks, each in a state of its own"
#define FORWARDED "that daemon passes other drivers' URIs on"

static const struct {
	const char *name, *why; /* a part of the session's name */
} may_differ[] = {
	{ "err-define-", STUB },
	{ "net-desc-", STUB },
	{ "net-metadata-", STUB },
	{ "net-update-", STUB },
	{ "net-port-create-plug", STUB },
	{ "m90-nodedev-list", MONOLITH },
	{ "m113-nodedev-list", MONOLITH },
	{ "m90-pool-list", MONOLITH },
	{ "m113-pool-list", MONOLITH },
	{ "vq-start-hb-b", STUB },
	{ "vq-switch-net", MANY },
	{ "vq-restart", MANY },
	{ "go-libvirt", MANY },
	{ "libvirt-python", MANY },
	{ "ruby-libvirt", MANY },
	{ "raw-open-uri-qemu-system", FORWARDED },
	{ "raw-open-uri-test-default", FORWARDED },
	{ "raw-auth-polkit-sasl-when-none", "we say that it fails, it says that something failed" },
	{ "raw-string-too-long", "text with a NUL byte inside is refused by us" },
	{ "raw-polkit-socket-non-root-peer", "we have no polkit: the sockets' modes decide" },
};

struct message {
	struct rpc_header h;
	struct view payload;
	bool used; /* compared already: hand-made sessions have several of one serial */
};

static char *fixture(const char *stem, const char *side, size_t *ret_len)
{
	const char *folder = getenv("VNET_FIXTURES");
	AUTO(mem_drop) char *path = mem_printf("%s/rpc/%s%s", folder ? folder : "../shared/fixtures", stem, side);
	char *text = NULL;

	return file_read(AT_FDCWD, path, ANSWER_MAX, &text, ret_len) < 0 ? NULL : text;
}

static size_t split(const void *bytes, size_t len, struct message *v)
{
	struct rd r = rd_make(bytes, len);
	size_t n = 0;

	while (rd_left(&r) > 4 && n < MESSAGES_MAX) {
		size_t body = rd_be32(&r);
		struct rd m = rd_sub(&r, body - 4);

		if (rpc_header_get(&m, &v[n].h) < 0)
			break;
		v[n].used = false;
		v[n++].payload = rd_rest(&m);
	}
	return n;
}

static void add_net(struct control *c, const struct remote_net *net, const char *bridge)
{
	char text[UUID_TEXT];
	struct control_net made;
	struct uuid u;
	struct err e;

	memcpy(u.b, net->uuid, sizeof(u.b));
	AUTO(mem_drop)
	char *xml = mem_printf("<network>\n  <name>%s</name>\n  <uuid>%s</uuid>\n  <bridge name='%s'/>\n</network>\n",
			       net->name, uuid_text(&u, text), bridge);

	if (!stub_by_uuid(c, &u, NULL, NULL))
		control_define(c, xml, strlen(xml), &made, &e);
}

/* The text of the first answer to this procedure, for mem_drop; NULL: there is none. */
static char *first_text(const struct message *v, size_t n, int32_t procedure)
{
	struct remote_str text = { 0 };

	for (size_t i = 0; i < n; i++)
		if (v[i].h.procedure == procedure && v[i].h.status == RPC_OK &&
		    rpc_decode((xdrproc_t)xdr_remote_str, v[i].payload, &text) == 0)
			return text.value;
	return NULL;
}

/* Networks that an answer names. */
static void add_named(struct control *c, const struct message *m, const char *bridge)
{
	struct remote_list_ret list = { 0 };
	struct remote_one_net one = { 0 };

	if (m->h.status != RPC_OK)
		return;
	switch (m->h.procedure) {
	case REMOTE_LIST_ALL_NETWORKS:
		if (rpc_decode((xdrproc_t)xdr_remote_list_ret, m->payload, &list) < 0)
			return;
		for (unsigned i = 0; i < list.nets.nets_len; i++)
			add_net(c, &list.nets.nets_val[i], bridge);
		xdr_free((xdrproc_t)xdr_remote_list_ret, (char *)&list);
		break;
	case REMOTE_NETWORK_LOOKUP_NAME:
	case REMOTE_NETWORK_LOOKUP_UUID:
		if (rpc_decode((xdrproc_t)xdr_remote_one_net, m->payload, &one) < 0)
			return;
		add_net(c, &one.net, bridge);
		xdr_free((xdrproc_t)xdr_remote_one_net, (char *)&one);
	}
}

static void add_printed(struct control *c, const struct message *m)
{
	struct remote_str xml = { 0 };
	struct control_net net;
	struct err e;

	if (m->h.procedure != REMOTE_NETWORK_GET_XML || m->h.status != RPC_OK ||
	    rpc_decode((xdrproc_t)xdr_remote_str, m->payload, &xml) < 0)
		return;
	control_define(c, xml.value, strlen(xml.value), &net, &e);
	xdr_free((xdrproc_t)xdr_remote_str, (char *)&xml);
}

/* The port that a session looks up, with the XML it is given. */
static void add_port(struct control *c, const struct uuid *net, const struct message *v, size_t n)
{
	struct remote_one_port one = { 0 };
	struct stub_port *p = &c->ports[c->n_ports++];

	p->net = *net;
	p->xml = first_text(v, n, REMOTE_PORT_GET_XML);
	uuid_parse("aaaaaaaa-bbbb-cccc-dddd-000000000001", &p->uuid);
	for (size_t i = 0; i < n; i++) {
		if (v[i].h.procedure != REMOTE_PORT_LOOKUP_UUID || v[i].h.status != RPC_OK ||
		    rpc_decode((xdrproc_t)xdr_remote_one_port, v[i].payload, &one) < 0)
			continue;
		memcpy(p->uuid.b, one.port.uuid, sizeof(p->uuid.b));
		xdr_free((xdrproc_t)xdr_remote_one_port, (char *)&one);
		return;
	}
}

/* The network that the call behind an answer was about, if we have it. */
static struct stub_net *asked_about(struct control *c, const struct message *calls, size_t n, const struct message *m)
{
	struct remote_one_net one = { 0 };
	struct stub_net *net = NULL;

	for (size_t i = 0; i < n && !net; i++) {
		if (calls[i].h.serial != m->h.serial || calls[i].h.procedure != m->h.procedure ||
		    rpc_decode((xdrproc_t)xdr_remote_one_net, calls[i].payload, &one) < 0)
			continue;
		struct uuid u;

		memcpy(u.b, one.net.uuid, sizeof(u.b));
		xdr_free((xdrproc_t)xdr_remote_one_net, (char *)&one);
		net = stub_by_uuid(c, &u, NULL, NULL);
	}
	return net;
}

/* Each network's state as the daemon told it; what it told first is how it began. */
static void as_told(struct control *c, const struct message *calls, size_t n_calls, const struct message *v, size_t n)
{
	while (n-- > 0) {
		const struct message *m = &v[n];
		struct stub_net *net = m->h.status == RPC_OK ? asked_about(c, calls, n_calls, m) : NULL;
		struct remote_int is = { 0 };
		struct remote_str text = { 0 };

		if (!net)
			continue;
		if (m->h.procedure == REMOTE_NETWORK_GET_BRIDGE &&
		    rpc_decode((xdrproc_t)xdr_remote_str, m->payload, &text) == 0) {
			snprintf(net->bridge, sizeof(net->bridge), "%s", text.value);
			xdr_free((xdrproc_t)xdr_remote_str, (char *)&text);
		}
		if (rpc_decode((xdrproc_t)xdr_remote_int, m->payload, &is) < 0)
			continue;
		if (m->h.procedure == REMOTE_NETWORK_IS_ACTIVE)
			net->active = is.value;
		if (m->h.procedure == REMOTE_NETWORK_IS_PERSISTENT)
			net->persistent = is.value;
		if (m->h.procedure == REMOTE_NETWORK_GET_AUTOSTART)
			net->autostart = is.value;
	}
}

enum { ACTIVE = 1, WITH_PORT = 2, WITH_ISO0 = 4, TRANSIENT = 8, AS_TOLD = 16, STATES = 32 };

/* What the daemon had: networks as it printed or named them. */
static void as_recorded(struct control *c, const struct message *calls, size_t n_calls, const struct message *v,
			size_t n, unsigned state)
{
	AUTO(mem_drop) char *recorded = first_text(v, n, REMOTE_NETWORK_GET_BRIDGE);
	const char *bridge = recorded ? recorded : "virbr0";
	struct remote_net iso0 = { .name = (char *)"iso0" };
	struct uuid u;

	for (size_t i = 0; i < n; i++)
		add_printed(c, &v[i]);
	for (size_t i = 0; i < n; i++)
		add_named(c, &v[i], bridge);
	uuid_parse("11111111-2222-3333-4444-555555555501", &u);
	memcpy(iso0.uuid, u.b, sizeof(iso0.uuid));
	if (state & WITH_ISO0)
		add_net(c, &iso0, bridge);
	for (size_t i = 0; i < c->n_nets; i++) {
		c->nets[i].active = state & ACTIVE;
		c->nets[i].persistent = !(state & TRANSIENT);
		if (state & WITH_PORT)
			add_port(c, &c->nets[i].uuid, v, n);
	}
	if (state & AS_TOLD)
		as_told(c, calls, n_calls, v, n);
}

static void on_gone(struct api_client *client, void *arg)
{
	(void)client;
	*(bool *)arg = true;
}

/* Sends the client's bytes and gives all that comes back. */
static size_t play(struct control *c, const char *c2s, size_t len, uint8_t *out)
{
	struct sd_event *loop;
	bool gone = false;
	size_t sent = 0, got = 0;
	int pair[2];

	assert_true(sd_event_new(&loop) >= 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
	struct api_client *client = api_client_new(pair[0], false, c, loop, on_gone, &gone);

	for (bool moved = true; moved;) {
		ssize_t n = sent < len && !gone ? send(pair[1], c2s + sent, len - sent, MSG_NOSIGNAL) : 0;

		moved = n > 0;
		sent += n > 0 ? (size_t)n : 0;
		while (!gone && sd_event_run(loop, 0) > 0)
			;
		n = recv(pair[1], out + got, ANSWER_MAX - got, 0);
		moved |= n > 0;
		got += n > 0 ? (size_t)n : 0;
	}
	api_client_free(client);
	close(pair[1]);
	sd_event_unref(loop);
	return got;
}

static bool same_error(const struct message *a, const struct message *b)
{
	struct rd x = rd_make(a->payload.p, a->payload.len), y = rd_make(b->payload.p, b->payload.len);

	return rd_be32(&x) == rd_be32(&y) && rd_be32(&x) == rd_be32(&y); /* code, domain */
}

/* Ids of callbacks are the daemon's choice, so what the client says of them means nothing to us. */
static bool names_a_callback(const struct message *m)
{
	return m->h.procedure == REMOTE_EVENT_REGISTER || m->h.procedure == REMOTE_EVENT_DEREGISTER;
}

static enum verdict compare_one(const struct message *want, struct message *got, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (got[i].used || got[i].h.serial != want->h.serial || got[i].h.procedure != want->h.procedure ||
		    got[i].h.type != want->h.type)
			continue;
		got[i].used = true;
		if (got[i].h.status == want->h.status && got[i].payload.len == want->payload.len &&
		    memcmp(got[i].payload.p, want->payload.p, want->payload.len) == 0)
			return EQUAL;
		if (names_a_callback(want) && want->h.status == RPC_OK)
			return EQUIVALENT;
		return got[i].h.status == want->h.status && want->h.status == RPC_ERROR && same_error(want, &got[i])
			   ? EQUIVALENT
			   : DIFFERENT;
	}
	return DIFFERENT;
}

struct counts {
	unsigned v[DIFFERENT + 1];
	int first_bad; /* procedure */
};

static struct counts compare(const struct message *want, size_t n_want, struct message *got, size_t n_got)
{
	struct counts c = { 0 };

	for (size_t i = 0; i < n_want; i++) {
		if (want[i].h.type == RPC_MESSAGE) /* events of what others did, pings: a matter of time */
			continue;
		enum verdict v = compare_one(&want[i], got, n_got);

		c.v[v]++;
		if (v == DIFFERENT && !c.first_bad)
			c.first_bad = want[i].h.procedure;
	}
	return c;
}

static struct counts replay(const char *stem)
{
	static struct message calls[MESSAGES_MAX], want[MESSAGES_MAX], got[MESSAGES_MAX];
	static uint8_t out[ANSWER_MAX];
	size_t c2s_len, s2c_len;
	AUTO(mem_drop) char *c2s = fixture(stem, ".c2s.bin", &c2s_len), *s2c = fixture(stem, ".s2c.bin", &s2c_len);
	struct counts best = { .v = { [DIFFERENT] = UINT32_MAX } };

	if (!c2s || !s2c)
		fail_msg("%s: no recording", stem);
	size_t n_want = split(s2c, s2c_len, want), n_calls = split(c2s, c2s_len, calls);

	for (unsigned state = 0; state < STATES; state++) {
		struct control *c = stub_new();

		as_recorded(c, calls, n_calls, want, n_want, state);
		size_t n_got = split(out, play(c, c2s, c2s_len, out), got);
		struct counts now = compare(want, n_want, got, n_got);

		if (now.v[DIFFERENT] < best.v[DIFFERENT] ||
		    (now.v[DIFFERENT] == best.v[DIFFERENT] && now.v[EQUIVALENT] < best.v[EQUIVALENT]))
			best = now;
		control_free(c);
	}
	return best;
}

static const char *excuse(const char *stem)
{
	for (size_t i = 0; i < ARRAY_SIZE(may_differ); i++)
		if (strstr(stem, may_differ[i].name))
			return may_differ[i].why;
	return NULL;
}

static void all_recorded_sessions(void **state)
{
	unsigned sessions[DIFFERENT + 1] = { 0 }, answers[DIFFERENT + 1] = { 0 };
	size_t len, bad = 0;
	AUTO(mem_drop) char *index = fixture("INDEX.tsv", "", &len);
	char *save = NULL;

	(void)state;
	if (!index) {
		print_message("skip: no recorded sessions below ../shared/fixtures or $VNET_FIXTURES\n");
		skip();
	}
	for (char *line = strtok_r(index, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (*line == '#')
			continue;
		line[strcspn(line, "\t")] = '\0';
		struct counts c = replay(line);

		for (size_t i = 0; i <= DIFFERENT; i++)
			answers[i] += c.v[i];
		sessions[c.v[DIFFERENT] ? DIFFERENT : c.v[EQUIVALENT] ? EQUIVALENT : EQUAL]++;
		if (!c.v[DIFFERENT] || excuse(line))
			continue;
		print_error("%s: %u answers differ, the first to %d\n", line, c.v[DIFFERENT], c.first_bad);
		bad++;
	}
	print_message("sessions: %u equal, %u equivalent, %u different; answers: %u, %u, %u\n", sessions[EQUAL],
		      sessions[EQUIVALENT], sessions[DIFFERENT], answers[EQUAL], answers[EQUIVALENT],
		      answers[DIFFERENT]);
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_recorded_sessions),
	};

	return cmocka_run_group_tests_name("replay", tests, NULL, NULL);
}
