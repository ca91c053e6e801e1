/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/dns.h - the <dns> element. Part of model/network.h. NULL texts and addresses of family 0 were not given.
 * Owner   each struct owns what it points to. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"
#include "model/words.h"

struct dns_forwarder { /* one of the two at least */
	int line;
	char *domain; /* only what is below it goes there */
	struct ip addr;
};

struct dns_txt {
	int line;
	char *name, *value;
};

struct dns_srv {
	int line;
	char *service, *protocol; /* without underscore */
	char *domain, *target;
	unsigned port, priority, weight; /* 0: not given */
};

struct dns_host {
	int line;
	struct ip ip;
	char **names;
	size_t n_names;
};

struct network_dns {
	enum tri enable, forward_plain;
	struct dns_forwarder *forwarders;
	size_t n_forwarders;
	struct dns_txt *txts;
	size_t n_txts;
	struct dns_srv *srvs;
	size_t n_srvs;
	struct dns_host *hosts;
	size_t n_hosts;
};

bool network_dns_has_records(const struct network_dns *d); /* any child at all */

void dns_txt_clear(struct dns_txt *t);
void dns_srv_clear(struct dns_srv *s);
void dns_host_clear(struct dns_host *h);
void network_dns_clear(struct network_dns *d);
void network_dns_copy(struct network_dns *to, const struct network_dns *from);
