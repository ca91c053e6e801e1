/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dhcp4/frame.h"

#include <arpa/inet.h>
#include <errno.h>

#include "base/wr.h"

enum { ETHERTYPE_IPV4 = 0x0800, IP_HEAD = 20, UDP_HEAD = 8, PROTO_UDP = 17, TTL = 64 };
enum { IP_DONT_FRAGMENT = 0x4000, IP_FRAGMENT = 0x3fff /* more fragments, or an offset */ };

/* The Internet checksum's running sum, RFC 1071. By its section 2(B) and (C), four bytes at a time in the order of this machine
 * give the same, its bytes in that order. */
static uint32_t sum(uint32_t acc, const uint8_t *p, size_t n)
{
	uint64_t native = 0;
	uint32_t word;

	for (; n >= sizeof(word); p += sizeof(word), n -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		native += word;
	}
	word = 0;
	memcpy(&word, p, n);
	native += word;
	while (native >> 16)
		native = (native & 0xffff) + (native >> 16);
	return acc + ntohs((uint16_t)native);
}

static uint16_t fold(uint32_t acc)
{
	while (acc >> 16)
		acc = (acc & 0xffff) + (acc >> 16);
	return (uint16_t)~acc;
}

/* Over the pseudo header of RFC 768 and the UDP datagram; 0 if the checksum inside is right. */
static uint16_t udp_sum(uint32_t src, uint32_t dst, const uint8_t *udp, size_t len)
{
	uint32_t acc = (src >> 16) + (src & 0xffff) + (dst >> 16) + (dst & 0xffff) + PROTO_UDP + (uint32_t)len;

	return fold(sum(acc, udp, len));
}

/* Leaves in `ret` the IP payload. */
static int parse_ip(struct dhcp4_frame *f, struct rd *r, struct rd *ret)
{
	struct rd head = *r;
	const uint8_t *start = r->p;
	size_t head_len = (size_t)(rd_u8(&head) & 0x0f) * 4;

	rd_u8(&head); /* type of service */
	size_t total = rd_be16(&head);

	rd_be16(&head); /* id */
	uint16_t fragment = rd_be16(&head);

	rd_u8(&head); /* time to live */
	uint8_t proto = rd_u8(&head);

	rd_be16(&head); /* checksum */
	f->ip_src = rd_be32(&head);
	f->ip_dst = rd_be32(&head);
	if (head.bad || start[0] >> 4 != 4 || head_len < IP_HEAD || total < head_len || total > rd_left(r))
		return -EBADMSG;
	if (proto != PROTO_UDP || fragment & IP_FRAGMENT || fold(sum(0, start, head_len)) != 0)
		return -EBADMSG;
	rd_take(r, head_len);
	*ret = rd_sub(r, total - head_len); /* Ethernet may have padded the frame */
	return 0;
}

int dhcp4_frame_parse(struct dhcp4_frame *f, struct view frame, bool sum_ready)
{
	struct rd r = rd_make(frame.p, frame.len), ip;

	rd_copy(&r, f->dst.b, sizeof(f->dst.b));
	rd_copy(&r, f->src.b, sizeof(f->src.b));
	if (rd_be16(&r) != ETHERTYPE_IPV4 || parse_ip(f, &r, &ip) < 0)
		return -EBADMSG;
	const uint8_t *udp = ip.p;
	size_t in_ip = rd_left(&ip);

	f->sport = rd_be16(&ip);
	f->dport = rd_be16(&ip);
	size_t len = rd_be16(&ip);
	uint16_t check = rd_be16(&ip);

	if (ip.bad || len < UDP_HEAD || len > in_ip)
		return -EBADMSG;
	if (check && sum_ready && udp_sum(f->ip_src, f->ip_dst, udp, len) != 0) /* 0: none was made, RFC 768 */
		return -EBADMSG;
	f->payload = (struct view){ udp + UDP_HEAD, len - UDP_HEAD };
	return 0;
}

static void put_be16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

size_t dhcp4_frame_build(const struct dhcp4_frame *f, uint8_t *out, size_t len)
{
	struct wr w = wr_make(out, DHCP4_FRAME_HEAD + len);
	uint8_t *ip = out + 14, *udp = ip + IP_HEAD;

	wr_bytes(&w, f->dst.b, sizeof(f->dst.b));
	wr_bytes(&w, f->src.b, sizeof(f->src.b));
	wr_be16(&w, ETHERTYPE_IPV4);
	wr_be16(&w, 0x4500);
	wr_be16(&w, (uint16_t)(IP_HEAD + UDP_HEAD + len));
	wr_be16(&w, 0); /* no id: it is never in fragments, RFC 6864 s.4.1 */
	wr_be16(&w, IP_DONT_FRAGMENT);
	wr_u8(&w, TTL);
	wr_u8(&w, PROTO_UDP);
	wr_be16(&w, 0);
	wr_be32(&w, f->ip_src);
	wr_be32(&w, f->ip_dst);
	wr_be16(&w, f->sport);
	wr_be16(&w, f->dport);
	wr_be16(&w, (uint16_t)(UDP_HEAD + len));
	wr_be16(&w, 0);
	put_be16(ip + 10, fold(sum(0, ip, IP_HEAD)));
	uint16_t check = udp_sum(f->ip_src, f->ip_dst, udp, UDP_HEAD + len);

	put_be16(udp + 6, check ?: 0xffff); /* 0 would mean "none" */
	return DHCP4_FRAME_HEAD + len;
}

/* --- ARP, RFC 826 --- */

enum { ETHERTYPE_ARP = 0x0806, ARP_ETHERNET = 1, ARP_SENDER = 22, ARP_TARGET_IP = 38 };

void dhcp4_arp_build(uint8_t *out, const struct mac *src, uint32_t addr)
{
	static const uint8_t question[DHCP4_ARP_SIZE] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* to all */
		0,    0,    0,    0,    0,    0,    0x08, 0x06, 0, ARP_ETHERNET, 0x08, 0x00, 6, 4, 0, 1,
	};

	memcpy(out, question, sizeof(question));
	memcpy(out + sizeof(src->b), src->b, sizeof(src->b));
	memcpy(out + ARP_SENDER, src->b, sizeof(src->b));
	put_be16(out + ARP_TARGET_IP, (uint16_t)(addr >> 16));
	put_be16(out + ARP_TARGET_IP + 2, (uint16_t)addr);
}

int dhcp4_arp_parse(struct view frame, struct mac *ret_mac, uint32_t *ret_addr)
{
	struct rd r = rd_make(frame.p, frame.len);

	rd_take(&r, 2 * sizeof(ret_mac->b));
	bool ours = rd_be16(&r) == ETHERTYPE_ARP && rd_be16(&r) == ARP_ETHERNET && rd_be16(&r) == ETHERTYPE_IPV4 &&
		    rd_u8(&r) == sizeof(ret_mac->b) && rd_u8(&r) == sizeof(*ret_addr);

	rd_be16(&r); /* a question says it just as an answer does */
	rd_copy(&r, ret_mac->b, sizeof(ret_mac->b));
	*ret_addr = rd_be32(&r);
	return ours && !r.bad && *ret_addr ? 0 : -EBADMSG;
}
