"""What commands share: options, the library they mean, ways to show things."""

import json
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from musfuse.app.state import StateFolder, default_folder
from musfuse.cli.anywhere import wishes
from musfuse.cli.tables import lines
from musfuse.cli.typed import typed
from musfuse.config import Config, Loaded, Sections, load_config
from musfuse.errors import UNEXPECTED, ConfigError, plainly
from musfuse.origins import scheme_of

if TYPE_CHECKING:
    from musfuse.app.connection import Connection
    from musfuse.service.port import Request

A = TypeVar("A")
F = TypeVar("F", bound=Callable[..., Any])


def library_option(command: F) -> F:
    """`--library DIR`"""
    return click.option(
        "--library",
        type=click.Path(path_type=Path),
        help="Folder of the library's state [default: the platform's data folder].",
    )(command)


def config_option(command: F) -> F:
    """`--config FILE`"""
    return click.option("--config", "config_file", type=click.Path(path_type=Path), help="Configuration file (TOML).")(
        command
    )


def json_option(command: F) -> F:
    """`--json`"""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def dry_run_option(command: F) -> F:
    """`--dry-run`"""
    return click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")(command)


def library_folder(named: Path | None) -> Path:
    """The library that a command means, as an absolute path: the one that is named, else the only one that is mounted,
    else the default one."""
    if named is None and "MUSFUSE_LIBRARY" not in os.environ:
        mounted = mounted_libraries()
        if len(mounted) == 1:
            return mounted[0]
    return new_library_folder(named)


def new_library_folder(named: Path | None) -> Path:
    """The library that a command means which may make one: the one that is named, else the default one."""
    return absolute(named or default_folder())


def mounted_libraries() -> list[Path]:
    """The folders of all libraries of this user that are mounted."""
    from musfuse.control import progress_of_owners

    return [Path(status["library"]) for status in progress_of_owners()]


def absolute(path: Path) -> Path:
    """An absolute path without touching the file system: a mountpoint may be dead. Messages name it as it was typed.
    Raises ConfigError where the working directory is gone, to which a path is relative."""
    from musfuse.platform import system

    return _whole(path, lambda path: Path(system.absolute_path(os.path.expanduser(path))))


def absolute_mountpoint(path: Path) -> Path:
    """An absolute mountpoint, without touching the file system; a drive letter stays as it is."""
    from musfuse.platform import system

    return _whole(path, system.absolute_mountpoint)


def located(text: str) -> str:
    """The place that somebody typed: a URI as it is, for only its source may take it apart, a path as an absolute one.
    Raises ConfigError, also where nothing was typed, which would be the working directory."""
    if not text:
        raise ConfigError("a place with music is wanted, not an empty text; name a folder, . for this one")
    return text if scheme_of(text) else str(absolute(Path(text)))


def asked(text: str) -> tuple[str, str]:
    """What the control channel is told of a source or a place: as it was typed, and as an absolute path or URI."""
    return text, absolute_or_none(text)


def absolute_or_none(text: str) -> str:
    """The absolute path that a text would be, or the URI that it is; '' where it would be relative to a working
    directory that is gone: it may be a path on the drive, or a query."""
    if not text or scheme_of(text):
        return text
    with suppress(ConfigError):
        return str(absolute(Path(text)))
    return ""


def naming_log(reason: str, library: Path) -> str:
    """A reason that says where the log is, where it is to be looked at."""
    return reason.replace(UNEXPECTED, UNEXPECTED.replace("its log", str(StateFolder(library).log)))


def is_there(path: Path) -> bool:
    """Whether a path names something. Raises ConfigError where that cannot be looked at."""
    try:
        return path.exists()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be looked at: {plainly(error)}") from error


def _whole(path: Path, make: Callable[[Path], Path]) -> Path:
    try:
        full = make(path)
    except OSError as error:
        raise ConfigError(
            f"{path}: the folder that you are in is gone; change to another, or write the whole path"
        ) from error
    typed().path(full, str(path))
    return full


