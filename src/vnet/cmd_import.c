/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes over what libvirt's own network daemon left: definitions, autostart links, leases. Files are read here, by the
 * user who may read them; the daemon is given definitions and leases like any client's. */
#include "vnet/cli.h"

#include <dirent.h>
#include <errno.h>
#include <json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SUFFIX ".xml"

enum {
	LEASES_MAX = 65536, /* of one network */
	JSON_DEPTH = 4,     /* an array of flat objects */
	STORED_WAIT_MS = 1000,
	STORED_POLL_MS = 10,
};

static const char networks_dir[] = "/etc/libvirt/qemu/networks";
static const char leases_dir[] = "/var/lib/libvirt/dnsmasq";

struct job { /* one file */
	struct cli *cli;
	const char *dir, *leases;
	const char *file; /* in dir */
	char *path;
	struct vnet_network net;
	bool defined, marked; /* it is new or changed; it starts with the daemon from now on */
	size_t leases_new, leases_left;
};

static int name_len(const struct job *j)
{
	return (int)(strlen(j->file) - strlen(SUFFIX));
}

/* A line of the report that says why not. */
static int cannot(const struct job *j, const char *path, int line, const char *why)
{
	fflush(stdout);
	if (line)
		fprintf(stderr, "network %.*s: %s:%d: %s\n", name_len(j), j->file, path, line, why);
	else
		fprintf(stderr, "network %.*s: %s: %s\n", name_len(j), j->file, path, why);
	return -1;
}

static int refused(const struct job *j, const struct vnet_error *why)
{
	return cannot(j, j->path, why->line, why->message);
}

/* ---- definitions ---- */

/* The stored definition under the file's name, "" if there is none. NULL: told why. */
static char *stored_xml(struct job *j, struct vnet_error *why)
{
	AUTO_FREE char *name = cli_text("%.*s", name_len(j), j->file);
	char *xml = NULL;

	if (vnet_lookup_name(j->cli->conn, name, &j->net, why) == 0)
		return vnet_dumpxml(j->cli->conn, &j->net, VNET_XML_INACTIVE, &xml, why) == 0 ? xml : NULL;
	return why->code == VNET_ERR_NO_NETWORK ? cli_text("%s", "") : NULL;
}

static int define(struct job *j)
{
	AUTO_FREE char *canonical = NULL;
	AUTO_FREE char *after = NULL;
	struct vnet_error why;
	size_t len;
	AUTO_FREE char *xml = cli_read_file(j->path, &len);

	if (!xml)
		return -1;
	if (vnet_xml_check(xml, len, cli_warn_line, j->path, &why) < 0 ||
	    vnet_xml_format(xml, len, &canonical, &why) < 0)
		return refused(j, &why);
	AUTO_FREE char *before = stored_xml(j, &why);

	if (!before)
		return refused(j, &why);
	if (strcmp(before, canonical) == 0)
		return 0;
	if (vnet_define(j->cli->conn, xml, 0, &j->net, &why) < 0 ||
	    vnet_dumpxml(j->cli->conn, &j->net, VNET_XML_INACTIVE, &after, &why) < 0)
		return refused(j, &why);
	j->defined = strcmp(before, after) != 0; /* what the file leaves open may be as it was */
	return 0;
}

/* A link in autostart/ that leads to the file; of a copied folder, one to the same name elsewhere. */
static bool has_link(const struct job *j)
{
	AUTO_FREE char *link = cli_text("%s/autostart/%s", j->dir, j->file);
	char target[PATH_MAX];
	ssize_t n = readlink(link, target, sizeof(target) - 1);

	if (n < 0)
		return false;
	target[n] = '\0';
	const char *slash = strrchr(target, '/');

	return strcmp(slash ? slash + 1 : target, j->file) == 0;
}

static int mark(struct job *j)
{
	struct vnet_info info;
	struct vnet_error why;

	if (!has_link(j))
		return 0;
	if (vnet_get_info(j->cli->conn, &j->net, &info, &why) < 0)
		return refused(j, &why);
	if (info.autostart)
		return 0;
	if (vnet_set_autostart(j->cli->conn, &j->net, true, &why) < 0)
		return refused(j, &why);
	j->marked = true;
	return 0;
}

