/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/put.h"

void put_vlan(FILE *f, int in, const struct vlan *v)
{
	if (!v->n_tags)
		return;
	fprintf(f, "%*s<vlan%s>\n", in, "", v->trunk ? " trunk='yes'" : "");
	for (size_t i = 0; i < v->n_tags; i++) {
		fprintf(f, "%*s<tag id='%u'", in + 2, "", v->tags[i].id);
		put_word(f, "nativeMode", vlan_native_words, v->tags[i].native);
		fputs("/>\n", f);
	}
	fprintf(f, "%*s</vlan>\n", in, "");
}

static void put_parameters(FILE *f, int in, const struct virtualport *v)
{
	char uuid[UUID_TEXT];

	fprintf(f, "%*s<parameters", in, "");
	if (v->given & VPORT_MANAGERID)
		fprintf(f, " managerid='%u'", v->managerid);
	if (v->given & VPORT_TYPEID)
		fprintf(f, " typeid='%u'", v->typeid);
	if (v->given & VPORT_TYPEIDVERSION)
		fprintf(f, " typeidversion='%u'", v->typeidversion);
	if (v->given & VPORT_INSTANCEID)
		put_attr(f, "instanceid", uuid_text(&v->instanceid, uuid));
	if (v->given & VPORT_INTERFACEID)
		put_attr(f, "interfaceid", uuid_text(&v->interfaceid, uuid));
	put_attr(f, "profileid", v->profileid);
	fputs("/>\n", f);
}

void put_virtualport(FILE *f, int in, const struct virtualport *v)
{
	if (!virtualport_given(v))
		return;
	fprintf(f, "%*s<virtualport", in, "");
	put_word(f, "type", virtualport_words, v->type);
	fputs(v->given ? ">\n" : "/>\n", f);
	if (!v->given)
		return;
	put_parameters(f, in + 2, v);
	fprintf(f, "%*s</virtualport>\n", in, "");
}

static void put_rate(FILE *f, int in, const char *name, const struct bandwidth_rate *r, unsigned long floor)
{
	if (!r->average && !floor)
		return;
	fprintf(f, "%*s<%s", in, "", name);
	put_number(f, "average", r->average);
	put_number(f, "peak", r->peak);
	put_number(f, "floor", floor);
	put_number(f, "burst", r->burst);
	fputs("/>\n", f);
}

void put_bandwidth(FILE *f, int in, const struct bandwidth *b)
{
	if (!bandwidth_given(b))
		return;
	fprintf(f, "%*s<bandwidth", in, "");
	put_number(f, "classID", b->class_id);
	fputs(">\n", f);
	put_rate(f, in + 2, "inbound", &b->in, b->floor);
	put_rate(f, in + 2, "outbound", &b->out, 0);
	fprintf(f, "%*s</bandwidth>\n", in, "");
}

void put_portgroup(FILE *f, const struct portgroup *g)
{
	fputs("  <portgroup", f);
	put_attr(f, "name", g->name);
	put_attr(f, "default", g->is_default ? "yes" : NULL);
	put_word(f, "trustGuestRxFilters", tri_words, g->trust_rx_filters);
	fputs(">\n", f);
	put_vlan(f, 4, &g->vlan);
	put_virtualport(f, 4, &g->virtualport);
	put_bandwidth(f, 4, &g->bandwidth);
	put_guard(f, 4, g->guard);
	fputs("  </portgroup>\n", f);
}
