/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/xml.h - reads XML elements by tables that say what each may hold. For the parsers of this folder alone.
 * An element's function first calls xml_check_attrs with its table, takes the attributes it wants (xml_attr, xml_word
 * ..), then calls xml_read_children with its other table.
 * Empty   libvirt has attributes for which "" is as good as not there, and others for which it is a value, mostly a bad
 *         one. xml_given and what is built on it are for the first kind, xml_attr for the second.
 * Owner   attribute values belong to the document.
 * Errors  0 or -1 with *p->e, which names the element and carries its line. */
#pragma once
#include <libxml/tree.h>

#include "model/parse.h"

struct parser {
	struct xml_warnings *w; /* may be NULL */
	struct err *e;
	bool partial; /* an element that only points at one to delete: nothing in it is needed */
};

enum { XML_RULES_MAX = 32 }; /* children in one table: bits of a word */

enum xml_occurs {
	XML_FIRST, /* the first one counts */
	XML_MANY,
	XML_ONE, /* a second one is an error */
};

struct xml_rule {
	const char *name;
	enum xml_occurs occurs;
	int (*read)(struct parser *p, xmlNode *node, void *into);
	const char *ns; /* children: their namespace, NULL: none */
};

/* clang-format off */
/* Rows of attributes */
#define ATTR(n)			{ .name = n }
/* Rows of children, with their function */
#define FIRST(n, fn)		{ .name = n, .occurs = XML_FIRST, .read = fn }
#define MANY(n, fn)		{ .name = n, .occurs = XML_MANY, .read = fn }
#define ONE(n, fn)		{ .name = n, .occurs = XML_ONE, .read = fn }
#define FIRST_NS(n, fn, uri)	{ .name = n, .occurs = XML_FIRST, .read = fn, .ns = uri }
#define MANY_NS(n, fn, uri)	{ .name = n, .occurs = XML_MANY, .read = fn, .ns = uri }
/* clang-format on */

/* The root element of one document; the caller frees node->doc with xml_unload. `root`: what it must be. */
int xml_load(struct parser *p, const char *xml, size_t len, const char *root, xmlNode **ret);
/* The same without a look at its name. */
int xml_load_any(struct parser *p, const char *xml, size_t len, xmlNode **ret);
void xml_unload(xmlNode *root);
DEFINE_AUTO(xmlNode *, xml_unload)

/* Tables end with a row without name; NULL is an empty table. */
int xml_check_attrs(struct parser *p, xmlNode *node, const struct xml_rule *attrs);
int xml_read_children(struct parser *p, xmlNode *node, const struct xml_rule *children, void *into);

const char *xml_attr(xmlNode *node, const char *name);  /* NULL: not there */
const char *xml_given(xmlNode *node, const char *name); /* NULL: not there, or empty */
/* The element's own text, NULL if it is empty; freed with mem_drop. Attributes and children of it are warned about. */
int xml_text(struct parser *p, xmlNode *node, char **ret);

/* Copies of what is given, NULL: not given; at most `max` bytes. */
int xml_string(struct parser *p, xmlNode *node, const char *attr, size_t max, char **ret);
/* The same, but "" is refused. Without the attribute *ret is NULL. */
int xml_name(struct parser *p, xmlNode *node, const char *attr, size_t max, char **ret);
/* A network device's name as the kernel takes it; *ret NULL: not given. */
int xml_device(struct parser *p, xmlNode *node, const char *attr, char **ret);
int xml_check_device(struct parser *p, xmlNode *node, const char *name);

/* Decimal, blanks before it, nothing behind it; the attribute must be there. */
int xml_number(struct parser *p, xmlNode *node, const char *attr, unsigned long max, unsigned long *ret);
/* The same if it is given, else *ret stays. */
int xml_number_given(struct parser *p, xmlNode *node, const char *attr, unsigned long max, unsigned *ret);
/* Decimal, 0x.. or 0.. (octal), if it is there. */
int xml_number_c(struct parser *p, xmlNode *node, const char *attr, unsigned long max, unsigned long *ret);
/* An address of this family, 0: of any; the attribute must be there. */
int xml_ip(struct parser *p, xmlNode *node, const char *attr, int family, struct ip *ret);
/* The value in a table of model/words.h, 0 if the attribute is not there, or -1 with the error. */
int xml_word(struct parser *p, xmlNode *node, const char *attr, const char *const *words);
int xml_tri(struct parser *p, xmlNode *node, const char *attr, enum tri *ret);
/* AF_INET if not given. */
int xml_family(struct parser *p, xmlNode *node, bool *ret_given, int *ret);
/* A netmask without holes, for IPv4 alone; *mask stays if it is not given. */
int xml_netmask(struct parser *p, xmlNode *node, int family, struct ip *mask);

int xml_line(const xmlNode *node);
/* "<NODE>: WHAT", code VNET_ERR_XML. */
int xml_bad(struct parser *p, const xmlNode *node, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* "<NODE>: attribute 'ATTR' is missing"; nothing if p->partial. */
int xml_missing(struct parser *p, const xmlNode *node, const char *attr);
void xml_warn(struct parser *p, const xmlNode *node, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
