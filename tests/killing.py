"""A process that kills itself at one of its steps: statements, and files that are written, renamed or removed."""

import os
import signal


class Steps:
    """Counts the steps of a process, and kills it at one of them; 0 is none. What is called by whoever takes a step
    may be this itself, whatever it is called with."""

    def __init__(self, point: int) -> None:
        self.count, self._point = 0, point

    def __call__(self, *_: object) -> None:
        self.count += 1
        if self.count == self._point:
            os.kill(os.getpid(), signal.SIGKILL)
