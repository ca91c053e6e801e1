/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *name = "vnet";
static enum log_level most_said = LOG_LVL_INFO;

static void to_stderr(enum log_level level, const char *program, const char *line)
{
	fprintf(stderr, "%s: %s%s\n", program,
		level <= LOG_LVL_ERROR  ? "error: "
		: level == LOG_LVL_WARN ? "warning: "
					: "",
		line);
}

static void (*say)(enum log_level level, const char *program, const char *line) = to_stderr;

void log_open(const char *program, enum log_level most)
{
	name = program;
	most_said = most;
}

void log_divert(void (*to)(enum log_level level, const char *program, const char *line))
{
	say = to;
}

bool log_says(enum log_level level)
{
	return level <= most_said;
}

void log_at(enum log_level level, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	if (!log_says(level))
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	say(level, name, line);
}

bool log_allowed(struct log_limit *l, uint64_t now_s)
{
	if (now_s - l->since_s >= LOG_LIMIT_S) {
		if (l->held)
			log_info("(%u more lines like the next were held back)", l->held);
		*l = (struct log_limit){ .since_s = now_s };
	}
	if (l->said < LOG_LIMIT_BURST) {
		l->said++;
		return true;
	}
	l->held++;
	return false;
}

const char *log_escape(const void *bytes, size_t len, char *out, size_t size)
{
	const unsigned char *b = bytes;
	size_t o = 0;

	for (size_t i = 0; i < len && o + 5 < size; i++) {
		if (b[i] < 0x20 || b[i] >= 0x7f || strchr("\\'\"", b[i]))
			o += (size_t)snprintf(out + o, size - o, "\\x%02x", b[i]);
		else
			out[o++] = (char)b[i];
	}
	if (size)
		out[o] = '\0';
	return out;
}
