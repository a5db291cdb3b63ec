"""Progress of a job: a bar on a terminal, a line every few seconds elsewhere."""

import sys
import threading
import time
from types import TracebackType
from typing import Any

import click

from musfuse.cli.anywhere import wishes
from musfuse.cli.common import duration, size
from musfuse.wording import agreeing

_PLAIN_SECONDS = 5.0


class Progress:
    """`update` may be called as often as one likes; nothing is shown with `quiet`. It counts files, or `in_bytes`."""

    def __init__(self, what: str, quiet: bool = False, *, in_bytes: bool = False) -> None:
        self._what, self._quiet, self._in_bytes = what, quiet or wishes().quiet, in_bytes
        self._terminal = sys.stderr.isatty() and not self._quiet
        self._bar: Any = None
        self._task: Any = None
        self._began = self._said = time.monotonic()

    def __enter__(self) -> "Progress":
        if self._terminal:
            from rich.console import Console
            from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            self._bar = Bar(
                TextColumn("{task.description}"), BarColumn(),
                DownloadColumn(binary_units=True) if self._in_bytes else MofNCompleteColumn(), TimeRemainingColumn(),
                TextColumn("{task.fields[note]}", markup=False), console=Console(stderr=True), transient=True,
            )  # fmt: skip
            self._bar.start()
            self._task = self._bar.add_task(self._what, total=None, note="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, done: int, total: int = 0, note: str = "") -> None:
        """So many are done, of `total` where that is known."""
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total or None, note=note)
        elif not self._quiet and time.monotonic() - self._said >= _PLAIN_SECONDS:
            self._said = time.monotonic()
            took = duration(self._said - self._began)
            click.echo(f"{self._what}: {self._told(done, total)}, {took} {note}".rstrip(), err=True)

    def _told(self, done: int, total: int) -> str:
        if self._in_bytes:
            return f"{size(done)} of {size(total)}" if total else size(done)
        of = f" of {total}" if total else ""
        return f"{done}{of} {agreeing(total or done, 'file', 'files')}"


class Waiting:
    """Says on a terminal that something takes its time, once it took a second."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._done = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> "Waiting":
        if sys.stderr.isatty() and not wishes().quiet:
            self._thread = threading.Thread(target=self._say, daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        if self._thread is not None:
            self._thread.join()

    def _say(self) -> None:
        began = time.monotonic()
        while not self._done.wait(1.0):
            click.echo(f"\r{self._what}: at work for {duration(time.monotonic() - began)}", err=True, nl=False)
        if time.monotonic() - began >= 1.0:
            click.echo("\r\033[K", err=True, nl=False)
