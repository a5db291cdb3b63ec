"""The library's log: what its owner did and what failed, one dated line each, in two files of about 1 MiB at most."""

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from musfuse.logs.journal import JournalHandler, is_read_by_it
from musfuse.logs.lines import formatter
from musfuse.logs.options import LoggingOptions, levels

LOG_LIMIT = 1 << 20
"""Bytes of a log; a longer one becomes the same with `.1`, in place of the one before."""


def make_room(log: Path) -> None:
    """Put a log aside that became too long. On Windows it grows on while a process has its standard error there."""
    with suppress(OSError):
        if log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))


class _LogFile(logging.Handler):
    """A log that cannot be written, on a full or read-only disk, stops nothing. It is opened with the first line."""

    def __init__(self, path: Path, as_json: bool) -> None:
        super().__init__()
        self.path, self._fd = path, -1
        self.setFormatter(formatter(as_json))

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; called by one thread at a time."""
        with suppress(OSError):
            self._write((self.format(record) + "\n").encode("utf-8", "backslashreplace"))

    def takes_errors(self) -> bool:
        """Whether this process has its standard error in the same file."""
        try:
            return os.path.samestat(os.fstat(2), self.path.stat())
        except OSError:
            return False

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        super().close()

    def _write(self, line: bytes) -> None:
        if self._fd >= 0 and os.fstat(self._fd).st_size > LOG_LIMIT:
            os.close(self._fd)
            self._fd = -1
        if self._fd < 0:
            make_room(self.path)
            self._fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        os.write(self._fd, line)


def keep_log(path: Path, closing: ExitStack, options: LoggingOptions = LoggingOptions()) -> None:  # noqa: B008 - a value
    """Until `closing`, write what this process logs to the log of a library, as its options say; also to systemd's
    journal, where that reads this process.

    A background process has its standard error in the same file: what it logs is not written twice.
    """
    root, path = logging.getLogger(), log_path(path, options)
    before = root.level
    level = min(before, options.number) if 0 < before < logging.WARNING else options.number  # -v wants more
    handlers: list[logging.Handler] = [_LogFile(path, options.json_output)]
    journal = options.journald and sys.platform == "linux" and is_read_by_it()
    if journal:
        handlers.append(JournalHandler())
    for other in [other for other in root.handlers if _writes_to(other, path) or (journal and _is_error(other))]:
        root.removeHandler(other)
        closing.callback(root.addHandler, other)
    for handler in handlers:
        handler.setLevel(level)
        root.addHandler(handler)
        closing.callback(handler.close)
        closing.callback(root.removeHandler, handler)
    root.setLevel(level)
    closing.callback(root.setLevel, before)
    _set_levels(levels(options.areas), handlers, closing)


def follow_options(options: LoggingOptions) -> None:
    """Have the log of this process follow other options: levels, those of areas, and how lines are written. Where it
    lies stays as it is, and levels that `-v` asked for go."""
    root = logging.getLogger()
    handlers = [handler for handler in root.handlers if isinstance(handler, _LogFile | JournalHandler)]
    for name, logger in list(root.manager.loggerDict.items()):
        if name.startswith("musfuse") and isinstance(logger, logging.Logger):
            logger.setLevel(logging.NOTSET)
    root.setLevel(options.number)
    for handler in handlers:
        handler.setLevel(options.number)
        if isinstance(handler, _LogFile):
            handler.setFormatter(formatter(options.json_output))
    with ExitStack() as until_the_end:
        _set_levels(levels(options.areas), handlers, until_the_end)
        until_the_end.pop_all()


def log_path(path: Path, options: LoggingOptions) -> Path:
    """Where the log of a library lies, which is `path` unless the options name another folder."""
    if not options.log_dir:
        return path
    folder = Path(options.log_dir).expanduser()
    with suppress(OSError):  # where it cannot be made nothing can be written, and that stops nothing
        folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{path.parent.name}.log"


def _set_levels(areas: Mapping[str, int], handlers: Sequence[logging.Handler], closing: ExitStack) -> None:
    """An area is a part of the program (`media.flac`), or one of its adapters (`fuse`)."""
    for area, level in areas.items():
        for logger in (logging.getLogger(f"musfuse.{area}"), logging.getLogger(f"musfuse_{area}")):
            closing.callback(logger.setLevel, logger.level)
            logger.setLevel(level)
        for handler in handlers:
            handler.setLevel(min(handler.level, level))


def place_of_errors() -> str:
    """Where to find what this process writes to standard error, libfuse too: the path of its log, if that is there."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, _LogFile) and handler.takes_errors():
            return str(handler.path)
    return "what is written to standard error"


def _is_error(handler: logging.Handler) -> bool:
    return isinstance(handler, logging.StreamHandler) and handler.stream is sys.stderr


def _writes_to(handler: logging.Handler, path: Path) -> bool:
    try:
        stream = handler.stream if isinstance(handler, logging.StreamHandler) else None
        return stream is not None and os.path.samestat(os.fstat(stream.fileno()), path.stat())
    except (OSError, ValueError, AttributeError):
        return False
