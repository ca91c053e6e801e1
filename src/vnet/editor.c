/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/editor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vnet/cli.h"
#include "vnet/words.h"

char *editor_file(const char *text)
{
	const char *dir = getenv("TMPDIR");
	char *path = cli_text("%s/vnet-XXXXXX.xml", dir && *dir ? dir : "/tmp");
	int fd = mkostemps(path, 4, 0);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (f && fputs(text, f) != EOF && fclose(f) == 0)
		return path;
	cli_error("cannot write '%s': %s", path, strerror(errno));
	if (fd >= 0)
		unlink(path);
	free(path);
	return NULL;
}

static const char *program(void)
{
	const char *visual = getenv("VISUAL"), *plain = getenv("EDITOR");

	return visual && *visual ? visual : plain && *plain ? plain : "vi";
}

/* The editor's words come from the user's environment: "emacs -nw". */
int editor_run(const char *path)
{
	const char *line = program(), *what = line;
	struct words w;

	if (words_next(&line, &w) <= 0 || w.n == 0)
		return cli_error("cannot read the editor '%s'", what);
	w.v = cli_alloc(w.v, w.n + 2, sizeof(*w.v));
	w.v[w.n] = path;
	w.v[w.n + 1] = NULL;
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		execvp(w.v[0], (char **)w.v);
		fprintf(stderr, "error: cannot run '%s': %s\n", w.v[0], strerror(errno));
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	words_free(&w);
	return status == 0 ? 0 : cli_error("the editor '%s' failed", what);
}

char *editor_ask(const char *text)
{
	AUTO_FREE char *path = editor_file(text);
	char *answer = NULL;
	size_t len;

	if (!path)
		return NULL;
	if (editor_run(path) == 0)
		answer = cli_read_file(path, &len);
	unlink(path);
	while (answer && len && answer[len - 1] == '\n')
		answer[--len] = '\0';
	return answer;
}
