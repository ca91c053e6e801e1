/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls about one network. */
#include "api/dispatch.h"
#include "model/metadata.h"
#include "model/validate.h"

enum { XML_VALIDATE = 1, XML_INACTIVE = 1, AFFECT_FLAGS = CONTROL_LIVE | CONTROL_CONFIG };

typedef int control_fn(struct control *c, const struct uuid *u, struct err *e);
typedef int control_xml_fn(struct control *c, const char *xml, size_t len, struct control_net *ret, struct err *e);

/* The network must be there: the error shall carry the name that the client knows. */
static int on_network(struct api_call *c, control_fn *fn, struct err *e)
{
	const struct remote_one_net *a = c->args;
	struct control_net n;

	if (api_find(c, &a->net, &n, e) < 0)
		return -1;
	return fn(c->session->control, &n.uuid, e);
}

static int network_start(struct api_call *c, struct err *e)
{
	return on_network(c, control_start, e);
}

static int network_destroy(struct api_call *c, struct err *e)
{
	return on_network(c, control_destroy, e);
}

static int network_undefine(struct api_call *c, struct err *e)
{
	return on_network(c, control_undefine, e);
}

static int from_xml(struct api_call *c, const char *xml, control_xml_fn *fn, struct err *e)
{
	struct remote_one_net *ret = c->ret;
	struct control_net n;

	int r = fn(c->session->control, xml, strlen(xml), &n, e);

	if (r == 0)
		ret->net = api_net(&n);
	return r;
}

static int from_xml_flags(struct api_call *c, const char *function, control_xml_fn *fn, struct err *e)
{
	const struct remote_xml_flags *a = c->args;

	if (api_check_flags(a->flags, XML_VALIDATE, function, e) < 0)
		return -1;
	if (a->flags & XML_VALIDATE && network_validate(a->xml, strlen(a->xml), e) < 0)
		return e->code == VNET_ERR_XML_INVALID_SCHEMA ? err_in(e, "line %d", e->line) : -1;
	return from_xml(c, a->xml, fn, e);
}

static int network_define(struct api_call *c, struct err *e)
{
	return from_xml(c, ((const struct remote_str *)c->args)->value, control_define, e);
}

static int network_create(struct api_call *c, struct err *e)
{
	return from_xml(c, ((const struct remote_str *)c->args)->value, control_create, e);
}

static int network_define_flags(struct api_call *c, struct err *e)
{
	return from_xml_flags(c, "networkDefineXMLFlags", control_define, e);
}

static int network_create_flags(struct api_call *c, struct err *e)
{
	return from_xml_flags(c, "networkCreateXMLFlags", control_create, e);
}

static int network_get_xml(struct api_call *c, struct err *e)
{
	const struct remote_net_flags *a = c->args;
	struct remote_str *ret = c->ret;
	struct control_net n;

	if (api_check_flags(a->flags, XML_INACTIVE, "networkGetXMLDesc", e) < 0 || api_find(c, &a->net, &n, e) < 0)
		return -1;
	return control_dumpxml(c->session->control, &n.uuid, a->flags & XML_INACTIVE, &ret->value, e);
}

static int network_get_bridge(struct api_call *c, struct err *e)
{
	const struct remote_one_net *a = c->args;
	struct remote_str *ret = c->ret;
	char bridge[IFNAMSIZ];
	struct control_net n;

	if (api_find(c, &a->net, &n, e) < 0)
		return -1;
	if (control_bridge(c->session->control, &n.uuid, bridge, e) < 0)
		return -1;
	ret->value = mem_strdup(bridge);
	return 0;
}

static int network_lookup_name(struct api_call *c, struct err *e)
{
	const struct remote_str *a = c->args;
	struct remote_one_net *ret = c->ret;
	struct control_net n;

	if (control_find_name(c->session->control, a->value, &n, e) < 0)
		return -1;
	ret->net = api_net(&n);
	return 0;
}

static int network_lookup_uuid(struct api_call *c, struct err *e)
{
	const struct remote_one_uuid *a = c->args;
	struct remote_one_net *ret = c->ret;
	struct uuid u = api_uuid(a->uuid);
	struct control_net n;

	if (control_find_uuid(c->session->control, &u, NULL, &n, e) < 0)
		return -1;
	ret->net = api_net(&n);
	return 0;
}

static int network_set_autostart(struct api_call *c, struct err *e)
{
	const struct remote_net_int *a = c->args;
	struct control_net n;

	if (api_find(c, &a->net, &n, e) < 0)
		return -1;
	return control_set_autostart(c->session->control, &n.uuid, a->value != 0, e);
}

static int find_for_int(struct api_call *c, struct control_net *n, struct err *e)
{
	const struct remote_one_net *a = c->args;

	return api_find(c, &a->net, n, e);
}