/* ---- leases ---- */

static const char *text_of(json_object *o, const char *key)
{
	json_object *value;

	return json_object_object_get_ex(o, key, &value) && json_object_is_type(value, json_type_string)
		   ? json_object_get_string(value)
		   : NULL;
}

/* 1: *ret is a lease; 0: none to import; -1: an entry that can't be. */
static int read_lease(json_object *o, struct vnet_lease *ret)
{
	json_object *expiry;

	if (!json_object_is_type(o, json_type_object))
		return -1;
	const char *ip = text_of(o, "ip-address"), *mac = text_of(o, "mac-address"), *name = text_of(o, "hostname"),
		   *id = text_of(o, "client-id");

	if (!ip || !json_object_object_get_ex(o, "expiry-time", &expiry) || !json_object_is_type(expiry, json_type_int))
		return -1;
	ret->expiry = json_object_get_int64(expiry);
	if (strchr(ip, ':') || (ret->expiry && ret->expiry <= time(NULL)))
		return 0;
	if (!mac || strlen(mac) >= sizeof(ret->mac) || strlen(ip) >= sizeof(ret->ip))
		return -1;
	strcpy(ret->ip, ip);
	strcpy(ret->mac, mac);
	ret->hostname = name ? cli_text("%s", name) : NULL;
	ret->client_id = id ? cli_text("%s", id) : NULL;
	return 1;
}

static json_object *parse_json(const char *text, size_t len)
{
	json_tokener *t = json_tokener_new_ex(JSON_DEPTH);
	json_object *o = json_tokener_parse_ex(t, text, (int)len);
	size_t end = json_tokener_get_parse_end(t);

	if (json_tokener_get_error(t) != json_tokener_success || end + strspn(text + end, " \t\r\n") != len) {
		json_object_put(o);
		o = NULL;
	}
	json_tokener_free(t);
	return o;
}

/* All entries or none: *ret_n leases at *ret. NULL, or what is wrong. */
static const char *read_leases(const char *text, size_t len, struct vnet_lease **ret, size_t *ret_n)
{
	json_object *list = parse_json(text, len);
	const char *why = NULL;
	size_t n = 0, all = list && json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;

	if (!list || !json_object_is_type(list, json_type_array))
		why = "not a JSON list of leases: skipped";
	else if (all > LEASES_MAX)
		why = "too many leases: skipped";
	struct vnet_lease *v = cli_alloc(NULL, all, sizeof(*v));

	memset(v, 0, all * sizeof(*v));
	for (size_t i = 0; i < all && !why; i++) {
		int r = read_lease(json_object_array_get_idx(list, i), &v[n]);

		n += r > 0;
		if (r < 0)
			why = "an entry is not a lease: skipped";
	}
	json_object_put(list);
	*ret = v;
	*ret_n = n;
	return why;
}

static int by_ip(const void *a, const void *b)
{
	return strcmp(((const struct vnet_lease *)a)->ip, ((const struct vnet_lease *)b)->ip);
}

/* How many of `v` the network has. */
static int count_held(struct job *j, const struct vnet_lease *v, size_t n, size_t *ret, struct vnet_error *why)
{
	struct vnet_lease *have;
	size_t n_have, held = 0;

	if (vnet_leases(j->cli->conn, &j->net, NULL, &have, &n_have, why) < 0)
		return -1;
	if (n_have)
		qsort(have, n_have, sizeof(*have), by_ip);
	for (size_t i = 0; i < n && n_have; i++) {
		const struct vnet_lease *same = bsearch(&v[i], have, n_have, sizeof(*have), by_ip);

		held += same && strcasecmp(v[i].mac, same->mac) == 0;
	}
	vnet_leases_free(have, n_have);
	*ret = held;
	return 0;
}

