/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/validate.h"

#include <fcntl.h>
#include <libxml/relaxng.h>
#include <stdio.h>

#include "base/file.h"
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

static xmlRelaxNG *load_grammar(const char *path, struct err *e)
{
	AUTO(mem_drop) char *text = NULL;
	struct finding f = { 0 };
	size_t len;
	int r = file_read(AT_FDCWD, path, NETWORK_XML_MAX, &text, &len);

	if (r < 0) {
		err_sys(e, r, "read schema %s", path);
		return NULL;
	}
	xmlRelaxNGParserCtxt *ctxt = xmlRelaxNGNewMemParserCtxt(text, (int)len);
	xmlRelaxNG *grammar = NULL;

	if (ctxt) {
		xmlRelaxNGSetParserStructuredErrors(ctxt, on_error, &f);
		grammar = xmlRelaxNGParse(ctxt);
		xmlRelaxNGFreeParserCtxt(ctxt);
	}
	if (!grammar)
		err_set(e, VNET_ERR_INTERNAL, "schema %s: %s", path, f.what);
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
	if (e) {
		e->domain = VNET_FROM_XML;
		e->line = f.line ? f.line : xml_line(xmlDocGetRootElement(doc));
	}
	return -1;
}

int network_validate(const char *xml, size_t len, const char *rng_path, struct err *e)
{
	AUTO(xml_unload) xmlNode *root = NULL;
	struct parser p = { .e = e };

	if (xml_load_any(&p, xml, len, &root) < 0)
		return -1;
	xmlRelaxNG *grammar = load_grammar(rng_path, e);

	if (!grammar)
		return -1;
	int r = validate(root->doc, grammar, e);

	xmlRelaxNGFree(grammar);
	return r;
}
