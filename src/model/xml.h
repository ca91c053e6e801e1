/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/xml.h - reads XML elements by tables that say what each may hold. For the parsers of this folder alone.
 * An element's function first calls xml_check_attrs with its table, takes the attributes it wants with xml_attr or
 * xml_given, then calls xml_read_children with its other table. To support one more attribute or child: change its row
 * from LATER to ATTR, FIRST, MANY or ONE and take it.
 * Owner   attribute values belong to the document.
 * Errors  0 or -1 with *p->e, which names the element and carries its line. */
#pragma once
#include <libxml/tree.h>

#include "model/parse.h"

struct parser {
	struct xml_warnings *w; /* may be NULL */
	struct err *e;
};

enum { XML_RULES_MAX = 32 }; /* children in one table: bits of a word */

enum xml_support {
	XML_READ = 1, /* we read it */
	XML_LATER,    /* the format defines it, we don't support it yet: an error */
	XML_MOOT,     /* the format defines it, but it says nothing in the definitions that we support: a warning */
};

enum xml_occurs {
	XML_FIRST, /* the first one counts */
	XML_MANY,
	XML_ONE, /* a second one is an error */
};

struct xml_rule {
	const char *name;
	enum xml_support support;
	const char *inert;
	enum xml_occurs occurs;
	int (*read)(struct parser *p, xmlNode *node, void *into);
	const char *ns; /* children: their namespace, NULL: none */
};

/* clang-format off */
/* Rows of attributes */
#define ATTR(n)		{ .name = n, .support = XML_READ }
#define ATTR_MOOT(n)	{ .name = n, .support = XML_MOOT }
/* Rows of children, with their function */
#define FIRST(n, fn)	{ .name = n, .support = XML_READ, .occurs = XML_FIRST, .read = fn }
#define MANY(n, fn)	{ .name = n, .support = XML_READ, .occurs = XML_MANY, .read = fn }
#define ONE(n, fn)	{ .name = n, .support = XML_READ, .occurs = XML_ONE, .read = fn }
/* Both. `same` is the attribute's value that says what is so anyway, an empty one then being such a value too; for a
 * child "": it says nothing if it is empty. NULL: it always says something. */
#define LATER(n, same)			{ .name = n, .support = XML_LATER, .inert = same }
#define LATER_NS(n, same, uri)		{ .name = n, .support = XML_LATER, .inert = same, .ns = uri }
/* clang-format on */

/* The root element `root` of one document; the caller frees node->doc with xml_unload. */
int xml_load(struct parser *p, const char *xml, size_t len, const char *root, xmlNode **ret);
void xml_unload(xmlNode *root);
DEFINE_AUTO(xmlNode *, xml_unload)

/* Tables end with a row without name; NULL is an empty table. */
int xml_check_attrs(struct parser *p, xmlNode *node, const struct xml_rule *attrs);
int xml_read_children(struct parser *p, xmlNode *node, const struct xml_rule *children, void *into);

const char *xml_attr(xmlNode *node, const char *name);  /* NULL: not there */
const char *xml_given(xmlNode *node, const char *name); /* NULL: not there, or empty */
/* The element's own text, NULL if it is empty; freed with mem_drop. Attributes and children of it are warned about. */
int xml_text(struct parser *p, xmlNode *node, char **ret);

/* Decimal, blanks before it, nothing behind it. */
int xml_number(struct parser *p, xmlNode *node, const char *attr, unsigned long max, unsigned long *ret);
/* An IPv4 address; the attribute must be there. */
int xml_ipv4(struct parser *p, xmlNode *node, const char *attr, struct ip *ret);

int xml_line(const xmlNode *node);
/* "<NODE>: WHAT", code VNET_ERR_XML. */
int xml_bad(struct parser *p, const xmlNode *node, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* "WHAT is not supported yet", code VNET_ERR_CONFIG_UNSUPPORTED. */
int xml_later(struct parser *p, const xmlNode *node, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void xml_warn(struct parser *p, const xmlNode *node, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
