/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vnet/editor.h - the user's editor: $VISUAL, $EDITOR or vi. */
#pragma once

/* A new file with this text, for the editor alone. Its path, for unlink() and free(); NULL: told why. */
char *editor_file(const char *text);
/* Runs the editor on a file and waits for it. 0 or -1, told why. */
int editor_run(const char *path);
/* What the user makes of `text`, without newlines at its end, for free(). NULL: told why. */
char *editor_ask(const char *text);
