/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/put.h - prints pieces of XML in libvirt's manner. For the formatters of this folder alone. */
#pragma once
#include <stdio.h>

#include "model/network.h"

/* A text that grows as it is printed to. Running dry ends the process, as in base/mem. */
FILE *text_open(char **text, size_t *len);
void text_close(FILE *f);

void put_escaped(FILE *f, const char *s, bool attr);
/* ` NAME='VALUE'`, or nothing for what is not there: NULL, an address of no family, "", 0. */
void put_attr(FILE *f, const char *name, const char *value);
void put_ip(FILE *f, const char *name, const struct ip *a);
void put_word(FILE *f, const char *name, const char *const *words, int value);
void put_number(FILE *f, const char *name, unsigned long value);

/* The elements, with `in` blanks before each. */
void put_forward(FILE *f, const struct network_forward *w, bool live);
void put_dns(FILE *f, const struct network_dns *d);
void put_network_ip(FILE *f, const struct network_ip *ip);
void put_route(FILE *f, const struct network_route *r);
void put_vlan(FILE *f, int in, const struct vlan *v);
void put_virtualport(FILE *f, int in, const struct virtualport *v);
void put_bandwidth(FILE *f, int in, const struct bandwidth *b);
void put_address(FILE *f, const struct forward_address *a); /* its four attributes */
void put_portgroup(FILE *f, const struct portgroup *g);
void put_guard(FILE *f, int in, enum tri value);
void put_own(FILE *f, const struct network *n); /* those of our namespace that stand in <network> */
