/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/validate.h"

#include <libxml/relaxng.h>
#include <limits.h>
#include <stdio.h>

#include "model/grammar.h"
#include "model/parse.h"
#include "model/xml.h"

struct finding { /* the first one */
	int line;
	char what[256];
};

#if LIBXML_VERSION < 21200
typedef xmlError found_error;
#else
typedef const xmlError found_error;
#endif

/* What goes wrong first is told first, but not always with its place: then the element around it has to do. */
static void on_error(void *into, found_error *error)
{
	struct finding *f = into;

	if (!f->line)
		f->line = error->node ? xml_line(error->node) : error->line;
	if (f->what[0])
		return;
	snprintf(f->what, sizeof(f->what), "%s", error->message ? error->message : "does not fit");
	f->what[strcspn(f->what, "\n")] = '\0';
}

static xmlRelaxNG *load_grammar(struct err *e)
{
	struct finding f = { 0 };
	size_t len;
	const char *text = grammar_text(&len);
	xmlRelaxNGParserCtxt *ctxt = xmlRelaxNGNewMemParserCtxt(text, (int)len);
	xmlRelaxNG *grammar = NULL;

	if (ctxt) {
		xmlRelaxNGSetParserStructuredErrors(ctxt, on_error, &f);
		grammar = xmlRelaxNGParse(ctxt);
		xmlRelaxNGFreeParserCtxt(ctxt);
	}
	if (!grammar)
		err_set(e, VNET_ERR_INTERNAL, "network.rng: %s", f.what);
	return grammar;
}

static int validate(xmlDoc *doc, xmlRelaxNG *grammar, struct err *e)
{
	xmlRelaxNGValidCtxt *ctxt = xmlRelaxNGNewValidCtxt(grammar);
	struct finding f = { 0 };

	if (!ctxt)
		return err_set(e, VNET_ERR_INTERNAL, "cannot validate: out of memory");
	xmlRelaxNGSetValidStructuredErrors(ctxt, on_error, &f);
	int r = xmlRelaxNGValidateDoc(ctxt, doc);

	xmlRelaxNGFreeValidCtxt(ctxt);
	if (r == 0)
		return 0;
	err_set(e, VNET_ERR_XML_INVALID_SCHEMA, "%s", f.what);
	if (e)
		e->line = f.line ? f.line : xml_line(xmlDocGetRootElement(doc));
	return -1;
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* libxml2 names the element that it got stuck at, which is far from what is wrong in it. Our own parser knows better
 * about unknown and repeated things, and about what it refuses anyway. */
static void explain(const char *xml, size_t len, struct err *e)
{
	AUTO(network_free) struct network *n = NULL;
	struct xml_warnings w = { 0 };
	struct err why = { 0 };

	if (network_parse(xml, len, &n, &w, &why) < 0) {
		err_set(e, VNET_ERR_XML_INVALID_SCHEMA, "%s", why.detail);
		e->line = why.line ? why.line : e->line;
	}
	for (size_t i = 0; n && i < w.n; i++)
		if (begins(w.v[i].text, "unknown ") || begins(w.v[i].text, "only the first <")) {
			char *end = strstr(w.v[i].text, " is ignored");

			err_set(e, VNET_ERR_XML_INVALID_SCHEMA, "%.*s", end ? (int)(end - w.v[i].text) : INT_MAX,
				w.v[i].text);
			e->line = w.v[i].line;
			break;
		}
	xml_warnings_free(&w);
}

int network_validate(const char *xml, size_t len, struct err *e)
{
	AUTO(xml_unload) xmlNode *root = NULL;
	struct parser p = { .e = e };

	if (xml_load_any(&p, xml, len, &root) < 0)
		return -1;
	xmlRelaxNG *grammar = load_grammar(e);

	if (!grammar)
		return -1;
	int r = validate(root->doc, grammar, e);

	xmlRelaxNGFree(grammar);
	if (r < 0 && e && e->code == VNET_ERR_XML_INVALID_SCHEMA) {
		explain(xml, len, e);
		e->domain = VNET_FROM_XML;
	}
	return r;
}
