/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/xpath.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <stdio.h>
#include <string.h>

#include "vnet/cli.h"

/* libxml2 would print its errors by itself. */
static void be_silent(void *arg, const xmlError *e)
{
	(void)arg, (void)e;
}

static void print_node(xmlDoc *doc, xmlNode *node)
{
	xmlBuffer *text = xmlBufferCreate();

	if (text && xmlNodeDump(text, doc, node, 0, 1) >= 0)
		printf("%s\n", (const char *)xmlBufferContent(text));
	xmlBufferFree(text);
}

static void print_wrapped(xmlDoc *doc, const xmlNodeSet *set)
{
	xmlNode *nodes = xmlNewNode(NULL, BAD_CAST "nodes");

	for (int i = 0; i < set->nodeNr; i++) {
		xmlNode *copy = xmlCopyNode(set->nodeTab[i], 1);

		if (copy && !xmlAddChild(nodes, copy))
			xmlFreeNode(copy);
	}
	print_node(doc, nodes);
	xmlFreeNode(nodes);
}

static void print_value(xmlXPathObject *value)
{
	xmlChar *text = xmlXPathCastToString(value);

	printf("%s\n", text ? (const char *)text : "");
	xmlFree(text);
}

static void print_result(xmlDoc *doc, xmlXPathObject *result, bool wrap)
{
	const xmlNodeSet *set = result->nodesetval;

	if (result->type != XPATH_NODESET)
		print_value(result);
	else if (set && set->nodeNr > 0 && wrap)
		print_wrapped(doc, set);
	else
		for (int i = 0; set && i < set->nodeNr; i++)
			print_node(doc, set->nodeTab[i]);
}

/* Calls `use` with what the expression selects. -1: it is none, or the document is no XML. */
static int evaluate(const char *xml, const char *expr, void (*use)(xmlDoc *doc, xmlXPathObject *result, void *arg),
		    void *arg)
{
	xmlDoc *doc = xmlReadMemory(xml, (int)strlen(xml), NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOBLANKS);
	xmlXPathContext *context = doc ? xmlXPathNewContext(doc) : NULL;
	int r = -1;

	if (context) {
		context->error = (xmlStructuredErrorFunc)be_silent;
		xmlXPathObject *result = xmlXPathEval(BAD_CAST expr, context);

		if (result) {
			use(doc, result, arg);
			r = 0;
		}
		xmlXPathFreeObject(result);
	}
	xmlXPathFreeContext(context);
	xmlFreeDoc(doc);
	return r;
}

static void print_to_user(xmlDoc *doc, xmlXPathObject *result, void *arg)
{
	print_result(doc, result, *(bool *)arg);
}

int xpath_print(const struct cli_args *args, const char *xml)
{
	const char *expr = cli_arg(args, "xpath");
	bool wrap = cli_arg(args, "wrap");

	if (!expr) {
		fputs(xml, stdout);
		return 0;
	}
	return evaluate(xml, expr, print_to_user, &wrap) < 0 ? cli_error("invalid XPath expression '%s'", expr) : 0;
}

static void keep_text(xmlDoc *doc, xmlXPathObject *result, void *arg)
{
	xmlChar *text = xmlXPathCastToString(result);
	char **ret = arg;

	(void)doc;
	*ret = text && *text ? strdup((const char *)text) : NULL;
	xmlFree(text);
}

char *xpath_text(const char *xml, const char *expr)
{
	char *ret = NULL;

	return evaluate(xml, expr, keep_text, &ret) < 0 ? NULL : ret;
}
