/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vnet/vnet.h - libvnet, the client library of vnetd: manage virtual networks, plug taps into them.
 *
 * Calls     block until the daemon has answered. A connection is for one thread at a time. No call installs a signal
 *           handler; SIGPIPE is never raised.
 * Results   each function returns 0, or -1 with *err filled in (err may be NULL). Results are written only on success.
 * Owner     text and arrays that come back are the caller's: vnet_free, unless another function is named.
 * Networks  are named by struct vnet_network, a plain value. Its uuid alone decides; the name is for people. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vnet/error.h"

#ifdef __cplusplus
extern "C" {
#endif

#define VNET_API __attribute__((visibility("default")))

#define VNET_VERSION "0.1"

struct vnet_error {
	int code;           /* enum vnet_error_code */
	int domain;         /* enum vnet_error_domain: which part refused */
	int line;           /* of the XML it is about, where the library itself read it, else 0 */
	char message[1024]; /* for people, without newline at its end */
};

struct vnet_conn;

enum { VNET_UUID_TEXT = 37, VNET_NAME_MAX = 256, VNET_IFNAME_MAX = 16, VNET_TAP_QUEUES_MAX = 16 };

struct vnet_network {
	char name[VNET_NAME_MAX];
	uint8_t uuid[16];
};

/* The library's own version, VNET_VERSION of its header. */
VNET_API const char *vnet_version(void);
/* Releases what a function of this library gave. NULL is nothing. */
VNET_API void vnet_free(void *p);
/* Writes the usual text of a uuid (36 characters) into `out` and returns it. */
VNET_API const char *vnet_uuid_text(const uint8_t uuid[16], char out[VNET_UUID_TEXT]);
/* Reads one. 0, or -1: it is not a uuid. */
VNET_API int vnet_uuid_parse(const char *text, uint8_t ret[16]);

/* --- Connection --- */

enum vnet_connect_flags { VNET_READ_ONLY = 1 };

/* Connects to the daemon. `uri` is a socket's path, "network+unix:///system?socket=PATH", "network:///system", or NULL;
 * the last two mean ROOT/run/vnet/vnetd-sock (-ro with VNET_READ_ONLY), where ROOT is the environment's VNET_ROOT or
 * nothing. "network+ssh://[USER@]HOST[:PORT]/system" runs ssh (or the environment's VNET_SSH) and `vnet proxy` on that host;
 * taps made there hand over no descriptors. On a read-only connection everything that changes something fails with VNET_ERR_OPERATION_DENIED.
 * Errors: VNET_ERR_NO_CONNECT, the URI can't be read; VNET_ERR_SYSTEM, nobody listens or we may not connect. */
VNET_API int vnet_connect(const char *uri, unsigned flags, struct vnet_conn **ret, struct vnet_error *err);
/* Says goodbye and releases the connection. NULL is nothing. */
VNET_API void vnet_close(struct vnet_conn *c);

/* Joins `in` and `out` to the daemon's socket until it hangs up: the far end of network+ssh. Nothing is read of what
 * passes. */
VNET_API int vnet_proxy(const char *uri, unsigned flags, int in, int out, struct vnet_error *err);

/* --- Networks --- */

/* In pairs: with none or both of a pair, that pair does not filter. */
enum vnet_list_flags {
	VNET_LIST_INACTIVE = 1,
	VNET_LIST_ACTIVE = 2,
	VNET_LIST_PERSISTENT = 4,
	VNET_LIST_TRANSIENT = 8,
	VNET_LIST_AUTOSTART = 16,
	VNET_LIST_NO_AUTOSTART = 32,
};

/* All networks that pass the filters of `flags`, in no order: *ret_n of them at *ret. */
VNET_API int vnet_list(struct vnet_conn *c, unsigned flags, struct vnet_network **ret, size_t *ret_n,
		       struct vnet_error *err);
/* The network with this name. VNET_ERR_NO_NETWORK: there is none. */
VNET_API int vnet_lookup_name(struct vnet_conn *c, const char *name, struct vnet_network *ret, struct vnet_error *err);
/* The network with this uuid. VNET_ERR_NO_NETWORK: there is none. */
VNET_API int vnet_lookup_uuid(struct vnet_conn *c, const uint8_t uuid[16], struct vnet_network *ret,
			      struct vnet_error *err);

struct vnet_info {
	bool active;                  /* it runs */
	bool persistent;              /* it has a stored definition */
	bool autostart;               /* it starts with the daemon */
	char bridge[VNET_IFNAME_MAX]; /* "": it has none */
};

/* What state a network is in. VNET_ERR_NO_NETWORK: it is gone. */
VNET_API int vnet_get_info(struct vnet_conn *c, const struct vnet_network *net, struct vnet_info *ret,
			   struct vnet_error *err);
/* The name of the network's bridge. VNET_ERR_INTERNAL: it has none. */
VNET_API int vnet_bridge(struct vnet_conn *c, const struct vnet_network *net, char ret[VNET_IFNAME_MAX],
			 struct vnet_error *err);

enum vnet_define_flags { VNET_VALIDATE = 1 /* against the schema first: also unknown elements are errors then */ };

/* Stores a definition, new or in place of the one with the same name and uuid; a running network goes on as it is until
 * it is restarted. *ret (may be NULL) names it. Errors: VNET_ERR_XML_DETAIL, not well formed; VNET_ERR_XML and
 * VNET_ERR_CONFIG_UNSUPPORTED, what it says cannot be; VNET_ERR_OPERATION_FAILED, name or uuid belong to another;
 * VNET_ERR_XML_INVALID_SCHEMA, with VNET_VALIDATE. */
VNET_API int vnet_define(struct vnet_conn *c, const char *xml, unsigned flags, struct vnet_network *ret,
			 struct vnet_error *err);
/* Starts a network that is forgotten when it stops. Flags and errors: as vnet_define and vnet_start. */
VNET_API int vnet_create(struct vnet_conn *c, const char *xml, unsigned flags, struct vnet_network *ret,
			 struct vnet_error *err);
/* Starts a stored network. VNET_ERR_OPERATION_INVALID: it runs. Nothing of a failed start remains. */
VNET_API int vnet_start(struct vnet_conn *c, const struct vnet_network *net, struct vnet_error *err);
/* Stops a network. VNET_ERR_OPERATION_INVALID: it does not run. */
VNET_API int vnet_destroy(struct vnet_conn *c, const struct vnet_network *net, struct vnet_error *err);
/* Forgets the stored definition; a running network goes on until it is stopped. */
VNET_API int vnet_undefine(struct vnet_conn *c, const struct vnet_network *net, struct vnet_error *err);
/* Shall it start with the daemon? VNET_ERR_OPERATION_INVALID: it has no stored definition. */
VNET_API int vnet_set_autostart(struct vnet_conn *c, const struct vnet_network *net, bool on, struct vnet_error *err);

enum vnet_dumpxml_flags { VNET_XML_INACTIVE = 1 /* the stored definition, not what runs */ };

/* The network's XML, freed with vnet_free. */
VNET_API int vnet_dumpxml(struct vnet_conn *c, const struct vnet_network *net, unsigned flags, char **ret,
			  struct vnet_error *err);

/* Which definition a call is about. None: what runs if the network is active, else what is stored. With both, both must
 * accept a change or nothing changes. */
enum vnet_affect {
	VNET_AFFECT_LIVE = 1,   /* VNET_ERR_OPERATION_INVALID: it does not run */
	VNET_AFFECT_CONFIG = 2, /* VNET_ERR_OPERATION_INVALID: it is not stored */
};

enum vnet_update_command {
	VNET_UPDATE_MODIFY = 1,
	VNET_UPDATE_DELETE = 2,
	VNET_UPDATE_ADD_LAST = 3,
	VNET_UPDATE_ADD_FIRST = 4,
};

enum vnet_update_section { /* those without an example can't be updated: VNET_ERR_OPERATION_UNSUPPORTED */
			   VNET_SECTION_BRIDGE = 1,
			   VNET_SECTION_DOMAIN = 2,
			   VNET_SECTION_IP = 3,
			   VNET_SECTION_IP_DHCP_HOST = 4,  /* <host mac='52:54:00:00:00:01' ip='192.168.122.5'/> */
			   VNET_SECTION_IP_DHCP_RANGE = 5, /* <range start='192.168.122.10' end='192.168.122.20'/> */
			   VNET_SECTION_FORWARD = 6,
			   VNET_SECTION_FORWARD_INTERFACE = 7, /* <interface dev='eth0'/> */
			   VNET_SECTION_FORWARD_PF = 8,
			   VNET_SECTION_PORTGROUP = 9, /* <portgroup name='staff'/> */
			   VNET_SECTION_DNS_HOST = 10, /* <host ip='192.168.122.5'><hostname>db</hostname></host> */
			   VNET_SECTION_DNS_TXT = 11,  /* <txt name='note' value='text'/> */
			   VNET_SECTION_DNS_SRV = 12,  /* <srv service='ldap' protocol='tcp' target='db' port='389'/> */
};

struct vnet_update {
	enum vnet_update_command command;
	enum vnet_update_section section;
	int parent_index; /* which of the ip elements, from 0; -1: the first that fits */
	const char *xml;  /* one element */
};

/* Changes a part of a definition. A running network changes at once: no lease is lost, no guest detached. On failure
 * everything is as before. `flags` are of enum vnet_affect. VNET_ERR_OPERATION_INVALID also: what is to be added is there,
 * what is to be changed or deleted is not. */
VNET_API int vnet_update(struct vnet_conn *c, const struct vnet_network *net, const struct vnet_update *update,
			 unsigned flags, struct vnet_error *err);

enum vnet_metadata_type { VNET_METADATA_DESCRIPTION, VNET_METADATA_TITLE, VNET_METADATA_ELEMENT };

/* Sets the description, the title, or the element of the namespace `uri` below <metadata>; `text` is that element, `key`
 * the prefix that it gets there. `text` NULL, or "" for the first two: it is removed. `key` and `uri` are NULL but for an
 * element. `flags` are of enum vnet_affect. VNET_ERR_INVALID_ARG: a title of several lines. */
VNET_API int vnet_set_metadata(struct vnet_conn *c, const struct vnet_network *net, enum vnet_metadata_type type,
			       const char *text, const char *key, const char *uri, unsigned flags,
			       struct vnet_error *err);
/* What vnet_set_metadata sets, freed with vnet_free. `flags` is one of enum vnet_affect or none. VNET_ERR_NO_METADATA:
 * there is none. */
VNET_API int vnet_get_metadata(struct vnet_conn *c, const struct vnet_network *net, enum vnet_metadata_type type,
			       const char *uri, unsigned flags, char **ret, struct vnet_error *err);

enum vnet_apply_flags { VNET_DRY_RUN = 1 /* only say what would change */ };

/* Makes the network of this definition's name be it, the stored one and the one that runs, without detaching a guest.
 * *ret is text, one line a step that this took, freed with vnet_free. VNET_ERR_NO_NETWORK: there is none of that name;
 * VNET_ERR_OPERATION_UNSUPPORTED: a running network keeps its bridge. */
VNET_API int vnet_apply(struct vnet_conn *c, const char *xml, unsigned flags, char **ret, struct vnet_error *err);

/* What the kernel should look like for this network and how that differs from what is; text, freed with vnet_free. */
VNET_API int vnet_plan(struct vnet_conn *c, const struct vnet_network *net, char **ret, struct vnet_error *err);

/* --- Leases --- */

struct vnet_lease {
	char bridge[VNET_IFNAME_MAX];
	int64_t expiry;  /* Unix seconds; 0: never */
	bool ipv6;       /* else IPv4 */
	char ip[46];     /* as text */
	unsigned prefix; /* length of the network's prefix */
	char mac[18];    /* "": unknown */
	char *hostname;  /* NULL: unknown */
	char *client_id; /* client id or DUID in hex, NULL: unknown */
};

/* The leases that have not expired, of one client if `mac` is not NULL: *ret_n of them at *ret, freed with
 * vnet_leases_free. VNET_ERR_INVALID_MAC: `mac` is none. */
VNET_API int vnet_leases(struct vnet_conn *c, const struct vnet_network *net, const char *mac, struct vnet_lease **ret,
			 size_t *ret_n, struct vnet_error *err);
/* Gives leases of another DHCP server to the network, whether it runs or not, so that its guests keep their addresses.
 * Their `bridge`, `prefix` and `ipv6` mean nothing; only IPv4 is taken. Those that the network's ranges or hosts don't
 * give to that client, and those that are over, are left out; *ret_n (may be NULL) are not. Of these the free ones are
 * among vnet_leases a moment later, when they are stored. VNET_ERR_INVALID_ARG and VNET_ERR_INVALID_MAC: one makes no
 * sense; VNET_ERR_OPERATION_INVALID: no DHCP on this network. */
VNET_API int vnet_import_leases(struct vnet_conn *c, const struct vnet_network *net, const struct vnet_lease *v,
				size_t n, size_t *ret_n, struct vnet_error *err);
VNET_API void vnet_leases_free(struct vnet_lease *v, size_t n);

struct vnet_past_lease { /* what happened to a lease */
	int64_t at;      /* Unix seconds */
	bool bound;      /* or renewed; else it ended */
	char ip[46];     /* as text */
	char mac[18];
	char *hostname; /* NULL: unknown */
};
struct vnet_history_filter {
	const char *mac, *ip; /* as text; NULL: any */
	int64_t since;        /* Unix seconds */
};
/* What happened to the leases of a network, also to those that are no more, as long as the daemon remembers: at most the
 * last 10000 events that pass the filter, the newest first. *ret_n of them at *ret, freed with vnet_history_free.
 * VNET_ERR_INVALID_MAC and VNET_ERR_INVALID_ARG: the filter makes no sense. */
VNET_API int vnet_history(struct vnet_conn *c, const struct vnet_network *net, const struct vnet_history_filter *f,
			  struct vnet_past_lease **ret, size_t *ret_n, struct vnet_error *err);
VNET_API void vnet_history_free(struct vnet_past_lease *v, size_t n);

struct vnet_dhcp_counts {
	bool ipv6;  /* of DHCPv6, else of DHCPv4 */
	char *what; /* what became of a message, for people */
	uint64_t n;
};
struct vnet_dhcp_port_counters {
	char dev[32];   /* "": not known */
	uint32_t holds; /* addresses */
	uint64_t messages, offers, acks, naks;
	uint64_t limited; /* messages that were dropped unread: too many at once */
};
struct vnet_dhcp_stats {                       /* since the network was started */
	uint32_t taken, total, taken6, total6; /* addresses that are not reserved; 6: of IPv6 */
	struct vnet_dhcp_counts *counters;
	size_t n_counters;
	struct vnet_dhcp_port_counters *ports; /* who sends most messages of DHCPv4, most first */
	size_t n_ports;
};
/* What the network's DHCP servers did, and for whom. To be released with vnet_dhcp_stats_free, which leaves the struct itself.
 * VNET_ERR_OPERATION_INVALID: the network does not run. */
VNET_API int vnet_dhcp_stats(struct vnet_conn *c, const struct vnet_network *net, struct vnet_dhcp_stats *ret,
			     struct vnet_error *err);
VNET_API void vnet_dhcp_stats_free(struct vnet_dhcp_stats *s);

/* --- Published ports: of the host, that lead to a guest --- */

struct vnet_publish {
	const char *address;     /* of the host; NULL: any, 0.0.0.0 and ::, any of that family */
	uint16_t port, port_end; /* port_end 0: one port */
	const char *protocol;    /* "tcp" or "udp"; NULL: tcp */
	const char *guest;       /* its host name, MAC or address */
	uint16_t to;             /* the guest's port, the first of as many; 0: the same as the host's */
};

/* Publishes ports: who connects to them from outside, from the host or from a guest reaches the guest. It follows the
 * guest's address; without one it leads nowhere until there is one. `flags` are of enum vnet_affect; none: both
 * definitions, as far as there are both, and then both must accept it or nothing changes. VNET_ERR_OPERATION_INVALID: one
 * of the ports is published already, or a program of the host has it; VNET_ERR_CONFIG_UNSUPPORTED: the network lets
 * nobody in; VNET_ERR_INVALID_ARG and VNET_ERR_XML: it makes no sense. */
VNET_API int vnet_publish(struct vnet_conn *c, const struct vnet_network *net, const struct vnet_publish *what,
			  unsigned flags, struct vnet_error *err);
/* Takes it back; connections end. Address, ports and protocol are as they were published, `guest` may be NULL and `to`
 * means nothing. VNET_ERR_OPERATION_INVALID: they are not published. */
VNET_API int vnet_unpublish(struct vnet_conn *c, const struct vnet_network *net, const struct vnet_publish *what,
			    unsigned flags, struct vnet_error *err);

struct vnet_published {
	char address[46]; /* "": any */
	uint16_t port, port_end;
	char protocol[4];
	char guest[64];
	uint16_t to;                   /* 0: the same as the host's */
	char to_ipv4[46], to_ipv6[46]; /* the guest's addresses; "": none */
	char why[64];                  /* it leads nowhere now, in words; "": it leads to the guest */
};

/* What a network publishes that runs, or is stored if it does not run: *ret_n of them at *ret. */
VNET_API int vnet_published(struct vnet_conn *c, const struct vnet_network *net, struct vnet_published **ret,
			    size_t *ret_n, struct vnet_error *err);

/* --- Taps --- */

#define VNET_NO_OWNER UINT32_MAX

struct vnet_tap_request {  /* zeroed, with `owner` set, it asks for an anonymous tap of one queue */
	const char *name;  /* NULL: the next free vnetN */
	uint32_t owner;    /* uid that may open it by name; VNET_NO_OWNER: root only */
	unsigned queues;   /* 0 and 1: a single-queue tap; at most VNET_TAP_QUEUES_MAX */
	uint8_t mac[6];    /* of the guest; zero: unknown */
	bool persist;      /* it stays until vnet_tap_del; else it lives as long as its descriptors are open */
	const char *group; /* port group of the network; NULL: its default one, if it has one */
};

struct vnet_tap {
	char name[VNET_IFNAME_MAX];
	char network[VNET_NAME_MAX]; /* "": its network is gone */
	uint32_t owner;              /* VNET_NO_OWNER: root only */
	uint8_t mac[6];              /* of the device */
	bool attached;               /* it is plugged into the network's bridge */
	bool persist;
};

/* Makes a tap that is plugged into a running network and up. Without `persist` the descriptors of its queues go to `fds`
 * (room for VNET_TAP_QUEUES_MAX, *ret_n_fds of them come) and are the caller's to close; they are close-on-exec.
 * `fds` and `ret_n_fds` may be NULL with `persist`. VNET_ERR_OPERATION_INVALID: the network does not run. */
VNET_API int vnet_tap_add(struct vnet_conn *c, const struct vnet_network *net, const struct vnet_tap_request *request,
			  struct vnet_tap *ret, int *fds, size_t *ret_n_fds, struct vnet_error *err);
/* Unplugs and deletes a persistent tap. VNET_ERR_NO_PORT: it is not one of ours. */
VNET_API int vnet_tap_del(struct vnet_conn *c, const char *name, struct vnet_error *err);
/* All taps, or those of one network if `net` is not NULL: *ret_n of them at *ret. */
VNET_API int vnet_tap_list(struct vnet_conn *c, const struct vnet_network *net, struct vnet_tap **ret, size_t *ret_n,
			   struct vnet_error *err);

/* --- What guests may not send --- */

enum vnet_refusal {
	VNET_REFUSED_MAC,   /* another source MAC than the guest's */
	VNET_REFUSED_ARP,   /* ARP for an address that is somebody else's, or of no subnet of the network */
	VNET_REFUSED_IP,    /* a source address that is */
	VNET_REFUSED_ND,    /* neighbour discovery for such an address, router advertisements, redirects */
	VNET_REFUSED_DHCP,  /* what a DHCP server says, and what a client says of another client */
	VNET_REFUSED_FRAME, /* what is none of IPv4, IPv6 and ARP: VLAN tags, for one */
	VNET_REFUSALS
};

struct vnet_guarded { /* a port whose guest may send only what is its own */
	char port[VNET_IFNAME_MAX];
	uint8_t mac[6];                  /* of the guest; zero: unknown */
	uint64_t refused[VNET_REFUSALS]; /* frames */
};
/* The guarded ports of a running network: *ret_n of them at *ret, freed with vnet_free. */
VNET_API int vnet_guarded(struct vnet_conn *c, const struct vnet_network *net, struct vnet_guarded **ret, size_t *ret_n,
			  struct vnet_error *err);

/* --- Ports: the guests' NICs on a running network --- */

struct vnet_port {
	uint8_t uuid[16];
};

enum vnet_port_flags {
	VNET_PORT_RECLAIM = 1,  /* the daemon forgot it: the XML has the plug it had */
	VNET_PORT_VALIDATE = 2, /* refuse what the format does not know */
};

/* The network's ports, taps of the daemon's own among them: *ret_n of them at *ret.
 * VNET_ERR_OPERATION_INVALID, here and below: the network does not run. */
VNET_API int vnet_port_list(struct vnet_conn *c, const struct vnet_network *net, struct vnet_port **ret, size_t *ret_n,
			    struct vnet_error *err);
/* Tells of a NIC by <networkport>. Nothing is moved: the caller plugs it in where the plug of vnet_port_dumpxml says.
 * *ret may be NULL. VNET_ERR_PORT_EXISTS: its uuid is known. */
VNET_API int vnet_port_create(struct vnet_conn *c, const struct vnet_network *net, const char *xml, unsigned flags,
			      struct vnet_port *ret, struct vnet_error *err);
/* Its XML, freed with vnet_free. VNET_ERR_NO_PORT: there is none. */
VNET_API int vnet_port_dumpxml(struct vnet_conn *c, const struct vnet_network *net, const struct vnet_port *port,
			       char **ret, struct vnet_error *err);

struct vnet_rate {              /* 0: not given; without `average` there is none */
	unsigned average, peak; /* kilobytes (1000 bytes) per second */
	unsigned burst;         /* KiB that may go at peak rate */
};
struct vnet_port_rates {
	struct vnet_rate in, out; /* as the guest sees it */
	unsigned floor;           /* kilobytes per second that it is guaranteed inbound; 0: none */
};

/* How fast a port may be. VNET_ERR_NO_PORT: there is none. */
VNET_API int vnet_port_rates(struct vnet_conn *c, const struct vnet_network *net, const struct vnet_port *port,
			     struct vnet_port_rates *ret, struct vnet_error *err);
/* Replaces them. Whoever plugged the port in is to make them true: it finds them in the port's XML.
 * VNET_ERR_CONFIG_UNSUPPORTED: a floor that the network cannot give; VNET_ERR_OPERATION_UNSUPPORTED: a tap of the
 * daemon's own. */
VNET_API int vnet_port_set_rates(struct vnet_conn *c, const struct vnet_network *net, const struct vnet_port *port,
				 const struct vnet_port_rates *rates, struct vnet_error *err);
/* VNET_ERR_NO_PORT: there is none. A tap of the daemon's own is unplugged and deleted. */
VNET_API int vnet_port_delete(struct vnet_conn *c, const struct vnet_network *net, const struct vnet_port *port,
			      struct vnet_error *err);

/* --- The daemon and its host --- */

enum vnet_state { VNET_STATE_NONE, VNET_STATE_OK, VNET_STATE_WRONG }; /* NONE: the network wants nothing of it */

struct vnet_network_status {
	char name[VNET_NAME_MAX];
	enum vnet_state firewall; /* its rules in the kernel */
	enum vnet_state service;  /* DHCP, DNS, TFTP and router advertisements as declared */
	uint64_t repairs;         /* times that something others changed was put right, since the daemon started */
	bool held;                /* others keep changing it: the next repair waits */
};
struct vnet_status {
	char version[32];
	uint64_t uptime;                      /* seconds */
	bool guestd;                          /* vnet-guestd, which serves the guests, is there */
	bool owner;                           /* nobody else can change the daemon's rules */
	enum vnet_state flowtable;            /* the kernel's short cut for established flows */
	char coexist[8];                      /* the setting: "auto", "warn", "off" */
	uint64_t passes;                      /* times that rules of ours in other firewalls' chains were put back */
	struct vnet_network_status *networks; /* those that run */
	size_t n_networks;
};
/* How the daemon does, and what runs; *ret is emptied with vnet_status_clear. */
VNET_API int vnet_get_status(struct vnet_conn *c, struct vnet_status *ret, struct vnet_error *err);
VNET_API void vnet_status_clear(struct vnet_status *s);

enum vnet_check_level { VNET_CHECK_PASS, VNET_CHECK_WARN, VNET_CHECK_FAIL };
struct vnet_check {
	enum vnet_check_level level;
	char *what, *found; /* in a word; in a sentence */
	char *remedy;       /* NULL: there is nothing to do */
};
/* Is the host fit for virtual networks? *ret_n answers at *ret, freed with vnet_checks_free. `c` NULL: as far as this
 * process can see, without a daemon; what needs root is a warning then. */
VNET_API int vnet_host_validate(struct vnet_conn *c, struct vnet_check **ret, size_t *ret_n, struct vnet_error *err);
VNET_API void vnet_checks_free(struct vnet_check *v, size_t n);

/* --- Events --- */

enum vnet_event_kind { VNET_EVENT_LIFECYCLE = 0, VNET_EVENT_METADATA = 1, VNET_EVENT_LEASE = 2 };

/* What a VNET_EVENT_LIFECYCLE tells: event.detail. */
enum vnet_lifecycle { VNET_DEFINED = 0, VNET_UNDEFINED = 1, VNET_STARTED = 2, VNET_STOPPED = 3 };

/* What a VNET_EVENT_LEASE tells: event.detail. */
enum vnet_lease_news { VNET_LEASE_BOUND = 0, VNET_LEASE_RENEWED = 1, VNET_LEASE_ENDED = 2 };

struct vnet_event {
	enum vnet_event_kind kind;
	int id; /* of the registration it belongs to */
	struct vnet_network network;
	/* enum vnet_lifecycle, enum vnet_lease_news; of metadata what changed: 0 description, 1 title, 2 an element */
	int detail;
	char *uri; /* of that element, freed with vnet_free; else NULL */
	struct {   /* of a VNET_EVENT_LEASE; after it is durable */
		char ip[46], mac[18];
		char hostname[64]; /* "": unknown */
		int64_t expiry;    /* Unix seconds; 0: never */
	} lease;
};

/* Asks to be told of one kind of event, of one network or of all (`net` NULL). *ret_id (may be NULL) names the
 * registration until the connection is closed. */
VNET_API int vnet_event_register(struct vnet_conn *c, enum vnet_event_kind kind, const struct vnet_network *net,
				 int *ret_id, struct vnet_error *err);
VNET_API int vnet_event_deregister(struct vnet_conn *c, int id, struct vnet_error *err);
/* The next event in order, after waiting for it up to `timeout_ms` (-1: for ever, 0: not at all). 1: *ret is it; 0: none
 * came in time; -1: the connection is lost, or a signal came (VNET_ERR_SYSTEM). The daemon cuts off who lets many
 * events wait, so call it whenever vnet_fd is readable. */
VNET_API int vnet_event_next(struct vnet_conn *c, int timeout_ms, struct vnet_event *ret, struct vnet_error *err);
/* The connection's descriptor, to be polled for reading between calls; it stays the connection's. Events may have come
 * already with the answer to a call: ask vnet_event_next with no timeout before waiting. */
VNET_API int vnet_fd(const struct vnet_conn *c);

/* --- Without a daemon --- */

/* Reads and checks a definition of `len` bytes. `warn`, if not NULL, is told what is odd but no error, each with its line
 * (0: it is about the whole), such as what can be stored but not started yet.
 * On failure err->line says where. */
VNET_API int vnet_xml_check(const char *xml, size_t len, void (*warn)(int line, const char *text, void *arg), void *arg,
			    struct vnet_error *err);
/* The canonical form of a definition, freed with vnet_free. Errors: as vnet_xml_check. */
VNET_API int vnet_xml_format(const char *xml, size_t len, char **ret, struct vnet_error *err);
/* What the kernel should look like for a definition; text, freed with vnet_free. Errors: as vnet_xml_check. */
VNET_API int vnet_xml_plan(const char *xml, size_t len, char **ret, struct vnet_error *err);

enum { VNET_SELECT_WRAP = 1 }; /* nodes inside of one element <nodes> */
/* What an XPath expression selects in any document: each node and its content, or a value, and a newline behind each. The
 * text is freed with vnet_free. */
VNET_API int vnet_xml_select(const char *xml, size_t len, const char *xpath, unsigned flags, char **ret,
			     struct vnet_error *err);

#ifdef __cplusplus
}
#endif