static int network_get_autostart(struct api_call *c, struct err *e)
{
	struct control_net n = { 0 };
	int r = find_for_int(c, &n, e);

	((struct remote_int *)c->ret)->value = n.autostart;
	return r;
}

static int network_is_active(struct api_call *c, struct err *e)
{
	struct control_net n = { 0 };
	int r = find_for_int(c, &n, e);

	((struct remote_int *)c->ret)->value = n.active;
	return r;
}

static int network_is_persistent(struct api_call *c, struct err *e)
{
	struct control_net n = { 0 };
	int r = find_for_int(c, &n, e);

	((struct remote_int *)c->ret)->value = n.persistent;
	return r;
}

static int update_section(struct api_call *c, struct err *e)
{
	const struct remote_update_args *a = c->args;
	struct control_update u = { a->command, a->section, a->parent_index, a->xml, strlen(a->xml) };
	struct control_net n;

	if (api_check_flags(a->flags, AFFECT_FLAGS, "networkUpdate", e) < 0 || api_find(c, &a->net, &n, e) < 0)
		return -1;
	return control_update(c->session->control, &n.uuid, &u, a->flags, e);
}

static const char *optional(const rpc_text *s)
{
	return s ? *s : NULL;
}

/* As libvirt's library says it, where its clients look for it. */
static int check_null(const char *value, bool wanted, const char *argument, const char *function, struct err *e)
{
	if (!value == !wanted)
		return 0;
	return err_set(e, VNET_ERR_INVALID_ARG, "%s in %s must %sbe NULL", argument, function, wanted ? "not " : "");
}

/* Elements have names, title and description have none. Other types are control's to refuse. */
static int check_names(const struct control_metadata *m, const char *function, struct err *e)
{
	bool element = m->type == METADATA_ELEMENT;

	if (m->type != METADATA_ELEMENT && m->type != METADATA_TITLE && m->type != METADATA_DESCRIPTION)
		return 0;
	if (check_null(m->uri, element, "uri", function, e) < 0)
		return -1;
	return element && !m->text ? 0 : check_null(m->key, element, "key", function, e);
}

static int set_metadata(struct api_call *c, struct err *e)
{
	const struct remote_set_metadata_args *a = c->args;
	struct control_metadata m = { a->type, optional(a->text), optional(a->key), optional(a->uri) };
	struct control_net n;

	if (api_check_flags(a->flags, AFFECT_FLAGS, "networkSetMetadata", e) < 0 || api_find(c, &a->net, &n, e) < 0 ||
	    check_names(&m, "virNetworkSetMetadata", e) < 0)
		return -1;
	return control_set_metadata(c->session->control, &n.uuid, &m, a->flags, e);
}

static int get_metadata(struct api_call *c, struct err *e)
{
	const struct remote_get_metadata_args *a = c->args;
	struct control_metadata m = { .type = a->type, .uri = optional(a->uri) };
	struct remote_str *ret = c->ret;
	struct control_net n;

	if (api_check_flags(a->flags, AFFECT_FLAGS, "networkGetMetadata", e) < 0 || api_find(c, &a->net, &n, e) < 0 ||
	    check_names(&m, "virNetworkGetMetadata", e) < 0)
		return -1;
	return control_get_metadata(c->session->control, &n.uuid, m.type, m.uri, a->flags, &ret->value, e);
}

const struct api_handler api_network_handlers[] = {
	{ REMOTE_NETWORK_CREATE, network_start },
	{ REMOTE_NETWORK_DESTROY, network_destroy },
	{ REMOTE_NETWORK_UNDEFINE, network_undefine },
	{ REMOTE_NETWORK_DEFINE_XML, network_define },
	{ REMOTE_NETWORK_CREATE_XML, network_create },
	{ REMOTE_NETWORK_DEFINE_XML_FLAGS, network_define_flags },
	{ REMOTE_NETWORK_CREATE_XML_FLAGS, network_create_flags },
	{ REMOTE_NETWORK_GET_XML, network_get_xml },
	{ REMOTE_NETWORK_GET_BRIDGE, network_get_bridge },
	{ REMOTE_NETWORK_LOOKUP_NAME, network_lookup_name },
	{ REMOTE_NETWORK_LOOKUP_UUID, network_lookup_uuid },
	{ REMOTE_NETWORK_SET_AUTOSTART, network_set_autostart },
	{ REMOTE_NETWORK_GET_AUTOSTART, network_get_autostart },
	{ REMOTE_NETWORK_IS_ACTIVE, network_is_active },
	{ REMOTE_NETWORK_IS_PERSISTENT, network_is_persistent },
	{ REMOTE_NETWORK_UPDATE, update_section },
	{ REMOTE_NETWORK_SET_METADATA, set_metadata },
	{ REMOTE_NETWORK_GET_METADATA, get_metadata },
	{ 0 },
};
