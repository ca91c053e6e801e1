/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dns/client.h"

#include <arpa/inet.h>

struct ip dns_sockaddr_ip(const union dns_sockaddr *a)
{
	struct ip ip = { .family = a->sa.sa_family };

	if (ip.family == AF_INET)
		memcpy(ip.b, &a->in.sin_addr, 4);
	else if (ip.family == AF_INET6)
		memcpy(ip.b, &a->in6.sin6_addr, 16);
	return ip;
}

socklen_t dns_sockaddr_from(const struct ip *ip, uint16_t port, union dns_sockaddr *ret)
{
	if (ip->family == AF_INET) {
		ret->in = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port) };
		memcpy(&ret->in.sin_addr, ip->b, 4);
		return sizeof(ret->in);
	}
	ret->in6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(port) };
	memcpy(&ret->in6.sin6_addr, ip->b, 16);
	return sizeof(ret->in6);
}
