#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `vnet` without a command: a shell, at a terminal with completion and history, else for lines from a file.
. "${0%/*}/lib.sh"
start_vnetd
network default
export HOME="$T" XDG_CACHE_HOME="$T/cache"
eq "$(printf 'list --name\n# a comment\nbogus\necho --xml "a<b"; pwd\nquit\nlist\n' | vnet 2>&1)" \
	"vnet # list --name
default

vnet # # a comment
vnet # bogus
error: unknown command: 'bogus'

vnet # echo --xml \"a<b\"; pwd
a&lt;b

/*

vnet # quit" "lines of a file, as virsh shows them"
eq "$(printf 'list --name\nbogus\n' | command vnet -q --root "$ROOT" shell 2>/dev/null; echo $?)" "default
0" "quiet: data alone; errors end nothing"
same "echo quotes for a shell" "'it'\\''s' 'a b' plain" "$(printf "echo --shell it\\\\'s 'a b' plain\n" | command vnet -q)"
eq "$(vnet -e 'bogus; list' 2>&1)" "error: unknown command: 'bogus'*" "-e stops at the first failure"
eq "$(vnet -e 'bogus; list' 2>/dev/null)" "" "really"
eq "$(vnet -t uuid default)" "*-*-*(Time: *.* ms)*" "--timing"

vnet define "$DATA/isolated.xml" >/dev/null
complete() { vnet complete -- "$@" | tr '\n' ' '; }
eq "$(complete d)" "define desc destroy dhcp-leases *dumpxml " "commands"
eq "$(complete net-du)" "net-dumpxml " "by virsh's names too"
eq "$(complete tap '')" "add del exec list " "second words"
eq "$(complete dumpxml '')" "default isolated " "networks"
eq "$(complete start '')" "isolated " "those that can be started"
eq "$(complete destroy '')" "default " "those that can be stopped"
eq "$(complete dumpxml default --x)" "--xpath " "options"
eq "$(complete dumpxml --xpath x '')" "default isolated " "the value of an option is no network"
eq "$(complete update default '')" "add add-first add-last delete modify " "what net-update does"
eq "$(complete update default add ip-)" "ip-dhcp-host ip-dhcp-range " "to which section"
eq "$(complete name '')" "*-*-* *-*-* " "uuids"
eq "$(complete define "$DATA/isol")" "$DATA/isolated.xml " "files"
eq "$(complete event --event '')" "lease lifecycle metadata-change " "kinds of events"
eq "$(complete start isolated '')" "" "nothing more to say"
eq "$(VNET_ROOT=/nonexistent command vnet complete -- start '' 2>&1)" "" "without a daemon: silence"
bash -n "$top/src/vnet/vnet.bash" && eq "$(bash -c '. "$0"; COMP_WORDS=(vnet start is) COMP_CWORD=2; _vnet; echo "${COMPREPLY[*]}"' "$top/src/vnet/vnet.bash")" \
	"" "bash asks the daemon it knows"
eq "$(VNET_ROOT=$ROOT bash -c '. "$0"; COMP_WORDS=(vnet start is) COMP_CWORD=2; _vnet; echo "${COMPREPLY[*]}"' "$top/src/vnet/vnet.bash")" \
	"isolated" "and completes by it"

need python3
at_terminal() { python3 "$DATA/shell.py" "$T/screen" vnet --root "$ROOT" "$@" 2>"$T/err" || fail "$(tail -n 1 "$T/err")"; }
until_true 60 test -e "$T/listens" && until [ -e "$T/heard" ]; do # something to hear, as soon as somebody listens
	command vnet --root "$ROOT" define "$DATA/isolated.xml" >/dev/null
	sleep 0.2
done &
at_terminal <<'END'
see Welcome to vnet
see vnet # 
send li\t\n
see default   active
see vnet # 
send star\tis\t\n
see Network isolated started
see vnet # 
send de\t
see define +desc +destroy
send st\tis\t\n
see Network isolated destroyed
see vnet # 
send undefine def\x03
see vnet # 
send bogus\n
see unknown command: 'bogus'
see vnet # 
send event --event lifecycle --loop\n
touch /run/t/listens
see for network isolated: Defined
touch /run/t/heard
send \x03
see events received: [1-9]
see vnet # 
send undefine def\x03
see vnet # 
send quit\n
END
ok "at a terminal: words are completed, Ctrl-C drops a line, errors end nothing"
eq "$(grep -c 'destroy' "$T/cache/vnet/history") $(grep -c 'undefine' "$T/cache/vnet/history")" "1 0" "its history is kept"
eq "$(stat -c %a "$T/cache/vnet/history")" 600 "for the user alone"
at_terminal -r <<END &
see vnet > 
send list --name\\n
see default
see vnet > 
touch $T/connected
wait $T/restarted
send list --name\\n
see connecting again
see default
see vnet > 
send \\x04
END
shell=$!
until_true 10 test -e "$T/connected"
stop_vnetd KILL
start_vnetd
touch "$T/restarted"
wait $shell && ok "a daemon that was restarted is connected to again; Ctrl-D leaves"
