/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a person at a shell sees: vnet and, where it is installed, virsh, run against the daemon's sockets with a control
 * behind them that has no kernel. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>
#include <cmocka.h>

#include "../peer/stub_control.h"
#include "api/server.h"

static char root[] = "/tmp/vnet-test-XXXXXX";
static pid_t server;

static int serve(void)
{
	AUTO(control_free) struct control *c = stub_new();
	AUTO(api_server_free) struct api_server *s = NULL;
	struct sd_event *loop = NULL;
	struct err e = { 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sd_event_default(&loop);
	sd_event_add_signal(loop, NULL, SIGTERM | SD_EVENT_SIGNAL_PROCMASK, NULL, NULL);
	if (api_server_open(root, false, loop, c, &s, &e) < 0)
		return fprintf(stderr, "%s\n", e.detail), 1;
	return sd_event_loop(loop);
}

/* "BUILD/vnet" for the test BUILD/tests/unit/test_vnet. */
static void set_program(void)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	assert_true(n > 0);
	self[n] = '\0';
	for (int up = 0; up < 3; up++)
		*strrchr(self, '/') = '\0';
	AUTO(mem_drop) char *program = mem_printf("%s/vnet", self);

	setenv("VNET", program, 1);
}

static void write_file(const char *name, const char *text)
{
	AUTO(mem_drop) char *path = mem_printf("%s/%s", root, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int up(void **state)
{
	static const char xml[] =
	    "<network>\n  <name>iso0</name>\n  <uuid>11111111-2222-3333-4444-555555555501</uuid>\n"
	    "  <bridge name='virbr7' stp='on' delay='0'/>\n"
	    "  <ip address='10.1.2.1' netmask='255.255.255.0'>\n  </ip>\n</network>\n";
	static const char odd[] = "<network>\n  <name>odd</name>\n  <frobnicate/>\n</network>\n";

	(void)state;
	assert_non_null(mkdtemp(root));
	set_program();
	setenv("VNET_ROOT", root, 1);
	setenv("TZ", "UTC", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	AUTO(mem_drop) char *sock = mem_printf("%s/run/vnet/vnetd-sock", root);
	AUTO(mem_drop) char *virsh = mem_printf("virsh -c network+unix:///system?socket=%s", sock);

	write_file("iso0.xml", xml);
	write_file("odd.xml", odd);
	setenv("VIRSH", virsh, 1);
	server = fork();
	if (server == 0)
		_exit(serve());
	for (int tries = 0; access(sock, F_OK) < 0 && tries < 500; tries++)
		usleep(10000);
	return 0;
}

static int down(void **state)
{
	int status;

	(void)state;
	kill(server, SIGTERM);
	waitpid(server, &status, 0);
	assert_int_equal(status, 0);
	AUTO(mem_drop) char *sock = mem_printf("%s/run/vnet/vnetd-sock", root);

	assert_int_equal(access(sock, F_OK), -1); /* it takes its sockets away */
	AUTO(mem_drop) char *rm = mem_printf("rm -r %s", root);

	return system(rm);
}

/* Runs `command` in the root folder by the shell, without a terminal; its output is stdout and stderr together. */
static int run(const char *command, char *out, size_t size)
{
	AUTO(mem_drop) char *line = mem_printf("cd '%s' && { %s; } 2>&1 </dev/null", root, command);
	FILE *f = popen(line, "r");

	assert_non_null(f);
	size_t n = fread(out, 1, size - 1, f);

	out[n] = '\0';
	return WEXITSTATUS(pclose(f));
}

struct step {
	const char *command, *output;
	int status;
};

static void walk(const struct step *steps, size_t n)
{
	static char out[65536];

	for (size_t i = 0; i < n; i++) {
		int status = run(steps[i].command, out, sizeof(out));

		if (status != steps[i].status)
			fail_msg("%s: status %d, not %d:\n%s", steps[i].command, status, steps[i].status, out);
		if (steps[i].output && strcmp(out, steps[i].output) != 0)
			fail_msg("%s: printed\n%s\nnot\n%s", steps[i].command, out, steps[i].output);
	}
}

#define NO_NETWORK "error: failed to get network 'no'\nerror: Network not found: no network with matching name 'no'\n"
#define HEAD_NONE  " Name   State   Autostart   Persistent\n----------------------------------------\n"
#define HEAD_ISO   " Name   State      Autostart   Persistent\n-------------------------------------------\n"

static const struct step life[] = {
	{ "$VNET list --all", HEAD_NONE "\n", 0 },
	{ "$VNET -q list --all", "", 0 },
	{ "$VNET list --all --json", "[\n]\n\n", 0 },
	{ "$VNET define iso0.xml", "Network iso0 defined from iso0.xml\n\n", 0 },
	{ "$VNET list", HEAD_NONE "\n", 0 },
	{ "$VNET list --inactive", HEAD_ISO " iso0   inactive   no          yes\n\n", 0 },
	{ "$VNET -q net-list --all", " iso0   inactive   no   yes\n", 0 },
	{ "$VNET start iso0", "Network iso0 started\n\n", 0 },
	{ "$VNET start iso0",
	  "error: Failed to start network iso0\nerror: Requested operation is not valid: network is already active\n\n",
	  1 },
	{ "$VNET start 11111111-2222-3333-4444-555555555501",
	  "error: Failed to start network 11111111-2222-3333-4444-555555555501\n"
	  "error: Requested operation is not valid: network is already active\n\n",
	  1 },
	{ "$VNET autostart --network iso0", "Network iso0 marked as autostarted\n\n", 0 },
	{ "$VNET -q info iso0",
	  "Name:           iso0\nUUID:           11111111-2222-3333-4444-555555555501\nActive:         yes\n"
	  "Persistent:     yes\nAutostart:      yes\nBridge:         virbr7\n",
	  0 },
	{ "$VNET autostart iso0 --disable", "Network iso0 unmarked as autostarted\n\n", 0 },
	{ "$VNET list --all --name", "iso0\n\n", 0 },
	{ "$VNET list --uuid", "11111111-2222-3333-4444-555555555501\n\n", 0 },
	{ "$VNET uuid iso0", "11111111-2222-3333-4444-555555555501\n\n", 0 },
	{ "$VNET name 11111111-2222-3333-4444-555555555501", "iso0\n\n", 0 },
	{ "$VNET -q dumpxml iso0 | cmp - iso0.xml", "", 0 },
	{ "$VNET plan iso0", "plan of iso0\n", 0 },
	{ "$VNET -q dhcp-leases iso0 --mac=52:54:00:AA:00:01",
	  " never   52:54:00:aa:00:01   ipv4   192.168.122.51/24   -   -\n", 0 },
	{ "$VNET dhcp-leases iso0",
	  " Expiry Time           MAC address         Protocol   IP address          Hostname   Client ID or DUID\n"
	  "-----------------------------------------------------------------------------------------------------------"
	  "\n"
	  " 2026-11-22 07:07:14   52:54:00:11:22:33   ipv4       192.168.122.50/24   web        01:52:54:00:11:22:33\n"
	  " never                 52:54:00:aa:00:01   ipv4       192.168.122.51/24   -          -\n\n",
	  0 },
	{ "$VNET wait iso0 WEB", "192.168.122.50\n", 0 },
	{ "$VNET wait iso0 52:54:00:AA:00:01 --timeout 1", "192.168.122.51\n", 0 },
	{ "$VNET wait iso0 nobody --timeout 1", "error: guest nobody has no address on network iso0 after 1 s\n", 1 },
	{ "$VNET dhcp-leases iso0 --history --since '2020-01-01 00:00'",
	  " Time                  Event   MAC address         IP address       Hostname\n"
	  "------------------------------------------------------------------------------\n"
	  " 2026-11-22 07:07:14   ended   52:54:00:11:22:33   192.168.122.50   -\n"
	  " 2026-11-22 06:46:40   bound   52:54:00:11:22:33   192.168.122.50   web\n\n",
	  0 },
	{ "$VNET -q dhcp-leases iso0 --history --since 2200-01-01", "", 0 },
	{ "$VNET -q dhcp-leases iso0 --history --mac 52:54:00:aa:00:01", "", 0 },
	{ "$VNET dhcp-leases iso0 --history --mac zz",
	  "error: Failed to get the history of leases of iso0\nerror: invalid MAC address: zz\n\n", 1 },
	{ "$VNET dhcp-leases iso0 --history --ip fd00",
	  "error: Failed to get the history of leases of iso0\nerror: invalid argument: 'fd00' is not an IP "
	  "address\n\n",
	  1 },
	{ "$VNET dhcp-stats iso0",
	  "IPv4 addresses: 1 of 4 taken (25 %)\n"
	  " Protocol   Messages   What became of them\n"
	  "--------------------------------------------\n"
	  " dhcpv4     2          offered\n"
	  " dhcpv6     3          given\n"
	  "\n"
	  " Port    Messages   Offers   Acks   Naks   Limited   Addresses\n"
	  "----------------------------------------------------------------\n"
	  " vnet7   5          2        1      0      2         1\n\n",
	  0 },
	{ "$VNET dhcp-stats iso0 --json | tr -d ' \n'",
	  "{\"ipv4\":{\"taken\":1,\"total\":4},\"ipv6\":{\"taken\":0,\"total\":0},\"dhcpv4\":{\"offered\":2},"
	  "\"dhcpv6\":{\"given\":3},\"ports\":[{\"port\":\"vnet7\",\"messages\":5,\"offers\":2,\"acks\":1,\"naks\":0,"
	  "\"limited\":2,\"addresses\":1}]}",
	  0 },
	{ "$VNET dhcp-leases iso0 --since 1d", "error: --ip and --since go with --history\n\n", 1 },
	{ "$VNET status",
	  "vnetd:          0.1, up 1 h 1 min\nvnet-guestd:    answers\nRules:          repaired if others change them\n"
	  "Flowtable:      not to be had, the daemon's log says why\n"
	  "Coexistence:    auto, rules of ours put back 2 times\n\n"
	  " Name   Firewall   Services   Repairs\n--------------------------------------------\n"
	  " iso0   ok         wrong      3, held back\n\n",
	  0 },
	{ "$VNET -q status", " iso0   ok   wrong   3, held back\n", 0 },
	{ "$VNET status --json | tr -d ' \n'",
	  "{\"version\":\"0.1\",\"uptime\":3661,\"guestd\":true,\"owner\":false,\"flowtable\":\"wrong\",\"coexist\":"
	  "\"auto\",\"passes\":2,"
	  "\"networks\":[{\"name\":\"iso0\",\"firewall\":\"ok\",\"service\":\"wrong\",\"repairs\":3,\"held\":true}]}",
	  0 },
	{ "$VNET host-validate",
	  "PASS  tun: taps can be made\nWARN  firewall: somebody drops all\n      do: open it\n"
	  "FAIL  bridge: no bridges\n      do: modprobe bridge\n\n",
	  1 },
	{ "$VNET host-validate --json | tr -d '\n' | tr -s ' '",
	  "[ { \"level\":\"pass\", \"check\":\"tun\", \"found\":\"taps can be made\", \"remedy\":null }, "
	  "{ \"level\":\"warn\", \"check\":\"firewall\", \"found\":\"somebody drops all\", \"remedy\":\"open it\" }, "
	  "{ \"level\":\"fail\", \"check\":\"bridge\", \"found\":\"no bridges\", \"remedy\":\"modprobe bridge\" }]",
	  0 },
	{ "$VNET dhcp-leases iso0 --mac zz",
	  "error: Failed to get leases info for iso0\nerror: invalid MAC address: zz\n\n", 1 },
	{ "$VNET -q 'destroy iso0; list --all'", " iso0   inactive   no   yes\n", 0 },
	{ "$VNET undefine iso0", "Network iso0 has been undefined\n\n", 0 },
	{ "$VNET -q create iso0.xml", "", 0 },
	{ "$VNET autostart iso0",
	  "error: failed to mark network iso0 as autostarted\n"
	  "error: Requested operation is not valid: cannot set autostart for transient network\n\n",
	  1 },
	{ "$VNET destroy iso0", "Network iso0 destroyed\n\n", 0 },
	{ "$VNET info no", NO_NETWORK "\n", 1 },
};

static void a_networks_life(void **state)
{
	(void)state;
	walk(life, ARRAY_SIZE(life));
}

static const struct step words[] = {
	{ "$VNET bogus", "error: unknown command: 'bogus'\n\n", 1 },
	{ "$VNET net-bogus", "error: unknown command: 'net-bogus'\n\n", 1 },
	{ "$VNET start", "error: command 'start' requires <network> option\n\n", 1 },
	{ "$VNET net-start", "error: command 'net-start' requires <network> option\n\n", 1 },
	{ "$VNET start --bogus", "error: command 'start' doesn't support option --bogus\n\n", 1 },
	{ "$VNET list --all=1", "error: option --all takes no value\n\n", 1 },
	{ "$VNET start a b", "error: unexpected data 'b'\n\n", 1 },
	{ "$VNET start -- --no",
	  "error: failed to get network '--no'\n"
	  "error: Network not found: no network with matching name '--no'\n\n",
	  1 },
	{ "$VNET dhcp-leases no --mac", "error: expected a value behind --mac\n\n", 1 },
	{ "$VNET dhcp-leases no --mac a --mac b", "error: option --mac was already given\n\n", 1 },
	{ "$VNET tap add no --queues 17", "error: --queues must be a number from 1 to 16, not '17'\n\n", 1 },
	{ "$VNET tap add no --mac 1:2:3:4:5", "error: invalid MAC address: 1:2:3:4:5\n\n", 1 },
	{ "$VNET tap add no --owner no-such-user", "error: there is no user 'no-such-user'\n\n", 1 },
	{ "$VNET tap", "error: unknown command: 'tap'\n\n", 1 },
	{ "$VNET list --name --uuid",
	  "error: Only one argument from --table, --name, --uuid and --json may be specified.\n\n", 1 },
	{ "$VNET -q 'info no; list --name'", NO_NETWORK, 0 },
	{ "$VNET -q 'list --name; info no'", NO_NETWORK, 1 },
	{ "$VNET -q \"info 'no' # nothing behind\"", NO_NETWORK, 1 },
	{ "$VNET -q \"info 'no\"", "error: a quote is not closed\n", 1 },
	{ "$VNET -q ';; ; '", "", 0 },
	{ "$VNET --root / -q --version", "vnet 0.1\n", 0 },
	{ "$VNET --root x list", "error: --root must be an absolute path, not 'x'\n", 1 },
	{ "$VNET help start | head -2", "  NAME\n    start - start a stored network\n", 0 },
	{ "$VNET net-start --help | head -2", "  NAME\n    start - start a stored network\n", 0 },
	{ "$VNET help bogus", "error: command 'bogus' doesn't exist\n", 1 },
	{ "$VNET define none.xml", "error: cannot open 'none.xml': No such file or directory\n\n", 1 },
	{ "$VNET --root /nowhere -q list",
	  "error: failed to connect to vnetd at /nowhere/run/vnet/vnetd-sock: No such file or directory; is vnetd "
	  "running?\n",
	  1 },
	{ "$VNET -c bogus://x -q list",
	  "error: cannot connect to 'bogus://x': vnetd is at network:///system, network+unix:///system?socket=PATH or "
	  "a "
	  "socket's path\n",
	  1 },
	{ "$VNET -c network:///system -q list", "", 0 },
	{ "$VNET -c \"network+unix:///system?socket=$VNET_ROOT/run/vnet/vnetd%2Dsock\" -q list", "", 0 },
	{ "$VNET -c $VNET_ROOT/run/vnet/vnetd-sock-ro -q create iso0.xml",
	  "error: Failed to create network from iso0.xml\n"
	  "error: operation forbidden: read only access prevents virNetworkCreateXMLFlags\n",
	  1 },
	{ "$VNET list > /dev/full", "error: cannot write: No space left on device\n", 1 },
};

static void words_and_messages(void **state)
{
	(void)state;
	walk(words, ARRAY_SIZE(words));
}

static const struct step files[] = {
	{ "$VNET check iso0.xml", "iso0.xml: ok\n", 0 },
	{ "$VNET -q check --print iso0.xml | cmp - iso0.xml", "", 0 },
	{ "printf '<network>\\n<name>x' > bad.xml; $VNET check bad.xml", NULL, 1 },
	{ "$VNET check bad.xml iso0.xml 2>&1 | grep -c '^bad.xml:2: '", "1\n", 0 },
	{ "$VNET check bad.xml iso0.xml 2>&1 | tail -1", "iso0.xml: ok\n", 0 },
	{ "$VNET plan ./bad.xml 2>&1 | grep -c '^./bad.xml:2: '", "1\n", 0 },
	{ "$VNET plan iso0.xml | grep -q virbr7", NULL, 0 },
	{ "$VNET check none.xml", "error: cannot open 'none.xml': No such file or directory\n", 1 },
	{ "$VNET check", "error: command 'check' requires <file> option\n", 1 },
};

/* Without a daemon. */
static void files_are_checked(void **state)
{
	(void)state;
	walk(files, ARRAY_SIZE(files));
}

static const struct step publishes[] = {
	{ "$VNET -q define iso0.xml", "", 0 },
	{ "$VNET published iso0",
	  " Network   Ports                  Guest               Address             State\n"
	  "------------------------------------------------------------------------------------------------------------"
	  "-"
	  "-\n"
	  " iso0      8080-8081/tcp          web:80              10.0.0.5, fd00::5   active\n"
	  " iso0      [2001:db8::1]:53/udp   52:54:00:00:00:01   -                   inactive: the guest has no "
	  "address\n\n",
	  0 },
	{ "$VNET -q published --json | grep -c '\"to\":80,\\|\"to\":53,\\|\"address\":null\\|\"active\":false'", "4\n",
	  0 },
	{ "$VNET publish iso0 80/tcp", "error: command 'publish' requires <guest> option\n\n", 1 },
	{ "$VNET publish iso0 80/sctp web",
	  "error: Failed to publish 80/sctp of network iso0\nerror: invalid argument: 'sctp' is neither tcp nor "
	  "udp\n\n",
	  1 },
	{ "$VNET publish iso0 9-8/tcp web", "error: '9-8/tcp' is not [ADDRESS:]PORT[-PORT]/tcp or udp\n\n", 1 },
	{ "$VNET publish iso0 a:9/tcp web",
	  "error: Failed to publish a:9/tcp of network iso0\nerror: invalid argument: 'a' is not an IP address\n\n",
	  1 },
	{ "$VNET publish iso0 80 web:0", "error: 'web:0' is not GUEST[:PORT]\n\n", 1 },
	{ "$VNET publish iso0 80 'we b'",
	  "error: Failed to publish 80 of network iso0\nerror: invalid argument: guest 'we b' is no host name, no MAC "
	  "and "
	  "no address\n\n",
	  1 },
	{ "$VNET publish iso0 65535-65535 web:65535 2>&1 | tail -2",
	  "error: unsupported configuration: <vnet:publish>: an isolated network lets nobody in; it needs a <forward> "
	  "of "
	  "mode nat, route or open\n\n",
	  0 },
	{ "sed \"s/iso0/pub0/; s/501</502</; s/virbr7/virbr8/; s/10.1.2/10.1.3/; s|<bridge|<forward/>&|\" iso0.xml "
	  ">pub0.xml; "
	  "$VNET -q define pub0.xml && $VNET publish pub0 '[::ffff:0:1]:7' x 2>&1 | grep -c 'has no IPv6 address'",
	  "1\n", 0 },
	{ "$VNET publish pub0 192.0.2.1:80-90/udp 52:54:00:00:00:01:8080",
	  "Published 192.0.2.1:80-90/udp of network pub0\n\n", 0 },
	{ "$VNET publish pub0 81 52:54:00:00:00:02", "Published 81 of network pub0\n\n", 0 },
	{ "$VNET publish pub0 0.0.0.0:82/tcp 10.1.3.9:22 --config", "Published 0.0.0.0:82/tcp of network pub0\n\n", 0 },
	{ "$VNET -q dumpxml pub0 | grep vnet:publish",
	  "  <vnet:publish address='192.0.2.1' port='80-90' protocol='udp' guest='52:54:00:00:00:01' to='8080'/>\n"
	  "  <vnet:publish port='81' protocol='tcp' guest='52:54:00:00:00:02'/>\n"
	  "  <vnet:publish address='0.0.0.0' port='82' protocol='tcp' guest='10.1.3.9' to='22'/>\n",
	  0 },
	{ "$VNET publish pub0 85/udp web 2>&1 | tail -2",
	  "error: Requested operation is not valid: cannot publish 85/udp: network 'pub0' publishes "
	  "192.0.2.1:80-90/udp "
	  "for guest '52:54:00:00:00:01'\n\n",
	  0 },
	{ "$VNET unpublish pub0 80-90/udp 2>&1 | tail -2",
	  "error: Requested operation is not valid: network 'pub0' does not publish 80-90/udp\n\n", 0 },
	{ "$VNET unpublish pub0 192.0.2.1:80-90/udp", "Unpublished 192.0.2.1:80-90/udp of network pub0\n\n", 0 },
	{ "$VNET unpublish pub0 81/tcp 52:54:00:00:00:02; $VNET -q unpublish pub0 0.0.0.0:82",
	  "Unpublished 81/tcp of network pub0\n\n", 0 },
	{ "$VNET -q dumpxml pub0 | grep -c vnet:; $VNET -q undefine pub0", "0\n", 0 },
	{ "$VNET -q undefine iso0", "", 0 },
};

static void ports_are_published(void **state)
{
	(void)state;
	walk(publishes, ARRAY_SIZE(publishes));
}

static const struct step taps[] = {
	{ "$VNET -q create iso0.xml", "", 0 },
	{ "$VNET tap add iso0", "Tap vnet0 added to network iso0\n\n", 0 },
	{ "$VNET -q tap add iso0 --name t9 --owner 4294967294 --mac 52:54:00:1:2:3", "t9\n", 0 },
	{ "$VNET -q tap add iso0 --name t9",
	  "error: Failed to add a tap to network iso0\nerror: tap 't9': File exists\n", 1 },
	{ "$VNET tap list",
	  " Name    Network   Owner        MAC address         State\n"
	  "--------------------------------------------------------------\n"
	  " t9      iso0      4294967294   fe:54:00:01:02:03   attached\n"
	  " vnet0   iso0      -            fe:00:00:00:00:00   attached\n\n",
	  0 },
	{ "$VNET tap del t9", "Tap t9 deleted\n\n", 0 },
	{ "$VNET tap del t9", "error: Failed to delete tap t9\nerror: network port not found: no tap 't9'\n\n", 1 },
	{ "$VNET tap exec iso0 -- sh -c 'cat /dev/fd/{fd}'", "vnet1", 0 },
	{ "$VNET tap exec iso0 --queues 2 -- sh -c 'IFS=:; for fd in {fd}; do cat /dev/fd/$fd; done; echo x{fd}y{fd}z'",
	  NULL, 0 },
	{ "$VNET tap exec iso0 --queues 3 -- sh -c 'echo x{fd}y{fd}' | tr -d 0-9", "x::y::\n", 0 },
	{ "$VNET tap exec iso0 -- /nowhere/x", "error: cannot run '/nowhere/x': No such file or directory\n", 1 },
	{ "$VNET tap exec iso0 -- sh -c 'exit 3'", "", 3 },
	{ "$VNET guard iso0",
	  " Port     MAC address         MAC   ARP   IP   ND   DHCP   Other\n"
	  "---------------------------------------------------------------------------------\n"
	  " vnet2    52:54:00:11:22:33   1     2     3    4    5      6\n"
	  " vnet10   -                   0     0     0    0    0      18446744073709551615\n\n",
	  0 },
	{ "$VNET guard iso0 --json | tr -d ' \n'",
	  "[{\"port\":\"vnet2\",\"mac\":\"52:54:00:11:22:33\",\"refused\":{\"mac\":1,\"arp\":2,\"ip\":3,\"nd\":4,"
	  "\"dhcp\":5,\"other\":6}},{\"port\":\"vnet10\",\"mac\":null,\"refused\":{\"mac\":0,\"arp\":0,\"ip\":0,"
	  "\"nd\":0,\"dhcp\":0,\"other\":18446744073709551615}}]",
	  0 },
	{ "$VNET guard none 2>&1 | head -1", "error: failed to get network 'none'\n", 0 },
	{ "$VNET -q 'tap del vnet0; destroy iso0'", "", 0 },
};

static void taps_come_and_go(void **state)
{
	(void)state;
	walk(taps, ARRAY_SIZE(taps));
}

#define HOST_9  "<host mac='52:54:00:00:00:09' ip='10.1.2.9'/>"
#define FAILED  "error: Failed to update network iso0\n"
#define INVALID "error: Requested operation is not valid: "

static const struct step changes[] = {
	{ "$VNET -q define --validate iso0.xml", "", 0 },
	{ "$VNET update iso0 bogus ip-dhcp-host x", "error: unrecognized command name 'bogus'\n\n", 1 },
	{ "$VNET update iso0 add bogus x", "error: unrecognized section name 'bogus'\n\n", 1 },
	{ "$VNET update iso0 add dns-txt x.xml", "error: cannot open 'x.xml': No such file or directory\n\n", 1 },
	{ "$VNET update iso0 add dns-txt '<a/>' --current --live",
	  "error: Options --current and --live are mutually exclusive\n\n", 1 },
	{ "$VNET update iso0 add dns-txt '<a/>' --config --current",
	  "error: Options --current and --config are mutually exclusive\n\n", 1 },
	{ "$VNET update iso0 add dns-txt '<a/>' --parent-index x",
	  "error: --parent-index must be a number from 0 to 2147483647, not 'x'\n\n", 1 },
	{ "$VNET -q update no add dns-txt '<a/>'", NO_NETWORK, 1 },
	{ "$VNET update iso0 modify bridge '<bridge/>'",
	  FAILED "error: Operation not supported: can't update 'bridge' section of network 'iso0'\n\n", 1 },
	{ "$VNET update iso0 add ip-dhcp-host \"" HOST_9 "\" --live", FAILED INVALID "network is not running\n\n", 1 },
	{ "$VNET update iso0 add ip-dhcp-host \"" HOST_9 "\"", "Updated network iso0 persistent config\n\n", 0 },
	{ "$VNET -q dumpxml iso0 --xpath //dhcp/host", "<host mac=\"52:54:00:00:00:09\" ip=\"10.1.2.9\"/>\n", 0 },
	{ "$VNET -q update iso0 add ip-dhcp-host \"" HOST_9 "\" 2>&1 | head -1", FAILED, 0 },
	{ "echo \"<host mac='52:54:00:00:00:09' name='n' ip='10.1.2.9'/>\" > h.xml; "
	  "$VNET -q net-update --network iso0 modify ip-dhcp-host --parent-index=0 h.xml",
	  "", 0 },
	{ "$VNET -q dumpxml iso0 --xpath 'string(//host/@name)'", "n\n", 0 },
	{ "$VNET -q start iso0", "", 0 },
	{ "$VNET update iso0 add-first dns-txt \"<txt name='t' value='v'/>\"", "Updated network iso0 live state\n\n",
	  0 },
	{ "$VNET update iso0 delete dns-txt \"<txt name='t'/>\" --live --config",
	  "Updated network iso0 persistent config and live state\n\n", 0 },
	{ "$VNET -c $VNET_ROOT/run/vnet/vnetd-sock-ro -q update iso0 add dns-txt '<a/>'",
	  FAILED "error: operation forbidden: read only access prevents virNetworkUpdate\n", 1 },
	{ "$VNET -q destroy iso0; $VNET -q undefine iso0", "", 0 },
	{ "$VNET -q create iso0.xml", "", 0 },
	{ "$VNET -q update iso0 add dns-txt '<a/>' --config",
	  FAILED INVALID "cannot change persistent config of a transient network\n", 1 },
	{ "$VNET -q destroy iso0", "", 0 },
};

static void parts_are_updated(void **state)
{
	(void)state;
	walk(changes, ARRAY_SIZE(changes));
}

static const struct step texts[] = {
	{ "$VNET -q define iso0.xml", "", 0 },
	{ "$VNET desc iso0", "No description for network: iso0\n\n", 0 },
	{ "$VNET desc iso0 --title", "No title for network: iso0\n\n", 0 },
	{ "$VNET desc iso0 two words", "Network description updated successfully\n\n", 0 },
	{ "$VNET desc iso0 --title --new-desc 'A <b>'", "Network title updated successfully\n\n", 0 },
	{ "$VNET desc iso0; $VNET desc --title iso0", "two words\nA <b>\n", 0 },
	{ "$VNET -q dumpxml iso0 | sed -n 4,5p",
	  "  <title>A &lt;b&gt;</title>\n  <description>two words</description>\n", 0 },
	{ "$VNET -q list --all --title", " iso0   inactive   no   yes   A <b>\n", 0 },
	{ "$VNET -q list --all --title --json | grep title", "    \"title\":\"A <b>\"\n", 0 },
	{ "$VNET -q desc iso0 --title \"$(printf 'a\\nb')\" 2>&1 | tail -1",
	  "error: invalid argument: metadata title can't contain newlines\n", 0 },
	{ "EDITOR=true $VNET desc iso0 --edit", "Network description not changed\n\n", 0 },
	{ "EDITOR='sed -i s/two/2/' $VNET desc iso0 --edit", "Network description updated successfully\n\n", 0 },
	{ "EDITOR=false $VNET -q desc iso0 --edit", "error: the editor 'false' failed\n", 1 },
	{ "$VNET -q desc iso0", "2 words", 0 },
	{ "$VNET -q desc iso0 ''; $VNET desc iso0", "No description for network: iso0\n\n", 0 },
	{ "$VNET desc iso0 --live",
	  "error: Failed to get metadata of network iso0\n" INVALID "network is not running\n\n", 1 },
	{ "$VNET metadata iso0 urn:x", "\n\n", 0 },
	{ "$VNET metadata iso0 urn:x --set '<a/>'", "error: namespace key is required when modifying metadata\n\n", 1 },
	{ "$VNET metadata iso0 urn:x --set '<a/>' --edit --key k",
	  "error: Options --edit and --set are mutually exclusive\n\n", 1 },
	{ "$VNET metadata iso0 urn:x --set '<a/>' --remove",
	  "error: Options --set and --remove are mutually exclusive\n\n", 1 },
	{ "$VNET metadata iso0 urn:x --set '<a>1</a>' --key k", "Metadata modified\n\n", 0 },
	{ "$VNET -q metadata iso0 urn:x", "<a>1</a>\n", 0 },
	{ "$VNET -q dumpxml iso0 | grep urn:x", "    <k:a xmlns:k=\"urn:x\">1</k:a>\n", 0 },
	{ "EDITOR=true $VNET metadata iso0 urn:x --edit --key k", "Metadata not changed\n\n", 0 },
	{ "EDITOR='sed -i s/1/2/' $VNET metadata iso0 urn:x --edit --key k", "Metadata modified\n\n", 0 },
	{ "$VNET -q metadata iso0 urn:x", "<a>2</a>\n", 0 },
	{ "$VNET metadata iso0 urn:x --remove", "Metadata removed\n\n", 0 },
	{ "$VNET metadata iso0 urn:x --remove --config", "Metadata removed\n\n", 0 },
	{ "$VNET -q metadata iso0 urn:x --set '<a' --key k 2>&1 | head -1",
	  "error: Failed to change metadata of network iso0\n", 0 },
	{ "$VNET -q undefine iso0", "", 0 },
};

static void texts_are_set(void **state)
{
	(void)state;
	walk(texts, ARRAY_SIZE(texts));
}

static const struct step parts[] = {
	{ "$VNET -q define iso0.xml", "", 0 },
	{ "$VNET -q dumpxml iso0 --xpath //name/text\\(\\)", "iso0\n", 0 },
	{ "$VNET -q dumpxml iso0 --xpath 'count(//ip)'", "1\n", 0 },
	{ "$VNET -q dumpxml iso0 --xpath //none", "", 0 },
	{ "$VNET -q dumpxml iso0 --xpath '//name|//uuid' --wrap",
	  "<nodes>\n  <name>iso0</name>\n  <uuid>11111111-2222-3333-4444-555555555501</uuid>\n</nodes>\n", 0 },
	{ "$VNET dumpxml iso0 --xpath '//['", "error: invalid XPath expression '//['\n\n", 1 },
	{ "$VNET -q define --validate odd.xml 2>&1 | grep -c 'XML document failed to validate against schema: line 3: "
	  "'",
	  "1\n", 0 },
	{ "$VNET -q create --validate odd.xml", NULL, 1 },
	{ "$VNET -q undefine iso0", "", 0 },
};

static void parts_are_selected(void **state)
{
	(void)state;
	walk(parts, ARRAY_SIZE(parts));
}

static const struct step edits[] = {
	{ "$VNET -q define iso0.xml", "", 0 },
	{ "EDITOR=true $VNET edit iso0", "Network iso0 XML configuration not changed.\n\n", 0 },
	{ "EDITOR='sed -i s/virbr7/virbr8/' $VNET edit iso0", "Network iso0 XML configuration edited.\n\n", 0 },
	{ "$VNET -q info iso0 | tail -1", "Bridge:         virbr7\n", 0 }, /* the stub reads it once */
	{ "$VNET -q dumpxml iso0 | grep -c virbr8", "1\n", 0 },
	{ "EDITOR=false $VNET -q edit iso0", "error: the editor 'false' failed\n", 1 },
	{ "EDITOR=/nowhere/vi $VNET -q edit iso0",
	  "error: cannot run '/nowhere/vi': No such file or directory\nerror: the editor '/nowhere/vi' failed\n", 1 },
	{ "EDITOR='sed -i /name/d' VISUAL='sed -i /<name/d' $VNET -q edit iso0", NULL, 1 }, /* VISUAL goes first */
	{ "printf '%s define iso0.xml; sed -i s/virbr/x/ $1' \"$VNET\" > ed; EDITOR='sh ed' $VNET -q edit iso0",
	  "Network iso0 defined from iso0.xml\n\nerror: The XML configuration was changed by another user.\n", 1 },
	{ "$VNET -q dumpxml iso0 | cmp - iso0.xml", "", 0 },
	{ "$VNET -q undefine iso0", "", 0 },
};

static void edit_is_careful(void **state)
{
	(void)state;
	walk(edits, ARRAY_SIZE(edits));
}

static const struct step virsh[] = {
	{ "$VIRSH net-list --all", HEAD_NONE "\n", 0 },
	{ "$VIRSH net-define iso0.xml", "Network iso0 defined from iso0.xml\n\n", 0 },
	{ "$VIRSH net-define --validate iso0.xml", "Network iso0 defined from iso0.xml\n\n", 0 },
	{ "$VIRSH net-define --validate odd.xml 2>&1 | head -2 | cut -c -61",
	  "error: Failed to define network from odd.xml\n"
	  "error: XML document failed to validate against schema: line 3\n",
	  0 },
	{ "$VIRSH net-update iso0 add ip-dhcp-host \"<host mac='52:54:00:0:0:9' ip='10.1.2.9'/>\" --config",
	  "Updated network iso0 persistent config\n", 0 },
	{ "$VIRSH net-update iso0 delete ip-dhcp-host \"<host ip='10.1.2.9'/>\" --live",
	  "error: Failed to update network iso0\n"
	  "error: Requested operation is not valid: network is not running\n\n",
	  1 },
	{ "$VIRSH net-update iso0 delete ip-dhcp-host \"<host ip='10.1.2.9'/>\"",
	  "Updated network iso0 persistent config\n", 0 },
	{ "$VIRSH -q net-dumpxml iso0 --xpath '//ip/@*'; $VNET -q dumpxml iso0 --xpath '//ip/@*'",
	  " address=\"10.1.2.1\"\n netmask=\"255.255.255.0\"\n address=\"10.1.2.1\"\n netmask=\"255.255.255.0\"\n", 0 },
	{ "$VIRSH -q net-dumpxml iso0 --xpath //ip --wrap > a; $VNET -q dumpxml iso0 --xpath //ip --wrap | cmp - a", "",
	  0 },
	{ "$VIRSH net-list --all", HEAD_ISO " iso0   inactive   no          yes\n\n", 0 },
	{ "$VIRSH net-start iso0", "Network iso0 started\n\n", 0 },
	{ "$VIRSH net-start iso0",
	  "error: Failed to start network iso0\nerror: Requested operation is not valid: network is already active\n\n",
	  1 },
	{ "$VIRSH net-info iso0",
	  "Name:           iso0\nUUID:           11111111-2222-3333-4444-555555555501\nActive:         yes\n"
	  "Persistent:     yes\nAutostart:      no\nBridge:         virbr7\n\n",
	  0 },
	{ "$VIRSH -q net-dumpxml iso0 | cmp - iso0.xml", "", 0 },
	{ "$VIRSH net-autostart iso0", "Network iso0 marked as autostarted\n\n", 0 },
	{ "$VIRSH net-autostart iso0 --disable", "Network iso0 unmarked as autostarted\n\n", 0 },
	{ "$VIRSH -q net-dhcp-leases iso0 --mac 52:54:00:11:22:33",
	  " 2026-11-22 07:07:14   52:54:00:11:22:33   ipv4   192.168.122.50/24   web   01:52:54:00:11:22:33\n", 0 },
	{ "$VIRSH net-name 11111111-2222-3333-4444-555555555501", "iso0\n\n", 0 },
	{ "$VIRSH net-uuid iso0", "11111111-2222-3333-4444-555555555501\n\n", 0 },
	{ "EDITOR='sed -i s/virbr7/virbr8/' $VIRSH net-edit iso0", "Network iso0 XML configuration edited.\n\n", 0 },
	{ "$VIRSH net-destroy iso0", "Network iso0 destroyed\n\n", 0 },
	{ "$VIRSH net-undefine iso0", "Network iso0 has been undefined\n\n", 0 },
	{ "$VIRSH net-create iso0.xml", "Network iso0 created from iso0.xml\n\n", 0 },
	{ "$VIRSH -q net-destroy iso0", "", 0 },
	{ "$VIRSH net-info no", NO_NETWORK "\n", 1 },
	{ "$VIRSH capabilities",
	  "error: failed to get capabilities\nerror: this function is not supported by the connection driver: "
	  "virConnectGetCapabilities\n\n",
	  1 },
	{ "$VIRSH -r net-destroy no", NO_NETWORK "\n", 1 },
};

static void virsh_works(void **state)
{
	(void)state;
	if (system("command -v virsh >/dev/null") != 0) {
		print_message("virsh is not installed\n");
		skip();
	}
	walk(virsh, ARRAY_SIZE(virsh));
}

int main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(a_networks_life),     cmocka_unit_test(words_and_messages),
		cmocka_unit_test(taps_come_and_go),    cmocka_unit_test(edit_is_careful),
		cmocka_unit_test(parts_are_updated),   cmocka_unit_test(texts_are_set),
		cmocka_unit_test(parts_are_selected),  cmocka_unit_test(files_are_checked),
		cmocka_unit_test(ports_are_published), cmocka_unit_test(virsh_works),
	};
	const struct CMUnitTest virsh_alone[] = { cmocka_unit_test(virsh_works) };

	alarm(300); /* no client may hang the run */
	set_program();
	if (access(getenv("VNET"), X_OK) == 0)
		return cmocka_run_group_tests_name("vnet", all, up, down);
	print_message("%s is not built: only virsh is tested\n", getenv("VNET"));
	return cmocka_run_group_tests_name("vnet", virsh_alone, up, down);
}
