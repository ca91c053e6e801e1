/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/xml.h"

#include <ctype.h>
#include <errno.h>
#include <libxml/parser.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int xml_line(const xmlNode *node)
{
	return (int)xmlGetLineNo(node);
}

static const char *name_of(const xmlNode *node)
{
	return (const char *)node->name;
}

int xml_bad(struct parser *p, const xmlNode *node, const char *fmt, ...)
{
	char what[sizeof(p->e->detail)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	err_set(p->e, VNET_ERR_XML, "<%s>: %s", name_of(node), what);
	if (p->e)
		p->e->line = xml_line(node);
	return -1;
}

int xml_missing(struct parser *p, const xmlNode *node, const char *attr)
{
	return p->partial ? 0 : xml_bad(p, node, "attribute '%s' is missing", attr);
}

void xml_warn(struct parser *p, const xmlNode *node, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	if (!p->w || p->w->n == XML_WARNINGS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	struct xml_warning *w = mem_push(p->w->v, p->w->n);

	w->line = xml_line(node);
	w->text = mem_strdup(text);
}

void xml_warnings_free(struct xml_warnings *w)
{
	for (size_t i = 0; i < w->n; i++)
		mem_drop(w->v[i].text);
	mem_drop(w->v);
	*w = (struct xml_warnings){ 0 };
}

static const struct xml_rule *find_rule(const struct xml_rule *rules, const xmlChar *name, const xmlNs *ns)
{
	for (; rules && rules->name; rules++)
		if (strcmp(rules->name, (const char *)name) == 0 && !rules->ns == !ns &&
		    (!ns || strcmp(rules->ns, (const char *)ns->href) == 0))
			return rules;
	return NULL;
}

static const char *value_of(const xmlAttr *a)
{
	/* one text node: with document types refused there are no entities that could split it */
	return a->children && a->children->content ? (const char *)a->children->content : "";
}

int xml_check_attrs(struct parser *p, xmlNode *node, const struct xml_rule *attrs)
{
	for (const xmlAttr *a = node->properties; a; a = a->next)
		if (!find_rule(attrs, a->name, a->ns))
			xml_warn(p, node, "unknown attribute '%.64s' of <%s> is ignored", (const char *)a->name,
				 name_of(node));
	return 0;
}

static bool is_blank(const xmlChar *s)
{
	while (s && isspace(*s))
		s++;
	return !s || !*s;
}

/* `seen`: a bit for each rule that had its element. */
static int read_child(struct parser *p, xmlNode *child, const struct xml_rule *rules, uint32_t *seen, void *into)
{
	const char *parent = name_of(child->parent);
	const struct xml_rule *r = find_rule(rules, child->name, child->ns);

	if (!r) {
		xml_warn(p, child, "unknown element <%.64s> in <%s> is ignored", name_of(child), parent);
		return 0;
	}
	uint32_t bit = UINT32_C(1) << (r - rules);

	if (*seen & bit && r->occurs == XML_ONE)
		return xml_bad(p, child, "there may be only one in <%s>", parent);
	if (*seen & bit && r->occurs == XML_FIRST) {
		xml_warn(p, child, "only the first <%s> in <%s> counts", r->name, parent);
		return 0;
	}
	*seen |= bit;
	return r->read(p, child, into);
}

int xml_read_children(struct parser *p, xmlNode *node, const struct xml_rule *children, void *into)
{
	uint32_t seen = 0;

	for (xmlNode *c = node->children; c; c = c->next) {
		if (c->type == XML_ELEMENT_NODE && read_child(p, c, children, &seen, into) < 0)
			return -1;
		if (c->type == XML_TEXT_NODE && !is_blank(c->content))
			xml_warn(p, c, "text in <%s> is ignored", name_of(node));
	}
	return 0;
}

const char *xml_attr(xmlNode *node, const char *name)
{
	const xmlAttr *a = xmlHasNsProp(node, (const xmlChar *)name, NULL);

	return a ? value_of(a) : NULL;
}

const char *xml_given(xmlNode *node, const char *name)
{
	const char *v = xml_attr(node, name);

	return v && *v ? v : NULL;
}

int xml_text(struct parser *p, xmlNode *node, char **ret)
{
	xmlBuffer *b = xmlBufferCreate();

	if (!b)
		return xml_bad(p, node, "out of memory");
	for (const xmlNode *c = node->children; c; c = c->next) {
		if (c->type == XML_TEXT_NODE)
			xmlBufferCat(b, c->content);
		if (c->type == XML_ELEMENT_NODE)
			xml_warn(p, c, "unknown element <%.64s> in <%s> is ignored", name_of(c), name_of(node));
	}
	*ret = xmlBufferLength(b) ? mem_dup(xmlBufferContent(b), (size_t)xmlBufferLength(b)) : NULL;
	xmlBufferFree(b);
	return xml_check_attrs(p, node, NULL);
}

int xml_string(struct parser *p, xmlNode *node, const char *attr, size_t max, char **ret)
{
	const char *text = xml_given(node, attr);

	if (text && strlen(text) > max)
		return xml_bad(p, node, "%s is longer than %zu bytes", attr, max);
	*ret = mem_strdup(text);
	return 0;
}

int xml_name(struct parser *p, xmlNode *node, const char *attr, size_t max, char **ret)
{
	const char *text = xml_attr(node, attr);

	if (text && !*text)
		return xml_bad(p, node, "the %s is empty", attr);
	return xml_string(p, node, attr, max, ret);
}

int xml_check_device(struct parser *p, xmlNode *node, const char *name)
{
	if (strlen(name) >= IFNAMSIZ)
		return xml_bad(p, node, "name '%.64s' is longer than %d bytes", name, IFNAMSIZ - 1);
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return xml_bad(p, node, "'%s' cannot be a name", name);
	for (const char *c = name; *c; c++)
		if (*c == '/' || *c == ':' || isspace((unsigned char)*c) || iscntrl((unsigned char)*c))
			return xml_bad(p, node, "name '%s' has a character that a device's name cannot have", name);
	return 0;
}

int xml_device(struct parser *p, xmlNode *node, const char *attr, char **ret)
{
	const char *name = xml_given(node, attr);

	if (name && xml_check_device(p, node, name) < 0)
		return -1;
	*ret = mem_strdup(name);
	return 0;
}

static int number(struct parser *p, xmlNode *node, const char *attr, int base, unsigned long max, unsigned long *ret)
{
	const char *text = xml_attr(node, attr), *digits = text;
	char *end;

	while (isspace((unsigned char)*digits))
		digits++;
	errno = 0;
	unsigned long v = strtoul(digits, &end, base);

	if (!isdigit((unsigned char)*digits) || *end)
		return xml_bad(p, node, "%s='%.64s' is not a %snumber", attr, text, base ? "decimal " : "");
	if (errno || v > max)
		return xml_bad(p, node, "%s='%.64s' is more than %lu", attr, text, max);
	*ret = v;
	return 0;
}

int xml_number(struct parser *p, xmlNode *node, const char *attr, unsigned long max, unsigned long *ret)
{
	if (!xml_attr(node, attr))
		return xml_missing(p, node, attr);
	return number(p, node, attr, 10, max, ret);
}

int xml_number_given(struct parser *p, xmlNode *node, const char *attr, unsigned long max, unsigned *ret)
{
	unsigned long v;

	if (!xml_given(node, attr))
		return 0;
	if (number(p, node, attr, 10, max, &v) < 0)
		return -1;
	*ret = (unsigned)v;
	return 0;
}

int xml_number_c(struct parser *p, xmlNode *node, const char *attr, unsigned long max, unsigned long *ret)
{
	return xml_attr(node, attr) ? number(p, node, attr, 0, max, ret) : 0;
}

int xml_ip(struct parser *p, xmlNode *node, const char *attr, int family, struct ip *ret)
{
	const char *text = xml_given(node, attr);
	struct ip a;

	if (!text)
		return xml_missing(p, node, attr);
	if (ip_parse(text, &a) < 0 || (family && a.family != family))
		return xml_bad(p, node, "%s='%.64s' is not an %s address", attr, text,
			       family == AF_INET    ? "IPv4"
			       : family == AF_INET6 ? "IPv6"
						    : "IP");
	*ret = a;
	return 0;
}

/* "a, b or c" */
static void list_words(const char *const *words, char *out, size_t size)
{
	size_t used = 0;

	for (int i = 0; words[i] && used < size; i++)
		if (words[i][0])
			used += (size_t)snprintf(out + used, size - used, "%s%s",
						 !used          ? ""
						 : words[i + 1] ? ", "
								: " or ",
						 words[i]);
}

int xml_word(struct parser *p, xmlNode *node, const char *attr, const char *const *words)
{
	const char *text = xml_attr(node, attr);
	int value = text ? word_find(words, text) : 0;
	char all[120];

	if (value >= 0)
		return value;
	list_words(words, all, sizeof(all));
	return xml_bad(p, node, "%s='%.64s' is not %s", attr, text, all);
}

int xml_tri(struct parser *p, xmlNode *node, const char *attr, enum tri *ret)
{
	const char *text = xml_attr(node, attr);
	int value = text ? word_find(tri_words, text) : TRI_NONE;

	if (value < 0)
		return xml_bad(p, node, "%s='%.64s' is neither yes nor no", attr, text);
	*ret = (enum tri)value;
	return 0;
}

int xml_family(struct parser *p, xmlNode *node, bool *ret_given, int *ret)
{
	const char *text = xml_given(node, "family");

	*ret_given = text;
	*ret = AF_INET;
	if (!text || strcmp(text, "ipv4") == 0)
		return 0;
	*ret = AF_INET6;
	return strcmp(text, "ipv6") == 0 ? 0 : xml_bad(p, node, "family='%.64s' is neither ipv4 nor ipv6", text);
}

int xml_netmask(struct parser *p, xmlNode *node, int family, struct ip *mask)
{
	unsigned len;

	if (!xml_given(node, "netmask"))
		return 0;
	if (family != AF_INET)
		return xml_bad(p, node, "an IPv6 address has a prefix, not a netmask");
	if (xml_ip(p, node, "netmask", AF_INET, mask) < 0)
		return -1;
	if (prefix_from_mask(mask, &len) < 0)
		return xml_bad(p, node, "netmask='%.64s' is not ones followed by zeros", xml_attr(node, "netmask"));
	return 0;
}
