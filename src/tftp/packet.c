/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tftp/packet.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

#include "base/wr.h"

enum op { RRQ = 1, WRQ, DATA, ACK, ERROR, OACK };

/* A text up to its zero; NULL: there is no end. */
static const char *text(struct rd *r)
{
	const uint8_t *end = rd_left(r) ? memchr(r->p, 0, rd_left(r)) : NULL;

	return end ? (const char *)rd_take(r, (size_t)(end - r->p) + 1) : NULL;
}

/* Decimal digits; 0: it is none, or more than `most`. */
static unsigned number(const char *s, unsigned most)
{
	unsigned v = 0;

	for (; *s >= '0' && *s <= '9' && v <= most; s++)
		v = v * 10 + (unsigned)(*s - '0');
	return *s || v > most ? 0 : v;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static void take_option(struct tftp_request *r, const char *name, const char *value, unsigned block_most)
{
	unsigned v = number(value, 65535);

	if (strcasecmp(name, "blksize") == 0 && v >= TFTP_BLOCK_LEAST)
		r->block = least(v, block_most);
	else if (strcasecmp(name, "windowsize") == 0)
		r->window = least(v, TFTP_WINDOW_MOST);
	else if (strcasecmp(name, "timeout") == 0 && v <= TFTP_TIMEOUT_MOST_S)
		r->timeout_s = v;
	else if (strcasecmp(name, "tsize") == 0)
		r->size = true;
}

int tftp_parse_request(struct tftp_request *ret, struct view v, unsigned block_most)
{
	struct rd r = rd_make(v.p, v.len);
	uint16_t op = rd_be16(&r);
	const char *file, *mode, *name, *value;

	*ret = (struct tftp_request){ 0 };
	if (op == WRQ)
		return -EACCES;
	if (op != RRQ || !(file = text(&r)) || !(mode = text(&r)) || !*file || strlen(file) > TFTP_NAME_MAX)
		return -EBADMSG;
	if (strcasecmp(mode, "octet") != 0)
		return -EOPNOTSUPP;
	memcpy(ret->file, file, strlen(file) + 1);
	for (int i = 0; i < TFTP_OPTIONS_MAX && (name = text(&r)) && (value = text(&r)); i++)
		take_option(ret, name, value, block_most);
	return 0;
}

int tftp_parse_ack(struct view v, uint16_t *ret_block)
{
	struct rd r = rd_make(v.p, v.len);
	uint16_t op = rd_be16(&r), block = rd_be16(&r);

	if (op == ERROR)
		return -ECONNABORTED;
	if (r.bad || op != ACK)
		return -EBADMSG;
	*ret_block = block;
	return 0;
}

static void put_option(struct wr *w, const char *name, uint64_t value)
{
	char digits[21];
	int n = snprintf(digits, sizeof(digits), "%" PRIu64, value);

	wr_bytes(w, name, strlen(name) + 1);
	wr_bytes(w, digits, (size_t)n + 1);
}

size_t tftp_build_oack(uint8_t *out, const struct tftp_request *r, uint64_t size)
{
	struct wr w = wr_make(out, TFTP_SMALL);

	wr_be16(&w, OACK);
	if (r->block)
		put_option(&w, "blksize", r->block);
	if (r->timeout_s)
		put_option(&w, "timeout", r->timeout_s);
	if (r->size)
		put_option(&w, "tsize", size);
	if (r->window)
		put_option(&w, "windowsize", r->window);
	return wr_len(&w) > 2 ? wr_len(&w) : 0;
}

size_t tftp_build_error(uint8_t *out, enum tftp_error code, const char *why)
{
	struct wr w = wr_make(out, TFTP_SMALL);

	wr_be16(&w, ERROR);
	wr_be16(&w, (uint16_t)code);
	wr_bytes(&w, why, strlen(why) + 1);
	return wr_len(&w);
}

void tftp_build_data(uint8_t out[TFTP_HEAD], uint16_t block)
{
	struct wr w = wr_make(out, TFTP_HEAD);

	wr_be16(&w, DATA);
	wr_be16(&w, block);
}
