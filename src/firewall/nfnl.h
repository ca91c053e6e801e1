/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/nfnl.h - inside firewall/: one nfnetlink socket. It is kept open, since closing one waits for a grace period
 * in the kernel (10 ms and more).
 * Errors  0 or -errno. */
#pragma once
#include <libmnl/libmnl.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/mem.h"

enum { NFNL_REQUEST_MAX = 512 };

struct nfnl;

int nfnl_open(struct nfnl **ret, struct err *e);
void nfnl_free(struct nfnl *nl);
DEFINE_AUTO(struct nfnl *, nfnl_free)

/* A request without its attributes, in a buffer that is all zero behind it: libmnl leaves what pads an attribute as it was.
 * `subsystem`: NFNL_SUBSYS_*, NFNL_SUBSYS_NFTABLES in the second. */
struct nlmsghdr *nfnl_request(char buf[NFNL_REQUEST_MAX], int subsystem, int family, int type, int flags);
struct nlmsghdr *nft_request(char buf[NFNL_REQUEST_MAX], int family, int type, int flags);

/* Sends one request and gives each message of the answer to `take`, which may be NULL. The request asks for an
 * acknowledgement or is a dump. -EINTR: what was dumped changed meanwhile. */
int nfnl_ask(struct nfnl *nl, struct nlmsghdr *request, mnl_cb_t take, void *arg);

/* Sends one transaction; its last message but the end asks for an acknowledgement. Gives the first error. */
int nfnl_commit(struct nfnl *nl, const void *batch, size_t len);

/* The number of the last transaction, whosever it was: each one adds 1. */
int nfnl_generation(struct nfnl *nl, uint32_t *ret);

uint32_t nfnl_port(const struct nfnl *nl); /* the socket's netlink port */

/* The attribute `type` of a message's top level, or NULL. */
const struct nlattr *nfnl_attr(const struct nlmsghdr *h, int type);

struct firewall;
struct nfnl *firewall_nfnl(struct firewall *f); /* its socket, for other questions */
