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

int xml_later(struct parser *p, const xmlNode *node, const char *fmt, ...)
{
	char what[sizeof(p->e->detail)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	err_set(p->e, VNET_ERR_CONFIG_UNSUPPORTED, "%s is not supported yet", what);
	if (p->e)
		p->e->line = xml_line(node);
	return -1;
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

static bool says_nothing(const struct xml_rule *r, const char *value)
{
	return r->inert && (!*value || strcmp(value, r->inert) == 0);
}

int xml_check_attrs(struct parser *p, xmlNode *node, const struct xml_rule *attrs)
{
	for (const xmlAttr *a = node->properties; a; a = a->next) {
		const struct xml_rule *r = find_rule(attrs, a->name, a->ns);
		const char *name = (const char *)a->name, *value = value_of(a);

		if (!r)
			xml_warn(p, node, "unknown attribute '%.64s' of <%s> is ignored", name, name_of(node));
		else if (r->support == XML_MOOT)
			xml_warn(p, node, "attribute '%s' of <%s> has no effect here", name, name_of(node));
		else if (r->support == XML_LATER && !says_nothing(r, value))
			return xml_later(p, node, "attribute %s='%.64s' of <%s>", name, value, name_of(node));
	}
	return 0;
}

static bool is_blank(const xmlChar *s)
{
	while (s && isspace(*s))
		s++;
	return !s || !*s;
}

static int refuse_later(struct parser *p, xmlNode *child, const struct xml_rule *r)
{
	if (r->inert && !child->properties && !xmlFirstElementChild(child)) {
		xml_warn(p, child, "empty <%s> says nothing and is dropped", r->name);
		return 0;
	}
	return xml_later(p, child, "element <%s%s> in <%s>", r->ns ? "dnsmasq:" : "", r->name, name_of(child->parent));
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
	return r->support == XML_LATER ? refuse_later(p, child, r) : r->read(p, child, into);
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

int xml_number(struct parser *p, xmlNode *node, const char *attr, unsigned long max, unsigned long *ret)
{
	const char *text = xml_attr(node, attr), *digits = text;
	char *end;

	if (!text)
		return xml_bad(p, node, "attribute '%s' is missing", attr);
	while (isspace((unsigned char)*digits))
		digits++;
	errno = 0;
	unsigned long v = strtoul(digits, &end, 10);

	if (!isdigit((unsigned char)*digits) || *end)
		return xml_bad(p, node, "%s='%.64s' is not a decimal number", attr, text);
	if (errno || v > max)
		return xml_bad(p, node, "%s='%.64s' is more than %lu", attr, text, max);
	*ret = v;
	return 0;
}

int xml_ipv4(struct parser *p, xmlNode *node, const char *attr, struct ip *ret)
{
	const char *text = xml_given(node, attr);
	struct ip a;

	if (!text)
		return xml_bad(p, node, "attribute '%s' is missing", attr);
	if (ip_parse(text, &a) < 0 || a.family != AF_INET)
		return xml_bad(p, node, "%s='%.64s' is not an IPv4 address", attr, text);
	*ret = a;
	return 0;
}
