"""Runs many commands of `musfuse` fast: one process imports what they need, and forks for each.

Reads a JSON list of [arguments, folder, whether that folder is to vanish, environment, file for standard output] from
standard input; writes a list of [exit code, standard output, standard error].
"""

import gc
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from forking import end, load_program

from musfuse.cli import main


def _run(args: list[str], folder: str, vanished: bool, environment: dict[str, str], out: str) -> Iterator[Any]:
    """In the parent: exit code, output, errors. In the child nothing is yielded: it ends as the program does."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
        child = os.fork()
        if child == 0:
            _become(args, folder, vanished, environment, out or said.fileno(), complained.fileno())
            end(main)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        yield code
        for file in (said, complained):
            file.seek(0)
            yield file.read().decode()


def _become(
    args: list[str], folder: str, vanished: bool, environment: dict[str, str], out: int | str, err: int
) -> None:
    os.chdir(folder)
    if vanished:
        os.rmdir(folder)
    os.environ.update(environment)
    sys.argv = ["musfuse", *args]
    os.dup2(os.open(out, os.O_WRONLY) if isinstance(out, str) else out, 1)
    os.dup2(err, 2)


if __name__ == "__main__":
    load_program()
    gc.freeze()  # no child looks through, and so copies, all that was imported here
    wanted = json.load(sys.stdin)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    print(json.dumps([list(_run(*case)) for case in wanted]))
