#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# layers.sh: holds every #include "folder/file.h" in src/ against layers.txt. Silent and 0 when all are allowed.
cd "${0%/*}/.." || exit 1
grep -n '^#include "' src/*/*.[chx] | awk -v table=tests/layers.txt '
	BEGIN {
		while ((getline line < table) > 0) {
			n = split(line, word, /[ \t]+/)
			if (line ~ /^#/ || n == 0)
				continue
			known[word[1]] = 1
			for (i = 1; i <= n; i++)
				may[word[1], word[i]] = 1
		}
	}
	{
		split($0, part, /:/)		# FILE:LINE:#include "TO/HEADER"
		split(part[1], path, "/")
		split($0, quoted, "\"")
		split(quoted[2], to, "/")
		if (!known[path[2]])
			bad(path[2] "/ is not in " table)
		else if (!((path[2], to[1]) in may) && !public(quoted[2]))
			bad(path[2] " may not include " quoted[2])
	}
	function bad(why) { print part[1] ":" part[2] ": " why; failed = 1 }
	function public(header,  line) { return (getline line < ("include/" header)) > 0 }
	END { exit failed }'