/* They are there when they are stored, which is a moment after they were given. */
static int give(struct job *j, const struct vnet_lease *v, size_t n, struct vnet_error *why)
{
	static const struct timespec poll = { .tv_nsec = STORED_POLL_MS * 1000000L };
	size_t before, held, fit;

	if (n == 0)
		return 0;
	if (count_held(j, v, n, &before, why) < 0)
		return -1;
	held = before;
	if (before < n && vnet_import_leases(j->cli->conn, &j->net, v, n, &fit, why) < 0)
		return -1;
	for (int ms = 0; before < n && held < fit && ms < STORED_WAIT_MS; ms += STORED_POLL_MS) {
		nanosleep(&poll, NULL);
		if (count_held(j, v, n, &held, why) < 0)
			return -1;
	}
	j->leases_new = held - before;
	j->leases_left = n - held;
	return 0;
}

static int import_leases(struct job *j)
{
	char bridge[VNET_IFNAME_MAX];
	struct vnet_lease *v = NULL;
	struct vnet_error why;
	size_t n = 0, len;

	if (vnet_bridge(j->cli->conn, &j->net, bridge, &why) < 0)
		return why.code == VNET_ERR_INTERNAL ? 0 : refused(j, &why); /* it has none */
	AUTO_FREE char *path = cli_text("%s/%s.status", j->leases, bridge);

	if (access(path, F_OK) < 0)
		return 0; /* it never gave one */
	AUTO_FREE char *text = cli_read_file(path, &len);

	if (!text)
		return -1;
	if (strspn(text, " \t\r\n") == len)
		return 0;
	const char *wrong = read_leases(text, len, &v, &n);
	int r = wrong ? cannot(j, path, 0, wrong) : give(j, v, n, &why);

	if (r < 0 && !wrong)
		cannot(j, path, 0, why.message);
	for (size_t i = 0; i < n; i++) {
		free(v[i].hostname);
		free(v[i].client_id);
	}
	free(v);
	return r;
}

/* ---- the folder ---- */

static void report(const struct job *j)
{
	printf("network %s: %s", j->net.name, j->defined ? "defined" : "");
	const char *comma = j->defined ? ", " : "";

	if (j->marked)
		printf("%sautostart", comma), comma = ", ";
	if (j->leases_new)
		printf("%s%zu lease%s", comma, j->leases_new, j->leases_new == 1 ? "" : "s"), comma = ", ";
	if (!*comma)
		printf("unchanged"), comma = ", ";
	if (j->leases_left)
		printf("%s%zu lease%s not taken", comma, j->leases_left, j->leases_left == 1 ? "" : "s");
	putchar('\n');
}

static int import_file(struct cli *cli, const char *dir, const char *leases, const char *file)
{
	AUTO_FREE char *path = cli_text("%s/%s", dir, file);
	struct job j = { .cli = cli, .dir = dir, .leases = leases, .file = file, .path = path };

	if (define(&j) < 0)
		return -1;
	int r = mark(&j);

	if (import_leases(&j) < 0)
		r = -1;
	report(&j);
	return r;
}

static int is_definition(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return d->d_name[0] != '.' && len > strlen(SUFFIX) && strcmp(d->d_name + len - strlen(SUFFIX), SUFFIX) == 0;
}

static int import(struct cli *cli, const struct cli_args *args)
{
	const char *dir = cli_arg(args, "dir"), *leases = cli_arg(args, "leases");
	struct dirent **files;
	int r = 0;

	dir = dir ? dir : networks_dir;
	if (!cli_conn(cli))
		return -1;
	int n = scandir(dir, &files, is_definition, alphasort);

	if (n < 0)
		return cli_error("cannot read folder '%s': %s", dir, strerror(errno));
	for (int i = 0; i < n; i++) {
		if (import_file(cli, dir, leases ? leases : leases_dir, files[i]->d_name) < 0)
			r = -1;
		free(files[i]);
	}
	free(files);
	return r;
}

/* clang-format off */
#define IMPORT_ARGS                                                                                                    \
	{ { "dir", ARG_DATA, false, "folder of definitions, instead of /etc/libvirt/qemu/networks" },                  \
	  { "leases", ARG_VALUE, false, "folder of lease files, instead of /var/lib/libvirt/dnsmasq" } }

const struct cli_cmd cli_import_cmds[] = {
	{ "import", import, "take over libvirt's networks, autostart links and leases", true, IMPORT_ARGS },
	{ "import-libvirt", import, "the same as import", true, IMPORT_ARGS },
	{ 0 },
};
/* clang-format on */
