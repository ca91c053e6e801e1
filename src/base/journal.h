/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/journal.h - log lines as entries of the journal. Apart from base/log.h, so that only a daemon needs its library. */
#pragma once

/* From here on, if stderr is the journal. */
void journal_open(void);
