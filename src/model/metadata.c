/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/metadata.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "model/array.h"
#include "model/elements.h"
#include "model/format.h"
#include "model/parse.h"

enum { ELEMENT_LEVEL = 2 }; /* of indentation, in the definition */

static bool is_blank_text(const xmlNode *node)
{
	const xmlChar *c = node->content;

	if (node->type != XML_TEXT_NODE)
		return false;
	while (c && isspace(*c))
		c++;
	return !c || !*c;
}

/* Does the element hold text of its own, so that blanks in it count? */
static bool holds_text(const xmlNode *node)
{
	bool only_blanks = true;

	for (const xmlNode *c = node->children; c; c = c->next) {
		if (c->type == XML_TEXT_NODE && !is_blank_text(c))
			return true;
		only_blanks = only_blanks && c->type == XML_TEXT_NODE;
	}
	return only_blanks; /* no element in it at all */
}

static bool is_empty_text(const xmlNode *node)
{
	return node->type == XML_TEXT_NODE && (!node->content || !*node->content);
}

static void drop_children(xmlNode *node, bool (*which)(const xmlNode *))
{
	for (xmlNode *c = node->children, *next; c; c = next) {
		next = c->next;
		if (which(c)) {
			xmlUnlinkNode(c);
			xmlFreeNode(c);
		}
	}
}

/* The next element in the order of the document, without what is below `node` if `skip`. */
static xmlNode *next_element(const xmlNode *root, xmlNode *node, bool skip)
{
	xmlNode *n = skip ? NULL : xmlFirstElementChild(node);

	while (!n && node != root) {
		n = xmlNextElementSibling(node);
		node = node->parent;
	}
	return n;
}

/* Takes out the blanks between elements, which printing puts there anew, and what is left of empty CDATA. */
static void tidy(xmlNode *root)
{
	for (xmlNode *node = root; node; node = next_element(root, node, false))
		drop_children(node, is_empty_text);
	for (xmlNode *node = root; node;) {
		bool text = holds_text(node);

		if (!text)
			drop_children(node, is_blank_text);
		node = next_element(root, node, text);
	}
}

static xmlDoc *new_document(void)
{
	xmlDoc *doc = xmlNewDoc((const xmlChar *)"1.0");

	if (!doc)
		abort();
	doc->encoding = xmlStrdup((const xmlChar *)"UTF-8"); /* else characters go as numbers */
	return doc;
}

/* A document of its own for a copy of the element, with the namespaces that it uses. */
static xmlNode *copy_element(xmlNode *node)
{
	xmlDoc *doc = new_document();
	xmlNode *copy = xmlDocCopyNode(node, doc, 1);

	if (!copy)
		abort();
	xmlDocSetRootElement(doc, copy);
	return copy;
}

static char *print_element(xmlNode *root, int level)
{
	xmlBuffer *b = xmlBufferCreate();

	if (!b || xmlNodeDump(b, root->doc, root, level, 1) < 0)
		abort();
	char *text = mem_dup(xmlBufferContent(b), (size_t)xmlBufferLength(b));

	xmlBufferFree(b);
	return text;
}

static struct network_metadata *find(const struct network *n, const char *uri)
{
	for (size_t i = 0; i < n->n_metadata; i++)
		if (strcmp(n->metadata[i].uri, uri) == 0)
			return &n->metadata[i];
	return NULL;
}

static bool is_uri(const char *href)
{
	for (const char *c = href; *c; c++)
		if ((unsigned char)*c <= ' ' || strchr("<>\"", *c))
			return false;
	return true;
}

/* libxml2 prints the name of a namespace as it is, so it must have none of the characters that no URI has. */
static int check_namespaces(struct parser *p, xmlNode *root)
{
	for (xmlNode *node = root; node; node = next_element(root, node, false))
		for (const xmlNs *ns = node->nsDef; ns; ns = ns->next)
			if (ns->href && !is_uri((const char *)ns->href))
				return xml_bad(p, node, "namespace '%.64s' is no URI", (const char *)ns->href);
	return 0;
}

/* A namespace's name as libxml2 has it after reading: how it keeps & there depends on its version. NULL: it is no URI. */
static char *read_uri(const char *uri)
{
	AUTO(mem_drop) char *escaped = xml_escape(uri);
	AUTO(mem_drop) char *xml = mem_printf("<a xmlns=\"%s\"/>", escaped);
	AUTO(xml_unload) xmlNode *root = NULL;
	struct parser p = { 0 };

	if (!is_uri(uri) || xml_load_any(&p, xml, strlen(xml), &root) < 0 || !root->ns)
		return NULL;
	return mem_strdup((const char *)root->ns->href);
}

