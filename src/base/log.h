/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/log.h - one line an event, `area: object: event: why`, to stderr, or to the journal if stderr is it (base/journal.h).
 * Only edges log (io, control, vnetd, guestd); pure code returns. What a guest can trigger goes through a
 * struct log_limit, and text from a guest goes through log_escape first. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_LVL_ERROR = 3, LOG_LVL_WARN = 4, LOG_LVL_INFO = 6, LOG_LVL_DEBUG = 7 }; /* syslog's numbers */

void log_open(const char *program, enum log_level most);
/* Lines go to this function, not to stderr. */
void log_divert(void (*to)(enum log_level level, const char *program, const char *line));
void log_at(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

bool log_says(enum log_level level); /* else what is said is dropped: no need to make a text of it */

#define log_error(...) log_at(LOG_LVL_ERROR, __VA_ARGS__)
#define log_warn(...)  log_at(LOG_LVL_WARN, __VA_ARGS__)
#define log_info(...)  log_at(LOG_LVL_INFO, __VA_ARGS__)
#define log_debug(...) log_at(LOG_LVL_DEBUG, __VA_ARGS__)

/* At most LOG_LIMIT_BURST lines in LOG_LIMIT_S seconds; how many were held back is said with the next one. */
enum { LOG_LIMIT_BURST = 10, LOG_LIMIT_S = 10 };
struct log_limit {
	uint64_t since_s;
	unsigned said, held;
};
/* `now_s`: any steady clock. May this line be said? */
bool log_allowed(struct log_limit *l, uint64_t now_s);

/* Makes bytes fit to print: control characters, quotes, backslash and non-ASCII as \xNN. Cut to fit `size`. Returns `out`. */
const char *log_escape(const void *bytes, size_t len, char *out, size_t size);
