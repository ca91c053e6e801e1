#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# run.sh TEST...: runs cmocka programs and t_*.sh scripts; one line a test (`ok`, `not ok`, `skip`), the last line is the
# sum. A script prints `ok WHAT` for each thing it has shown (tests/netns/lib.sh) and exits 0, 77 (skipped) or else; a
# program in a folder netns/ runs in a network namespace of its own, one in fuzz/ for 30 s (FUZZ_S). A skipped test never counts as passed.
# TEST_TIMEOUT_S: how long one program or script may take.
# JOBS: how many at once; the lines of each come together then, when it has ended.
if [ "${JOBS:-1}" -gt 1 ] && [ $# -gt 1 ]; then
	lock=$(mktemp) || exit 1
	trap 'rm -f "$lock"' EXIT
	printf '%s\n' "$@" | LOCK=$lock JOBS=1 xargs -P "$JOBS" -n 1 sh -c \
		'said=$(sh "$0" "$1" 2>&1); exec flock "$LOCK" printf "%s\n" "$said"' "$0" |
		awk '/^[0-9]+ passed, [0-9]+ failed/ { p += $1; f += $3; s += $5; next } { print; fflush() }
			END { printf "%d passed, %d failed, %d skipped\n", p, f, s; exit f > 0 }'
	exit
fi
limit=${TEST_TIMEOUT_S:-240}
out=$(mktemp) && err=$(mktemp) && all=$(mktemp) || exit 1
trap 'rm -f "$out" "$err" "$all"' EXIT
trap 'exit 130' INT TERM

# Prints the lines of one cmocka program (TAP) or script in our form, as they come. The reason of a `not ok` is in the
# comment lines that follow it, or, for fail_msg(), the next ERROR line on the program's standard error.
lines()
{
	awk -v name="$1" -v err="$err" '
		function reason(  l)
		{
			while ((getline l < err) > 0)
				if (sub(/^ERROR: /, "", l))
					return ": " l
			return ""
		}
		function flush()
		{
			if (held != "")
				print held (why != "" ? why : reason())
			fflush()
			held = why = ""
		}
		function say(word) { print word name ": " $0; fflush() }
		/^# not ok/				{ next }
		held != "" && sub(/^# /, "")		{ if (!/error: Failure!$/) why = why ": " $0; next }
							{ flush() }
		sub(/^(not )?ok [0-9]+ # SKIP */, "") || sub(/^skip /, "")	{ say("skip "); next }
		sub(/^not ok [0-9]+ - /, "")		{ held = "not ok " name ": " $0; next }
		sub(/^ok [0-9]+ - /, "") || sub(/^ok /, "")	{ say("ok "); next }
		sub(/^not ok /, "")			{ say("not ok "); next }
		sub(/^note: /, "  ")			{ print; fflush() }
		END					{ flush() }'
}

# What a program or script left unsaid: it died, or it was skipped as a whole, or passed without a word.
verdict() # NAME STATUS
{
	why=$(grep -v '^[[:space:]]*$' "$err" | tail -n 1 | tr -cd '[:print:]')
	case $2 in
	0) grep -q -E '^(ok|skip) ' "$out" || echo "ok $1$(sed -n 's/^stat::number_of_executed_units: */: inputs tried: /p' "$err")" ;;
	77) grep -q '^skip ' "$out" || echo "skip $1: ${why:-no reason given}" ;;
	124 | 137) echo "not ok $1: killed, perhaps after the limit of $limit s: $why" ;;
	*) grep -q '^not ok ' "$out" || echo "not ok $1: exit status $2: $why" ;;
	esac
}

for t in "$@"; do
	folder=$(basename "$(dirname "$t")")
	name=$folder/$(basename "$t" .sh)
	case $t in
	*.sh) set -- sh "$t" ;;
	*/netns/*) if [ "$(id -u)" = 0 ]; then set -- unshare -n "$t"; else set -- unshare -Urn "$t"; fi ;;
	*/fuzz/*)	# from the stored seeds; what it finds goes to a folder beside it
		mkdir -p "$t.found"
		set -- "$t" -error_exitcode=1 -max_total_time="${FUZZ_S:-30}" -verbosity=0 -print_final_stats=1 -artifact_prefix="$t.found/" "$t.found" \
			"tests/fuzz/seeds/${t##*/}"
		;;
	*) set -- "$t" ;;
	esac
	{
		CMOCKA_MESSAGE_OUTPUT=TAP timeout -s KILL "$limit" "$@" 2>"$err" </dev/null
		echo $? >"$err.status"
	} | lines "$name" | tee "$out"
	status=$(cat "$err.status") && rm -f "$err.status"
	verdict "$name" "$status" | tee -a "$out"
	# What a failure had to say stays visible, below its line.
	! grep -q '^not ok ' "$out" || tail -n 40 "$err" | sed 's/^/  | /'
	cat "$out" >>"$all"
done

count() { grep -c "^$1 " "$all"; }
failed=$(count 'not ok')
echo "$(count ok) passed, $failed failed, $(count skip) skipped"
[ "$failed" = 0 ]
