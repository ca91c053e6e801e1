/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dhcp4/places.h"

#include <sys/queue.h>

#include "base/map.h"

struct place {
	struct mac mac;
	struct port *port;
	uint64_t learned; /* places.doubts at that time */
	TAILQ_ENTRY(place) next;
};

struct port {
	uint32_t index;
	unsigned n;
	TAILQ_HEAD(, place) places; /* the oldest first */
};

struct places {
	struct map *macs, *ports;
	uint64_t doubts;
};

struct places *places_new(void)
{
	struct places *p = mem_new(struct places);

	p->macs = map_new();
	p->ports = map_new();
	return p;
}

void places_free(struct places *p)
{
	struct place *place;
	struct port *port;

	if (!p)
		return;
	for (size_t pos = 0; (place = map_next(p->macs, &pos));)
		mem_drop(place);
	for (size_t pos = 0; (port = map_next(p->ports, &pos));)
		mem_drop(port);
	map_free(p->macs);
	map_free(p->ports);
	mem_drop(p);
}

static struct place *place_of(const struct places *p, const struct mac *mac)
{
	return map_get(p->macs, mac->b, sizeof(mac->b));
}

static struct port *port_of(struct places *p, uint32_t index)
{
	struct port *port = map_get(p->ports, &index, sizeof(index));

	if (port)
		return port;
	port = mem_new(struct port);
	port->index = index;
	TAILQ_INIT(&port->places);
	map_put(p->ports, &port->index, sizeof(port->index), port);
	return port;
}

static void leave(struct places *p, struct place *place)
{
	struct port *port = place->port;

	TAILQ_REMOVE(&port->places, place, next);
	if (--port->n)
		return;
	map_del(p->ports, &port->index, sizeof(port->index));
	mem_drop(port);
}

static void drop(struct places *p, struct place *place)
{
	leave(p, place);
	map_del(p->macs, place->mac.b, sizeof(place->mac.b));
	mem_drop(place);
}

static void enter(struct places *p, struct place *place, uint32_t index)
{
	struct port *port = port_of(p, index);

	if (port->n == PLACES_A_PORT)
		drop(p, TAILQ_FIRST(&port->places));
	port->n++;
	place->port = port;
	TAILQ_INSERT_TAIL(&port->places, place, next);
}

void places_learn(struct places *p, const struct mac *mac, uint32_t port)
{
	struct place *place = place_of(p, mac);

	if (place && place->port->index == port) {
		place->learned = p->doubts;
		return;
	}
	if (place) {
		leave(p, place);
	} else {
		place = mem_new(struct place);
		place->mac = *mac;
		map_put(p->macs, place->mac.b, sizeof(place->mac.b), place);
	}
	place->learned = p->doubts;
	enter(p, place, port);
}

void places_forget(struct places *p, const struct mac *mac, uint32_t port)
{
	struct place *place = place_of(p, mac);

	if (place && place->port->index == port)
		drop(p, place);
}

void places_doubt(struct places *p)
{
	p->doubts++;
}

bool places_find(const struct places *p, const struct mac *mac, uint32_t *ret)
{
	const struct place *place = place_of(p, mac);

	*ret = place ? place->port->index : 0;
	return place && place->learned == p->doubts;
}
