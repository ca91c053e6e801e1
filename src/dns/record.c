/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dns/record.h"

#include <errno.h>

#include "base/map.h"
#include "base/wr.h"

enum { STRING_MAX = 255 }; /* of a TXT, RFC 1035 s.3.3 */

struct node { /* all records of one name */
	struct dns_data *first, **end;
	size_t bytes;
};

struct dns_records {
	struct map *nodes; /* lower case name -> node */
	bool stars;
};

enum { STAR = 2 }; /* bytes of its label */
static const struct dns_name star = { .len = STAR + 1, .b = { 1, '*', 0 } };

struct dns_records *dns_records_new(void)
{
	struct dns_records *r = mem_new(struct dns_records);

	r->nodes = map_new();
	return r;
}

void dns_records_free(struct dns_records *r)
{
	struct node *n;

	if (!r)
		return;
	for (size_t pos = 0; (n = map_next(r->nodes, &pos));) {
		while (n->first) {
			struct dns_data *next = n->first->next;

			mem_drop(n->first);
			n->first = next;
		}
		mem_drop(n);
	}
	map_free(r->nodes);
	mem_drop(r);
}

static int put_target(struct wr *w, const char *text)
{
	struct dns_name target;

	if (dns_name_parse_root(text, &target) < 0)
		return -EINVAL;
	wr_bytes(w, target.b, target.len);
	return 0;
}

static int put_strings(struct wr *w, const struct dns_record *r)
{
	if (r->n_strings == 0)
		wr_u8(w, 0);
	for (size_t i = 0; i < r->n_strings; i++) {
		size_t len = strlen(r->strings[i]);

		if (len > STRING_MAX)
			return -EINVAL;
		wr_u8(w, (uint8_t)len);
		wr_bytes(w, r->strings[i], len);
	}
	return 0;
}

static int put_data(struct wr *w, const struct dns_record *r)
{
	switch (r->type) {
	case DNS_CNAME:
	case DNS_PTR:
		return put_target(w, r->target);
	case DNS_MX:
		wr_be16(w, r->priority);
		return put_target(w, r->target);
	case DNS_SRV:
		wr_be16(w, r->priority);
		wr_be16(w, r->weight);
		wr_be16(w, r->port);
		return put_target(w, r->target);
	case DNS_TXT:
		return put_strings(w, r);
	default:
		return -EINVAL;
	}
}

static struct node *get_node(struct dns_records *r, const struct dns_name *name)
{
	struct dns_name key = dns_name_lower(name);
	struct node *n = map_get(r->nodes, key.b, key.len);

	if (n)
		return n;
	n = mem_new(struct node);
	n->end = &n->first;
	map_put(r->nodes, key.b, key.len, n);
	r->stars |= key.len > star.len && memcmp(key.b, star.b, STAR) == 0;
	return n;
}

int dns_records_add(struct dns_records *r, const struct dns_record *record)
{
	uint8_t data[DNS_NAME_DATA_MAX];
	struct wr w = wr_make(data, sizeof(data));
	struct dns_name name;

	if (dns_name_parse(record->name, &name) < 0 || put_data(&w, record) < 0)
		return -EINVAL;
	struct node *n = get_node(r, &name);
	size_t bytes = n->bytes + 12 + wr_len(&w);

	if (w.full || bytes > DNS_NAME_DATA_MAX)
		return -ENOSPC;
	struct dns_data *d = mem_zalloc(sizeof(*d) + wr_len(&w));

	d->type = (uint16_t)record->type;
	d->len = (uint16_t)wr_len(&w);
	memcpy(d->b, data, d->len);
	n->bytes = bytes;
	*n->end = d;
	n->end = &d->next;
	return 0;
}

const struct dns_data *dns_records_find(const struct dns_records *r, const struct dns_name *name)
{
	struct dns_name key = dns_name_lower(name);
	const struct node *n = map_get(r->nodes, key.b, key.len);

	return n ? n->first : NULL;
}

/* "*" takes the place of one label or more, none of which is shorter: there is room. */
const struct dns_data *dns_records_find_star(const struct dns_records *r, const struct dns_name *name)
{
	struct dns_name key = dns_name_lower(name), any = star;
	const struct node *n = NULL;

	for (size_t at = 0; r->stars && !n && dns_name_up(&key, &at);) {
		size_t len = key.len - at;

		memcpy(any.b + STAR, key.b + at, len);
		n = map_get(r->nodes, any.b, STAR + len);
	}
	return n ? n->first : NULL;
}

bool dns_data_has(const struct dns_data *d, uint16_t type)
{
	while (d && d->type != type)
		d = d->next;
	return d != NULL;
}
