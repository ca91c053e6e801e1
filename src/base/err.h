/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/err.h - an error that a user will read.
 * The text grows outwards, each layer puts the name it knows in front:
 *	network 'default': create bridge 'virbr0': File exists
 * It lives on the request's stack and never allocates. The prefix that libvirt has for a code ("Network not found: ")
 * is put before it when it is sent, never here. */
#pragma once
#include "vnet/error.h"

struct err {
	int code;   /* enum vnet_error_code; VNET_ERR_OK: nothing happened */
	int domain; /* enum vnet_error_domain */
	int sys;    /* errno behind it, else 0 */
	int line;   /* of the XML it is about, else 0 */
	char detail[512];
};

/* All return -1, so that `return err_set(...)` fits every function that reports by struct err. `e` may be NULL. */
int err_set(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* A failed system call: `neg` is -errno; its text is appended ("...: File exists"). */
int err_sys(struct err *e, int neg, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Puts "WHAT: " before what is there. */
int err_in(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The words that stand before `detail` on the wire for this code, "" for none. */
const char *err_prefix(int code);
