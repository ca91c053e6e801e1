/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From bytes to a tree. Nothing is fetched, no entities are expanded: a document type is refused where it begins. */
#include <libxml/parser.h>
#include <stdio.h>
#include <string.h>

#include "model/xml.h"

enum { EXCERPT = 76 }; /* columns of a line that are shown with a caret */

#if LIBXML_VERSION < 21200
typedef xmlError parser_error;
#else
typedef const xmlError parser_error;
#endif

struct loading {
	bool doctype;
	int line, column; /* of the first fatal error */
	char what[160];
};

static void on_error(void *ctxt, parser_error *error)
{
	struct loading *l = ((xmlParserCtxt *)ctxt)->_private;

	if (error->level != XML_ERR_FATAL || l->what[0])
		return;
	l->line = error->line;
	l->column = error->int2;
	snprintf(l->what, sizeof(l->what), "%s", error->message ? error->message : "unknown error");
	l->what[strcspn(l->what, "\n")] = '\0';
}

static void on_doctype(void *ctxt, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	struct loading *l = ((xmlParserCtxt *)ctxt)->_private;

	(void)name, (void)external, (void)system;
	l->doctype = true;
	l->line = ((xmlParserCtxt *)ctxt)->input->line;
	xmlStopParser(ctxt);
}

static const char *find_line(const char *xml, size_t len, int line, size_t *ret_len)
{
	const char *end = xml + len, *next;

	while (--line > 0 && (next = memchr(xml, '\n', (size_t)(end - xml))))
		xml = next + 1;
	next = memchr(xml, '\n', (size_t)(end - xml));
	*ret_len = (size_t)((next ? next : end) - xml);
	return xml;
}

/* Appends the line, fit to print, and a caret below the column. */
static void show_place(struct err *e, const char *xml, size_t len, const struct loading *l)
{
	size_t size, column = l->column > 0 ? (size_t)l->column - 1 : 0;
	const char *line = find_line(xml, len, l->line, &size);
	size_t skip = column > EXCERPT - 8 ? column - (EXCERPT - 8) : 0, used = strlen(e->detail);
	char text[EXCERPT + 1] = "";

	if (column > size || skip > size || !size)
		return;
	for (size_t i = 0; i < EXCERPT && skip + i < size; i++)
		text[i] = line[skip + i] >= ' ' && line[skip + i] <= '~' ? line[skip + i] : '.';
	snprintf(e->detail + used, sizeof(e->detail) - used, "\n%s\n%*s^", text, (int)(column - skip), "");
}

static int malformed(struct parser *p, const char *xml, size_t len, const struct loading *l)
{
	err_set(p->e, VNET_ERR_XML_DETAIL, "not well-formed XML: %s", l->what[0] ? l->what : "the document is empty");
	if (p->e) {
		p->e->line = l->line;
		show_place(p->e, xml, len, l);
	}
	return -1;
}

static xmlDoc *parse_document(const char *xml, size_t len, struct loading *l)
{
	xmlParserCtxt *ctxt = xmlNewParserCtxt();
	xmlDoc *doc;

	if (!ctxt)
		return NULL;
	ctxt->_private = l;
	ctxt->sax->serror = on_error;
	ctxt->sax->internalSubset = on_doctype;
	doc = xmlCtxtReadMemory(ctxt, xml, (int)len, NULL, NULL,
				XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
				    XML_PARSE_BIG_LINES);
	xmlFreeParserCtxt(ctxt);
	return doc;
}

int xml_load_any(struct parser *p, const char *xml, size_t len, xmlNode **ret)
{
	struct loading l = { 0 };

	if (len > NETWORK_XML_MAX)
		return err_set(p->e, VNET_ERR_XML, "the document has more than %d bytes", NETWORK_XML_MAX);
	xmlDoc *doc = parse_document(xml, len, &l);
	xmlNode *node = doc ? xmlDocGetRootElement(doc) : NULL;

	if (node && !l.doctype) {
		*ret = node;
		return 0;
	}
	if (l.doctype) {
		err_set(p->e, VNET_ERR_XML, "a document type declaration is not allowed");
		if (p->e)
			p->e->line = l.line;
	} else {
		malformed(p, xml, len, &l);
	}
	xmlFreeDoc(doc);
	return -1;
}

int xml_load(struct parser *p, const char *xml, size_t len, const char *root, xmlNode **ret)
{
	AUTO(xml_unload) xmlNode *node = NULL;

	if (xml_load_any(p, xml, len, &node) < 0)
		return -1;
	if (node->ns || strcmp((const char *)node->name, root) != 0) {
		err_set(p->e, VNET_ERR_XML, "expecting root element of '%s', not '%.64s'%s", root,
			(const char *)node->name, node->ns ? " with a namespace" : "");
		if (p->e)
			p->e->line = xml_line(node);
		return -1;
	}
	*ret = TAKE(node);
	return 0;
}

void xml_unload(xmlNode *root)
{
	if (root)
		xmlFreeDoc(root->doc);
}
