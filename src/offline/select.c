/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an XPath expression selects, as text. */
#include "offline/offline.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>

#include "libvnet/conn.h"
#include "model/network.h"

/* libxml2 would print its errors by itself. */
static void be_silent(void *arg, const xmlError *e)
{
	(void)arg, (void)e;
}

static void put_node(xmlBuffer *out, xmlDoc *doc, xmlNode *node)
{
	if (xmlNodeDump(out, doc, node, 0, 1) >= 0)
		xmlBufferCat(out, BAD_CAST "\n");
}

static void put_wrapped(xmlBuffer *out, xmlDoc *doc, const xmlNodeSet *set)
{
	xmlNode *nodes = xmlNewNode(NULL, BAD_CAST "nodes");

	for (int i = 0; i < set->nodeNr; i++) {
		xmlNode *copy = xmlCopyNode(set->nodeTab[i], 1);

		if (copy && !xmlAddChild(nodes, copy))
			xmlFreeNode(copy);
	}
	put_node(out, doc, nodes);
	xmlFreeNode(nodes);
}

static void put_value(xmlBuffer *out, xmlXPathObject *value)
{
	xmlChar *text = xmlXPathCastToString(value);

	xmlBufferCat(out, text ? text : BAD_CAST "");
	xmlBufferCat(out, BAD_CAST "\n");
	xmlFree(text);
}

static void put_result(xmlBuffer *out, xmlDoc *doc, xmlXPathObject *result, bool wrap)
{
	const xmlNodeSet *set = result->nodesetval;

	if (result->type != XPATH_NODESET)
		put_value(out, result);
	else if (set && set->nodeNr > 0 && wrap)
		put_wrapped(out, doc, set);
	else
		for (int i = 0; set && i < set->nodeNr; i++)
			put_node(out, doc, set->nodeTab[i]);
}

/* NULL: there is no such expression. */
static char *evaluate(xmlDoc *doc, const char *xpath, unsigned flags)
{
	xmlXPathContext *context = xmlXPathNewContext(doc);
	xmlBuffer *out = xmlBufferCreate();
	char *text = NULL;

	if (context && out) {
		context->error = (xmlStructuredErrorFunc)be_silent;
		xmlXPathObject *result = xmlXPathEval(BAD_CAST xpath, context);

		if (result) {
			put_result(out, doc, result, flags & VNET_SELECT_WRAP);
			text = mem_strdup((const char *)xmlBufferContent(out));
		}
		xmlXPathFreeObject(result);
	}
	xmlBufferFree(out);
	xmlXPathFreeContext(context);
	return text;
}

int offline_xml_select(const char *xml, size_t len, const char *xpath, unsigned flags, char **ret,
		       struct vnet_error *err)
{
	int options = XML_PARSE_NONET | XML_PARSE_NOBLANKS | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
	xmlDoc *doc = len <= NETWORK_XML_MAX ? xmlReadMemory(xml, (int)len, NULL, NULL, options) : NULL;

	if (!doc)
		return conn_error(err, VNET_ERR_XML_DETAIL, "the document is no XML");
	char *text = evaluate(doc, xpath, flags);

	xmlFreeDoc(doc);
	if (!text)
		return conn_error(err, VNET_ERR_INVALID_ARG, "invalid XPath expression '%.200s'", xpath);
	*ret = text;
	return 0;
}
