/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/portgroup.h"

#include "base/mem.h"
#include "model/array.h"

bool bandwidth_given(const struct bandwidth *b)
{
	return b->in.average || b->out.average || b->floor;
}

bool virtualport_given(const struct virtualport *v)
{
	return v->type || v->given;
}

void portgroup_clear(struct portgroup *g)
{
	mem_drop(g->name);
	mem_drop(g->vlan.tags);
	mem_drop(g->virtualport.profileid);
}

void vlan_copy(struct vlan *to, const struct vlan *from)
{
	*to = *from;
	to->tags = array_copy(from->tags, from->n_tags, sizeof(*from->tags));
}

void virtualport_copy(struct virtualport *to, const struct virtualport *from)
{
	*to = *from;
	to->profileid = mem_strdup(from->profileid);
}

void portgroup_copy(struct portgroup *to, const struct portgroup *from)
{
	*to = *from;
	to->name = mem_strdup(from->name);
	vlan_copy(&to->vlan, &from->vlan);
	virtualport_copy(&to->virtualport, &from->virtualport);
}
