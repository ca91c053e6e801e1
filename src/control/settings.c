/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control/settings.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>

#include "base/file.h"
#include "base/mem.h"

enum { SETTINGS_MAX = 65536 };

static const struct {
	const char *key;
	size_t at; /* of a bool in struct settings */
} switches[] = {
	{ "strict_options", offsetof(struct settings, strict_options) },
};

/* Without blanks around it. */
static char *trim(char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	for (char *end = s + strlen(s); end > s && isspace((unsigned char)end[-1]);)
		*--end = '\0';
	return s;
}

static int set(struct settings *s, const char *key, const char *value, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(switches); i++) {
		if (strcmp(switches[i].key, key) != 0)
			continue;
		if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
			return err_set(e, VNET_ERR_INVALID_ARG, "%s: '%s' is neither yes nor no", key, value);
		*(bool *)((char *)s + switches[i].at) = value[0] == 'y';
		return 0;
	}
	return err_set(e, VNET_ERR_INVALID_ARG, "there is no setting '%s'", key);
}

static int parse_line(char *line, struct settings *s, struct err *e)
{
	char *comment = strchr(line, '#'), *equals;

	if (comment)
		*comment = '\0';
	line = trim(line);
	if (!*line)
		return 0;
	equals = strchr(line, '=');
	if (!equals)
		return err_set(e, VNET_ERR_INVALID_ARG, "'%s' is not key = value", line);
	*equals = '\0';
	return set(s, trim(line), trim(equals + 1), e);
}

int settings_parse(const char *text, struct settings *ret, struct err *e)
{
	AUTO(mem_drop) char *copy = mem_strdup(text);
	struct settings s = { 0 };
	char *rest = copy, *line;

	for (int n = 1; (line = strsep(&rest, "\n")); n++)
		if (parse_line(line, &s, e) < 0)
			return err_in(e, "line %d", n);
	*ret = s;
	return 0;
}

int settings_load(const char *root, struct settings *ret, struct err *e)
{
	AUTO(mem_drop) char *path = mem_printf("%s/etc/vnet/vnetd.conf", root);
	AUTO(mem_drop) char *text = NULL;
	size_t len;
	int r = file_read(AT_FDCWD, path, SETTINGS_MAX, &text, &len);

	if (r == -ENOENT) {
		*ret = (struct settings){ 0 };
		return 0;
	}
	if (r < 0)
		return err_sys(e, r, "read %s", path);
	return settings_parse(text, ret, e) < 0 ? err_in(e, "%s", path) : 0;
}
