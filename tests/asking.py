"""`musfuse` for a shell: `python asking.py ADDRESS WORD…` has it forked at an address (see `warm.py`), and ends as it does."""

import os
import signal
import sys

from warm import fork


def main() -> None:
    """Hand on the standard streams, and signals while it runs."""
    address, *words = sys.argv[1:]
    process = fork(address, words, words, os.environ, [0, 1, 2])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda came, _: os.kill(process.pid, came))
    code = process.wait()
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)  # the streams are closed


if __name__ == "__main__":
    main()
