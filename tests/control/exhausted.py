"""A process with a control server that runs out of what servers need, as its standard input says: the test's other half.

`descriptors`: opens files until there are no more; `threads`: no thread can be started; `free`: both are there again.
"""

import ctypes
import os
import resource
import subprocess
import sys
import threading
from pathlib import Path

from musfuse.control import Server
from musfuse.platform.reserve import Reserve

ROOM = 256 << 20


def main() -> None:
    if sys.platform == "linux":  # what ends threads; it could not be loaded once there are no descriptors
        ctypes.CDLL("libgcc_s.so.1")
    reserve = Reserve(10)

    def spawn() -> str:
        with reserve.lent():
            return subprocess.run(["echo", "done"], capture_output=True, text=True, check=True).stdout.strip()

    server = Server(Path(sys.argv[1]), {"echo": lambda text: text, "spawn": spawn}, reserve=reserve, clients=16)
    server.start()
    opened: list[int] = []
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() == "descriptors":
            resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
            try:
                while True:
                    opened.append(os.open(os.devnull, os.O_RDONLY))
            except OSError:
                pass
        elif line.strip() == "threads":
            threading.stack_size(2 * ROOM)
            used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
            resource.setrlimit(resource.RLIMIT_AS, (used + ROOM, resource.RLIM_INFINITY))
        else:
            threading.stack_size(0)
            resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            while opened:
                os.close(opened.pop())
        print("ready", flush=True)


main()
