/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/shell.h"

#include <errno.h>
#include <histedit.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#include "vnet/complete.h"

enum { HISTORY_LINES = 500, COLUMNS = 80 };

struct shell {
	struct cli *cli;
	EditLine *el;
	History *history;
	char *file;     /* of the history; NULL: it is not kept */
	mbstate_t half; /* of a character */
};

static const char *prompt(const struct cli *cli)
{
	return cli->read_only ? "vnet > " : "vnet # ";
}

/* A daemon that was restarted is no reason to start us again. */
static void reconnect(struct cli *cli)
{
	struct pollfd p = { .fd = cli->conn ? vnet_fd(cli->conn) : -1, .events = POLLRDHUP };

	if (!cli->conn || poll(&p, 1, 0) <= 0)
		return;
	fprintf(stderr, "error: vnetd has closed the connection; connecting again\n");
	vnet_close(cli->conn);
	cli->conn = NULL;
}

/* What fails was told, and ends nothing here. */
static void run(struct cli *cli, const char *line)
{
	reconnect(cli);
	cli_run_line(cli, line);
}

/* ---- input that is no terminal ---- */

static int run_lines(struct cli *cli)
{
	AUTO_FREE char *line = NULL;
	size_t size = 0;

	while (!cli->leave) {
		fputs(cli->quiet ? "" : prompt(cli), stdout);
		if (getline(&line, &size, stdin) < 0)
			break;
		if (!cli->quiet)
			fputs(line, stdout);
		run(cli, line);
	}
	if (!cli->quiet && !cli->leave)
		putchar('\n');
	return 0;
}

/* ---- completion ---- */

/* As the shell's reader takes it back. */
static char *escape(const char *text)
{
	char *out = cli_alloc(NULL, 2 * strlen(text) + 1, 1), *p = out;

	for (; *text; text++) {
		if (strchr(" \t;\\'\"#", *text))
			*p++ = '\\';
		*p++ = *text;
	}
	*p = '\0';
	return out;
}

/* How much all candidates have in common. */
static size_t common(const struct candidates *c)
{
	size_t len = strlen(c->v[0]);

	for (size_t i = 1; i < c->n; i++)
		for (size_t k = 0; k < len; k++)
			if (c->v[i][k] != c->v[0][k])
				len = k;
	return len;
}

static void show(const struct candidates *c)
{
	struct winsize size;
	size_t width = 1;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_col)
		size.ws_col = COLUMNS;
	for (size_t i = 0; i < c->n; i++)
		if (strlen(c->v[i]) + 2 > width)
			width = strlen(c->v[i]) + 2;
	size_t per_line = size.ws_col / width ? size.ws_col / width : 1;

	for (size_t i = 0; i < c->n; i++)
		printf("%s%-*s", i % per_line ? "" : "\n", (int)width, c->v[i]);
	putchar('\n');
	fflush(stdout);
}

static unsigned char on_tab(EditLine *el, int key)
{
	const LineInfo *at = el_line(el);
	AUTO_FREE char *before = cli_text("%.*s", (int)(at->cursor - at->buffer), at->buffer);
	unsigned char result = CC_ERROR;
	struct shell *s;
	size_t typed;

	(void)key;
	el_get(el, EL_CLIENTDATA, &s);
	struct candidates c = complete_line(s->cli, before, &typed);

	if (c.n) {
		AUTO_FREE char *more = cli_text("%.*s", (int)(common(&c) - typed), c.v[0] + typed);
		AUTO_FREE char *escaped = escape(more);
		bool folder = *c.v[0] && c.v[0][strlen(c.v[0]) - 1] == '/';
		AUTO_FREE char *insert = cli_text("%s%s", escaped, c.n == 1 && !folder ? " " : "");

		if (*insert)
			el_insertstr(el, insert);
		else
			show(&c);
		result = *insert ? CC_REFRESH : CC_REDISPLAY;
	}
	candidates_free(&c);
	return result;
}

/* ---- the terminal ---- */

