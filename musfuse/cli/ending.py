"""How the program ends: its exit code, and one plain message, never a traceback unless it was asked for."""

import errno
import logging
import os
import sys
from collections.abc import Callable
from typing import Any

import click

from musfuse.cli.typed import Typed
from musfuse.errors import MusfuseError, plainly

# Such an error names no file where the file was open already; commands see to their own files, their output is left.
_OF_WRITING = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)


def ended(run: Callable[[], Any], typed: Typed) -> int:
    """Run the program, say what stopped it, and write what still waits to be written: the exit code."""
    code = _code(run, typed)
    unwritten = _unwritten()
    if unwritten is not None:
        _give_up_output()
        code = code or _failed(unwritten, typed)
    return code


def _code(run: Callable[[], Any], typed: Typed) -> int:
    try:
        done = run()  # of `--help` and its like, click returns the code
        return done if isinstance(done, int) else 0
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else int(done.code is not None)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        error.message = typed.restore(error.message)  # type: ignore[misc]
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return 130
    except MusfuseError as error:
        _say(*typed.restore(str(error)).split("\n"))
        return error.exit_code
    except (OSError, RecursionError, MemoryError) as error:
        return _failed(error, typed)


def _failed(error: BaseException, typed: Typed) -> int:
    logging.getLogger(__name__).debug("ended by an error of the system", exc_info=error)
    if not isinstance(error, BrokenPipeError):  # who read has read enough
        _say(typed.restore(_plain(error)))
    return 1


def _plain(error: BaseException) -> str:
    """One line for people."""
    if isinstance(error, OSError):
        name = "standard output" if error.filename is None and error.errno in _OF_WRITING else error.filename
        return plainly(error) if name is None else f"{name}: {plainly(error)}"
    return "no memory is left" if isinstance(error, MemoryError) else "something is nested too deeply"


def _say(*lines: str) -> None:
    from musfuse.cli.common import printable

    click.echo("musfuse: " + "\n".join(map(printable, lines)), err=True)


def _unwritten() -> OSError | None:
    """Why what was printed cannot be written; None where it is written."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        return error
    return None


def _give_up_output() -> None:
    """What could not be written is not tried once more when Python ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