class ListingGroup(click.Group):
    """Commands of which `list`, or another `usual` one, is meant where none is named."""

    usual = "list"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put it in front of what was typed, unless that begins with a word that it would not take, which is meant for
        a command."""
        named = any(arg in self.commands or arg in ctx.help_option_names for arg in args)
        if args and not args[0].startswith("-"):
            named |= not any(isinstance(param, click.Argument) for param in self.commands[self.usual].params)
        return super().parse_args(ctx, args if named else [self.usual, *args])


def load(config_file: Path | None, **flags: Any) -> Config:
    """The configuration, with flags by option name, `__` for the dot."""
    return load_all(config_file, {name.replace("__", "."): value for name, value in flags.items()}).config


def connect(folder: Path, config_file: Path | None = None, *, make: bool = False) -> "Connection":
    """The service of a library, whoever owns it; with `make`, a library is made where there is none. A configuration
    that is named is read at once, so that a mistake in it is told even where it turns out not to be needed. Raises
    ConfigError."""
    from musfuse.app.connection import Connection

    config = load(config_file) if config_file else None
    return Connection(folder, lambda: config or load(None), make=make)


def ask_library(library: Path | None, request: "Request[A]", config_file: Path | None = None) -> A:
    """What the library that a command means answers to the only request of it. Raises MusfuseError."""
    with connect(library_folder(library), config_file) as service:
        return service.call(request)


def load_all(config_file: Path | None, flags: Mapping[str, Any] | None = None) -> Loaded:
    """The configuration, and where each value came from."""
    return load_config(known_sections(), absolute(config_file) if config_file else None, flags)


def known_sections() -> Sections:
    """The sections of the configuration: those that whoever runs the program handed in, else the built-in ones."""
    from musfuse.app.sections import default_sections

    context = click.get_current_context(silent=True)
    return (context.find_object(Sections) if context else None) or default_sections()


def say(text: str, err: bool = False) -> None:
    """A line about what was done, for people: none with `-q`."""
    if not wishes().quiet:
        click.echo(text, err=err)


_BREAK = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def print_json(value: Any) -> None:
    """JSON on standard output; bytes of file names that are no text become escapes, so that it is JSON all the same."""
    click.echo(_json(value, indent=2))


def print_json_list(values: Iterable[Any]) -> None:
    """A list, which may be long, as JSON on standard output: a value a line, each as soon as it is there."""
    separator = "["
    try:
        for value in values:
            click.echo(separator + "\n" + _json(value), nl=False)
            separator = ","
    finally:
        click.echo("[]" if separator == "[" else "\n]")


def _plain(value: Any) -> Any:
    """An answer of the service as values of JSON; of all else its text."""
    if not hasattr(value, "__struct_fields__"):
        return str(value)
    from musfuse.service.wire import to_json

    return to_json(value)


def _json(value: Any, indent: int | None = None) -> str:
    text = json.dumps(value, indent=indent, ensure_ascii=False, default=_plain)
    return re.sub("[\ud800-\udfff]", lambda found: f"\\u{ord(found.group()):04x}", text)


def print_nul(text: str) -> None:
    """A text as it is with a NUL behind it, for `xargs -0`."""
    try:
        raw = os.fsencode(text)
    except UnicodeEncodeError:  # a tag may hold what no name of a file can
        raw = text.encode("utf-8", "replace")
    click.echo(raw + b"\0", nl=False)


def print_table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns as wide as they need to be, as far as the terminal has room. Cells are made printable."""
    table = [tuple(map(printable, row)) for row in (headers, *rows)]
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for number, row in enumerate(lines(table, room)):
        for line in row:
            click.secho(line, bold=number == 0)


def printable(text: str) -> str:
    """One line that any terminal takes: tags and names of files may hold line breaks, undecodable bytes, and sequences
    that move the cursor or turn the text around."""
    line = _BREAK.sub("\u23ce", text).replace("\t", " ")
    return _CONTROL.sub("\ufffd", line)


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1] + "\u2026"


def duration(seconds: float | None) -> str:
    """`1:02:03`, `2:03` or an empty text."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def when(time_ns: int) -> str:
    """A time, in ns since 1970, as people write it; its seconds where no calendar has it, as after a wrong clock."""
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(time_ns // 10**9))
    except (OverflowError, OSError, ValueError):
        return f"{time_ns // 10**9} s"


def size(count: int | None) -> str:
    """Bytes for people."""
    if count is None:
        return "?"
    value, unit = float(count), "B"
    for bigger in ("KiB", "MiB", "GiB", "TiB"):
        if value < 1024:
            break
        value, unit = value / 1024, bigger
    return f"{count} B" if unit == "B" else f"{value:.1f} {unit}"


def as_on_drive(text: str) -> str:
    """A path on the drive as the drive has it: no name on it has a backslash, which Windows' shells write for `/`."""
    return text.replace("\\", "/").strip("/")


class OnDrive(NamedTuple):
    """Where a path lies below a mounted drive: the path on the drive, the library's folder, and the view; None, and the
    main view, where it does not."""

    inside: str | None = None
    library: Path | None = None
    view: str = "main"


def drive_path(text: str) -> OnDrive:
    """Where on a mounted drive, or in which view that need not be mounted, a path lies."""
    from musfuse.control import progress_of_owners

    if scheme_of(text):
        return _named_view(text)
    from musfuse.platform import system

    full = absolute_or_none(text)
    for status in progress_of_owners():
        for mount in status["mounts"]:
            inside = system.path_inside(mount, full) if full else None
            if inside is not None:
                if os.path.islink(full):  # as in a folder of a search: what is meant is the track
                    inside = system.path_inside(mount, os.path.realpath(full)) or inside
                typed().place(inside, text)
                return OnDrive(inside, Path(status["library"]), status.get("views", {}).get(mount, "main"))
    return OnDrive()


def _named_view(text: str) -> OnDrive:
    from musfuse.library.selection import in_view

    named = in_view(text)
    if named is None:
        return OnDrive()
    view, inside = named
    typed().place(inside.strip("/"), text)
    return OnDrive(inside.strip("/"), None, view)
