/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/journal.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "base/log.h"

/* systemd sets JOURNAL_STREAM=DEV:INODE when it connects stderr to the journal (systemd.exec(5)). */
static bool stderr_is_journal(void)
{
	const char *env = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return env && sscanf(env, "%llu:%llu", &dev, &ino) == 2 && fstat(STDERR_FILENO, &st) == 0 && st.st_dev == dev &&
	       st.st_ino == ino;
}

static void say(enum log_level level, const char *program, const char *line)
{
	sd_journal_send("MESSAGE=%s", line, "PRIORITY=%i", (int)level, "SYSLOG_IDENTIFIER=%s", program, NULL);
}

void journal_open(void)
{
	if (stderr_is_journal())
		log_divert(say);
}
