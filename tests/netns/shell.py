# SPDX-License-Identifier: LGPL-2.1-or-later
"""A user at a terminal: shell.py LOG CMD... reads steps from standard input, one a line: `send TEXT` (\\t, \\n, \\x03 and such
are meant), `see PATTERN` waits until it was printed since the last step of this kind, `touch FILE` and `wait FILE` are signs to and
from the test. Fails with what was not seen."""
import os
import pty
import re
import select
import sys
import termios
import time

log, command = open(sys.argv[1], "wb"), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.environ["TERM"] = "vt100"
    os.execvp(command[0], command)
seen = ""


def read(wait):
    global seen
    if not select.select([fd], [], [], wait)[0]:
        return True
    try:
        data = os.read(fd, 65536)
    except OSError:
        return False
    log.write(data)
    log.flush()
    seen += data.decode(errors="replace")
    return bool(data)


def reads_keys():
    """libedit shows its prompt before it takes the terminal over; what is typed in between is the line discipline's, and a Ctrl-D
    is lost."""
    return not termios.tcgetattr(fd)[3] & termios.ICANON


for step in sys.stdin.read().splitlines():
    what, _, text = step.partition(" ")
    if what == "send":
        end = time.monotonic() + 2
        while not reads_keys() and time.monotonic() < end:
            time.sleep(0.002)
        os.write(fd, text.encode().decode("unicode_escape").encode("latin-1"))
    elif what == "touch":
        open(text, "w").close()
    elif what == "wait":
        end = time.monotonic() + 20
        while not os.path.exists(text) and time.monotonic() < end:
            time.sleep(0.02)
    elif what == "see":
        end = time.monotonic() + 10
        while not re.search(text, seen) and time.monotonic() < end and read(0.1):
            pass
        found = re.search(text, seen)
        if not found:
            sys.exit("not seen: %s; but %r" % (text, seen[-300:]))
        seen = seen[found.end():]
while read(10):
    pass
status = os.waitpid(pid, 0)[1]
sys.exit("exit status %d" % os.waitstatus_to_exitcode(status) if status else 0)