static char *el_prompt(EditLine *el)
{
	struct shell *s;

	el_get(el, EL_CLIENTDATA, &s);
	return (char *)prompt(s->cli);
}

static volatile sig_atomic_t interrupted;

static void on_interrupt(int sig)
{
	(void)sig;
	interrupted = 1; /* besides, it ends the read() below */
}

/* libedit's own would try again after a signal. */
static int read_char(EditLine *el, wchar_t *ret)
{
	struct shell *s;
	char byte;

	el_get(el, EL_CLIENTDATA, &s);
	for (;;) {
		ssize_t n = interrupted ? -1 : read(STDIN_FILENO, &byte, 1);

		if (n <= 0)
			return (int)n;
		switch (mbrtowc(ret, &byte, 1, &s->half)) {
		case (size_t)-2:
			continue;
		case (size_t)-1:
			memset(&s->half, 0, sizeof(s->half));
			continue;
		default:
			return 1;
		}
	}
}

static void history_load(struct shell *s)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME"), *size = getenv("VNET_HISTSIZE");
	int lines = size ? atoi(size) : HISTORY_LINES;
	HistEvent ev;

	history(s->history, &ev, H_SETSIZE, lines > 0 ? lines : 0);
	history(s->history, &ev, H_SETUNIQUE, 1);
	if ((!cache && !home) || lines <= 0)
		return;
	AUTO_FREE char *base = cache ? cli_text("%s", cache) : cli_text("%s/.cache", home);
	AUTO_FREE char *folder = cli_text("%s/vnet", base);

	mkdir(base, 0700);
	mkdir(folder, 0700);
	s->file = cli_text("%s/history", folder);
	history(s->history, &ev, H_LOAD, s->file);
}

static void history_store(struct shell *s)
{
	HistEvent ev;
	mode_t before = umask(077);

	if (s->file)
		history(s->history, &ev, H_SAVE, s->file);
	umask(before);
}

static void edit_lines(struct shell *s)
{
	struct sigaction interrupt = { .sa_handler = on_interrupt };
	HistEvent ev;

	while (!s->cli->leave) {
		int n = 0;

		interrupted = 0;
		sigaction(SIGINT, &interrupt, NULL); /* a command may have had its own */
		const char *line = el_gets(s->el, &n);

		if (!line && interrupted) {
			el_reset(s->el);
			putchar('\n');
			continue;
		}
		if (!line || n <= 0) {
			putchar('\n');
			return;
		}
		if (line[strspn(line, " \t\n")])
			history(s->history, &ev, H_ENTER, line);
		run(s->cli, line);
	}
}

static int run_terminal(struct shell *s)
{
	s->el = el_init("vnet", stdin, stdout, stderr);
	s->history = history_init();
	if (!s->el || !s->history)
		return cli_error("this terminal can't be used: %s", strerror(errno));
	el_set(s->el, EL_CLIENTDATA, s);
	el_set(s->el, EL_PROMPT, el_prompt);
	el_set(s->el, EL_EDITOR, "emacs");
	el_set(s->el, EL_GETCFN, read_char);
	el_set(s->el, EL_HIST, history, s->history);
	el_set(s->el, EL_ADDFN, "vnet-complete", "complete the word", on_tab);
	el_set(s->el, EL_BIND, "^I", "vnet-complete", NULL);
	el_source(s->el, NULL); /* the user's own ~/.editrc */
	history_load(s);
	if (!s->cli->quiet)
		printf("Welcome to vnet, the virtual networks' terminal.\n\n"
		       "Type:  'help' for help with commands\n       'quit' to quit\n\n");
	edit_lines(s);
	history_store(s);
	return 0;
}

int shell_run(struct cli *cli)
{
	struct shell s = { .cli = cli };

	if (cli->in_shell)
		return cli_error("this is the shell");
	cli->in_shell = true;
	int r = isatty(STDIN_FILENO) ? run_terminal(&s) : run_lines(cli);

	if (s.history)
		history_end(s.history);
	if (s.el)
		el_end(s.el);
	free(s.file);
	return r;
}