static void keep_element(struct network *n, xmlNode *node)
{
	AUTO(xml_unload) xmlNode *copy = copy_element(node);
	struct network_metadata *m = find(n, (const char *)node->ns->href);

	tidy(copy);
	if (!m) {
		m = mem_push(n->metadata, n->n_metadata);
		m->uri = mem_strdup((const char *)node->ns->href);
	}
	mem_drop(m->xml);
	m->xml = print_element(copy, ELEMENT_LEVEL);
}

int parse_metadata(struct parser *p, xmlNode *node, void *into)
{
	struct network *n = into;

	if (check_namespaces(p, node) < 0)
		return -1;
	for (xmlNode *c = xmlFirstElementChild(node); c; c = xmlNextElementSibling(c)) {
		n->has_metadata = true;
		if (!c->ns)
			xml_warn(p, c, "<%.64s> in <metadata> has no namespace and is dropped", (const char *)c->name);
		else if (find(n, (const char *)c->ns->href))
			xml_warn(p, c, "only the first element of namespace %.64s in <metadata> counts",
				 (const char *)c->ns->href);
		else if (n->n_metadata == NETWORK_METADATA_MAX)
			return xml_bad(p, c, "more than %d namespaces", NETWORK_METADATA_MAX);
		else
			keep_element(n, c);
	}
	if (!n->has_metadata)
		xml_warn(p, node, "empty <metadata> says nothing and is dropped");
	return xml_check_attrs(p, node, NULL);
}

/* Takes what belongs to namespace `uri` out of it. */
static void leave_namespace(xmlNode *root, const char *uri)
{
	const xmlChar *href = (const xmlChar *)uri;

	for (xmlNode *node = root; node; node = next_element(root, node, false)) {
		if (node->ns && xmlStrEqual(node->ns->href, href))
			node->ns = NULL;
		for (xmlAttr *a = node->properties; a; a = a->next)
			if (a->ns && xmlStrEqual(a->ns->href, href))
				a->ns = NULL;
	}
	for (xmlNode *node = root; node; node = next_element(root, node, false))
		for (xmlNs **ns = &node->nsDef; *ns;) {
			xmlNs *gone = *ns;

			if (!xmlStrEqual(gone->href, href)) {
				ns = &gone->next;
				continue;
			}
			*ns = gone->next;
			xmlFreeNs(gone);
		}
}

static int get_element(const struct network_metadata *m, char **ret, struct err *e)
{
	AUTO(xml_unload) xmlNode *stored = NULL;
	struct parser p = { .e = e };

	if (xml_load_any(&p, m->xml, strlen(m->xml), &stored) < 0)
		return -1;
	AUTO(xml_unload) xmlNode *copy = copy_element(stored);

	leave_namespace(copy, m->uri);
	tidy(copy);
	*ret = print_element(copy, 0);
	return 0;
}

int network_get_metadata(const struct network *n, int type, const char *uri, char **ret, struct err *e)
{
	const char *text = type == METADATA_TITLE ? n->title : n->description;

	if (type < METADATA_DESCRIPTION || type > METADATA_ELEMENT)
		return err_set(e, VNET_ERR_INVALID_ARG, "unknown metadata type '%d'", type);
	if ((type == METADATA_ELEMENT) != !!uri)
		return err_set(e, VNET_ERR_INVALID_ARG, "the uri goes with an element");
	AUTO(mem_drop) char *stored = uri ? read_uri(uri) : NULL;
	const struct network_metadata *m = stored ? find(n, stored) : NULL;

	if (uri ? !m : !text)
		return err_set(e, VNET_ERR_NO_METADATA, "Requested metadata element is not present");
	if (m)
		return get_element(m, ret, e);
	*ret = mem_strdup(text);
	return 0;
}

