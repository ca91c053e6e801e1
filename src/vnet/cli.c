/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What commands share: messages, the connection, memory. */
#include "vnet/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void out_of_memory(void)
{
	fputs("error: out of memory\n", stderr);
	exit(1);
}

void *cli_alloc(void *p, size_t n, size_t size)
{
	p = reallocarray(p, n ? n : 1, size);
	if (!p)
		out_of_memory();
	return p;
}

char *cli_text(const char *fmt, ...)
{
	char *s;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		out_of_memory();
	va_end(ap);
	return s;
}

void cli_put_xml(FILE *out, const char *c)
{
	static const char special[] = "<>&'\"";
	static const char *const entities[] = { "&lt;", "&gt;", "&amp;", "&apos;", "&quot;" };

	for (; *c; c++) {
		const char *at = strchr(special, *c);

		if (at)
			fputs(entities[at - special], out);
		else
			putc(*c, out);
	}
}

static void error_line(const char *fmt, va_list ap)
{
	fflush(stdout); /* both may be one terminal */
	fputs("error: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

int cli_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	error_line(fmt, ap);
	va_end(ap);
	return -1;
}

int cli_failed(const struct vnet_error *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	error_line(fmt, ap);
	va_end(ap);
	return cli_error("%s", why->message);
}

void cli_warn_line(int line, const char *text, void *file)
{
	fflush(stdout);
	if (line)
		fprintf(stderr, "%s:%d: warning: %s\n", (const char *)file, line, text);
	else
		fprintf(stderr, "%s: warning: %s\n", (const char *)file, text);
}

void cli_say(const struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	if (cli->quiet)
		return;
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

struct vnet_conn *cli_conn(struct cli *cli)
{
	struct vnet_error why;

	if (!cli->conn && vnet_connect(cli->uri, cli->read_only ? VNET_READ_ONLY : 0, &cli->conn, &why) < 0)
		cli_error("%s", why.message);
	return cli->conn;
}

int cli_network(struct cli *cli, const char *text, struct vnet_network *ret)
{
	struct vnet_conn *c = cli_conn(cli);
	struct vnet_error why;
	uint8_t uuid[16];

	if (!c)
		return -1;
	if (strlen(text) == VNET_UUID_TEXT - 1 && vnet_uuid_parse(text, uuid) == 0 &&
	    vnet_lookup_uuid(c, uuid, ret, &why) == 0)
		return 0;
	if (vnet_lookup_name(c, text, ret, &why) < 0)
		return cli_failed(&why, "failed to get network '%s'", text);
	return 0;
}

char *cli_read_file(const char *path, size_t *ret_len)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t len = 0;

	if (!f)
		return cli_error("cannot open '%s': %s", path, strerror(errno)), NULL;
	while (!feof(f) && !ferror(f) && len <= CLI_XML_MAX) {
		text = cli_alloc(text, len + 65536 + 1, 1);
		len += fread(text + len, 1, 65536, f);
	}
	bool bad = ferror(f);

	fclose(f);
	if (!bad && len <= CLI_XML_MAX) {
		text[len] = '\0';
		*ret_len = len;
		return text;
	}
	free(text);
	if (bad)
		cli_error("cannot read '%s'", path);
	else
		cli_error("'%s' is larger than %d bytes", path, CLI_XML_MAX);
	return NULL;
}
