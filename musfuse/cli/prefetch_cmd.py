"""`musfuse prefetch`"""

from pathlib import Path

import click

from musfuse.cli.common import (
    ListingGroup,
    ask_library,
    config_option,
    connect,
    json_option,
    library_option,
    print_json,
    print_table,
    say,
)
from musfuse.cli.progress import Waiting
from musfuse.cli.targets import TargetsOnly, resolve
from musfuse.wording import counted


class _Tracks(ListingGroup):
    usual = "tracks"


@click.group("prefetch", cls=_Tracks, epilog="Example: musfuse prefetch 'Pink Floyd/Animals (1977)'")
def command() -> None:
    """Make the tracks of TARGETs ready to be played at once: their indexes, and the first seconds of what is encoded.

    `musfuse prefetch TARGET...` is short for `musfuse prefetch tracks TARGET...`. A mounted library does it in the
    background; what is probably played next it makes ready by itself. A path behind `.prefetch/` on the drive does the
    same for any program that looks at it.
    """


@command.command("tracks", cls=TargetsOnly, epilog="Example: musfuse prefetch tracks album:animals")
@library_option
@config_option
@json_option
@click.argument("targets", nargs=-1, metavar="TARGET...")
def tracks(library: Path | None, config_file: Path | None, as_json: bool, targets: tuple[str, ...]) -> None:
    """Make the tracks of TARGETs ready. The exit code is 0 also where some find no room in the queue, which is said."""
    from musfuse.service.requests.prefetch import PrefetchTracks

    if not targets:
        raise click.UsageError("name TARGETs: paths on the drive or in a source, or a query")
    folder, found = resolve(library, targets)
    with connect(folder, config_file) as service, Waiting("prefetch"):
        done = service.call(PrefetchTracks(found))
        owned = service.is_owned
    if as_json:
        print_json(done)
        return
    left = f"; {done.dropped} found no room in the queue (prefetch.max_queue_size)" if done.dropped else ""
    ready = "being made ready" if owned else "ready"
    say(f"{counted(done.selected - done.dropped, 'track')} {ready}{left}")


@command.command("status", epilog="Example: musfuse prefetch status --json")
@library_option
@json_option
def status(library: Path | None, as_json: bool) -> None:
    """Tell what was guessed, what was made ready, and what waits, since the process that owns the library began."""
    from musfuse.service.requests.prefetch import ShowPrefetch

    told = ask_library(library, ShowPrefetch())
    if as_json:
        print_json(told)
    elif told is None:
        say("nothing is mounted, so nothing is made ready")
    else:
        print_table(("what", "tracks"), [
            ("guessed to be played next", f"{told.guessed}, {told.used} of them played"),
            ("made ready", str(told.made)), ("could not be", str(told.failed)),
            ("found no room", str(told.dropped)), ("wait now", str(told.waiting)),
        ])  # fmt: skip