/* Parsed by itself, an element named KEY:NAME has a prefix that nothing declares, which libxml2 leaves in the name. */
static int enter_namespace(struct parser *p, xmlNode *root, const char *key, const char *uri)
{
	xmlNs *ns = xmlSearchNs(root->doc, root, (const xmlChar *)key);
	size_t len = strlen(key);

	if (ns && !xmlStrEqual(ns->href, (const xmlChar *)uri))
		return xml_bad(p, root, "prefix '%.64s' stands for another namespace there", key);
	if (!ns)
		ns = xmlNewNs(root, (const xmlChar *)uri, (const xmlChar *)key);
	if (!ns)
		return xml_bad(p, root, "cannot be put into namespace '%.64s'", uri);
	for (xmlNode *node = root; node; node = next_element(root, node, false)) {
		const char *name = (const char *)node->name;

		if (!node->ns && strncmp(name, key, len) == 0 && name[len] == ':') {
			AUTO(mem_drop) char *local = mem_strdup(name + len + 1);

			xmlNodeSetName(node, (const xmlChar *)local);
			xmlSetNs(node, ns);
		}
		if (!node->ns && strchr((const char *)node->name, ':'))
			return xml_bad(p, node, "the prefix is not declared");
	}
	xmlSetNs(root, ns);
	return 0;
}

static int set_element(struct network *n, const char *text, const char *key, const char *uri, struct err *e)
{
	AUTO(xml_unload) xmlNode *root = NULL;
	struct parser p = { .e = e };

	if (xml_load_any(&p, text, strlen(text), &root) < 0 || enter_namespace(&p, root, key, uri) < 0 ||
	    check_namespaces(&p, root) < 0)
		return -1;
	if (!find(n, uri) && n->n_metadata == NETWORK_METADATA_MAX)
		return err_set(e, VNET_ERR_XML, "<metadata>: more than %d namespaces", NETWORK_METADATA_MAX);
	keep_element(n, root);
	n->has_metadata = true;
	return 0;
}

static void remove_element(struct network *n, const char *uri)
{
	struct network_metadata *m = find(n, uri);

	if (!m)
		return;
	mem_drop(m->uri);
	mem_drop(m->xml);
	array_close(n->metadata, n->n_metadata--, (size_t)(m - n->metadata), sizeof(*m));
	n->has_metadata = n->n_metadata;
}

static int check_arguments(int type, const char *text, const char *key, const char *uri, struct err *e)
{
	if (type < METADATA_DESCRIPTION || type > METADATA_ELEMENT)
		return err_set(e, VNET_ERR_INVALID_ARG, "unknown metadata type '%d'", type);
	if (type != METADATA_ELEMENT && (key || uri))
		return err_set(e, VNET_ERR_INVALID_ARG, "key and uri go with an element");
	if (type == METADATA_TITLE && text && strchr(text, '\n'))
		return err_set(e, VNET_ERR_INVALID_ARG, "metadata title can't contain newlines");
	if (type != METADATA_ELEMENT)
		return 0;
	if (!uri || !*uri || !is_uri(uri))
		return err_set(e, VNET_ERR_INVALID_ARG, "an element needs the uri of its namespace");
	if (text && (!key || xmlValidateNCName((const xmlChar *)key, 0) != 0 || strncasecmp(key, "xml", 3) == 0))
		return err_set(e, VNET_ERR_INVALID_ARG, "an element needs a key, which becomes its prefix");
	return 0;
}

/* Texts come from a client as bytes. What could not be read back when the daemon starts again is not let in. */
static int check_readable(const struct network *n, struct err *e)
{
	AUTO(mem_drop) char *text = network_format(n, NULL);
	AUTO(network_free) struct network *again = NULL;
	struct err why = { 0 };

	if (network_parse(text, strlen(text), &again, NULL, &why) < 0)
		return err_set(e, why.code == VNET_ERR_XML_DETAIL ? VNET_ERR_INVALID_ARG : why.code, "%s", why.detail);
	return 0;
}

int network_set_metadata(struct network *n, int type, const char *text, const char *key, const char *uri, struct err *e)
{
	if (check_arguments(type, text, key, uri, e) < 0)
		return -1;
	AUTO(network_free) struct network *c = network_copy(n);

	if (type == METADATA_ELEMENT) {
		AUTO(mem_drop) char *stored = read_uri(uri);

		if (!stored)
			return err_set(e, VNET_ERR_INVALID_ARG, "'%.64s' is no URI", uri);
		if (!text)
			remove_element(c, stored);
		else if (set_element(c, text, key, stored, e) < 0)
			return -1;
	} else {
		char **field = type == METADATA_TITLE ? &c->title : &c->description;

		mem_drop(*field);
		*field = text && *text ? mem_strdup(text) : NULL;
	}
	if (check_readable(c, e) < 0)
		return -1;
	network_replace(n, TAKE(c));
	return 0;
}
