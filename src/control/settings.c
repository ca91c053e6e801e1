/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control/settings.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>

#include "base/file.h"
#include "base/mem.h"

enum { SETTINGS_MAX = 65536 };

static const char *const no_yes[] = { "no", "yes", NULL };
static const char *const coexist_words[] = { "auto", "warn", "off", NULL };

static const struct {
	const char *key;
	size_t at;                /* in struct settings: a bool, or of other words an enum */
	const char *const *words; /* by their number */
} rows[] = {
	{ "table_owner", offsetof(struct settings, table_owner), no_yes },
	{ "coexist", offsetof(struct settings, coexist), coexist_words },
	{ "flowtable", offsetof(struct settings, flowtable), no_yes },
	{ "strict_options", offsetof(struct settings, strict_options), no_yes },
	{ "guard", offsetof(struct settings, guard.on), tri_words },
	{ "guard_static", offsetof(struct settings, guard.hand_set), hand_set_words },
};

static const struct settings defaults = { .table_owner = true };

const char *settings_coexist(const struct settings *s)
{
	return coexist_words[s->coexist];
}

/* Without blanks around it. */
static char *trim(char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	for (char *end = s + strlen(s); end > s && isspace((unsigned char)end[-1]);)
		*--end = '\0';
	return s;
}

static int bad_word(const char *key, const char *value, const char *const *words, struct err *e)
{
	char all[64] = "";

	for (size_t i = 0; words[i]; i++)
		if (words[i][0])
			snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", all[0] ? ", " : "", words[i]);
	return err_set(e, VNET_ERR_INVALID_ARG, "%s: '%s' is none of %s", key, value, all);
}

static int set(struct settings *s, const char *key, const char *value, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (strcmp(rows[i].key, key) != 0)
			continue;
		int word = word_find(rows[i].words, value);

		if (word < 0)
			return bad_word(key, value, rows[i].words, e);
		if (rows[i].words == no_yes)
			*(bool *)((char *)s + rows[i].at) = word;
		else
			*(unsigned *)((char *)s + rows[i].at) = (unsigned)word;
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
	struct settings s = defaults;
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
		*ret = defaults;
		return 0;
	}
	if (r < 0)
		return err_sys(e, r, "read %s", path);
	return settings_parse(text, ret, e) < 0 ? err_in(e, "%s", path) : 0;
}
