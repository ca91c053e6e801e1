/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/options.h"

#include <errno.h>

#include "model/options.h"
#include "plan/dhcp4.h"
#include "plan/dns.h"

int plan_option(const struct network *n, const char *line)
{
	struct guest_dhcp4 dhcp4 = { 0 };
	struct guest_dns dns = { 0 };
	int r = option_kind(line) == OPTION_MOOT ? 0 : plan_dns_option(&dns, line);

	if (r == -ENOTSUP)
		r = plan_dhcp4_option(n, &dhcp4, line);
	xdr_free((xdrproc_t)xdr_guest_dns, (char *)&dns);
	xdr_free((xdrproc_t)xdr_guest_dhcp4, (char *)&dhcp4);
	return r;
}
