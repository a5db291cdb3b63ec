"""What commands say of sources: that one was added to a library that has others, was not scanned, or holds no music."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from musfuse.cli.common import asked, connect, printable, say
from musfuse.cli.typed import typed
from musfuse.errors import MusfuseError

if TYPE_CHECKING:
    from musfuse.service.requests.owner import Status
    from musfuse.service.requests.sources import SourcesAdded


class Newcomers:
    """Places that are new to a library with other sources. Made before they are added, since afterwards they look like
    all others."""

    def __init__(self, folder: Path, places: Sequence[str]) -> None:
        self._folder, self._plan = folder, _plan(folder, places) if places else None

    def tell(self) -> None:
        """Say that the places were added, and to which other sources."""
        new = [*self._plan.added, *self._plan.restored] if self._plan else []
        if new and self._plan and self._plan.others:
            others = _listed(self._plan.others)
            text = f"added {_listed(new)} to the library {self._folder}, which shows {others} as well"
            say(printable(typed().restore(text)), err=True)


def tell_nothing(status: "Status") -> None:
    """Why a drive may be empty, or lack files, of which no file can tell."""
    if not status.sources:
        click.echo("this library has no sources; `musfuse source add FOLDER` adds one", err=True)
    for root in status.unscanned:
        click.echo(printable(typed().restore(f"no scan has seen all of {root} yet")), err=True)
    tell_empty(status.empty)


def tell_empty(roots: Iterable[str]) -> None:
    """A whole scan found no music in these sources."""
    for root in roots:
        click.echo(printable(typed().restore(f"no music found in {root}")), err=True)


def _plan(folder: Path, places: Sequence[str]) -> "SourcesAdded | None":
    from musfuse.service.requests.sources import AddSources

    try:
        with connect(folder) as service:
            return service.call(AddSources(tuple(asked(place) for place in places), dry_run=True))
    except MusfuseError:  # there is no library yet, or a place cannot be added, which is said when it is tried
        return None


def _listed(places: Sequence[str]) -> str:
    if len(places) > 4:
        return f"{', '.join(places[:3])} and {len(places) - 3} more"
    return " and ".join(filter(None, (", ".join(places[:-1]), places[-1])))
