"""`musfuse events`"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from musfuse.cli.common import (
    config_option,
    connect,
    json_option,
    library_folder,
    library_option,
    load,
    printable,
    say,
    when,
)
from musfuse.cli.moments import Moment
from musfuse.store.eventoptions import EventsOptions

if TYPE_CHECKING:
    from musfuse.app.connection import Connection
    from musfuse.service.requests.events import Happened

_PAUSE_SECONDS = 0.2


@click.command("events", epilog="Example: musfuse events --type file_added --since 1d --json")
@library_option
@config_option
@json_option
@click.option("--type", "kinds", multiple=True, metavar="NAME", help="Only these, such as file_added; may be repeated.")
@click.option("--since", type=Moment(), help="Those from a time on: 7d, 12h, or a date [default: all that are kept].")
@click.option("--after", type=click.IntRange(0), default=0, help="Those behind a number, to go on where one stopped.")
@click.option("--limit", "-n", type=click.IntRange(0), default=0, help="The last so many; 0 for all.")
@click.option("--follow", "-f", is_flag=True, help="Then those that come, until Ctrl-C.")
def command(
    library: Path | None,
    config_file: Path | None,
    as_json: bool,
    kinds: tuple[str, ...],
    since: int | None,
    after: int,
    limit: int,
    follow: bool,
) -> None:
    """Print what happened: files that came, changed and went, sources, scans, jobs, changes of tags.

    `events.keep = true` has it written down, in the library's folder, under numbers that never begin again. What became
    of files and tags is all there, also after a crash. With --json each is an object on a line of its own.
    """
    with connect(library_folder(library), config_file) as service:
        told = list(_told(service, kinds, since, after))
        for event in told[-limit:] if limit else told:
            _print(event, as_json)
        if not told and not follow and not load(config_file)[EventsOptions].keep:
            say("nothing is written down; set events.keep = true in the configuration", err=True)
        last = told[-1].seq if told else _last(service)
        while follow:
            time.sleep(_PAUSE_SECONDS)
            for event in _told(service, kinds, None, last):
                _print(event, as_json)
                last = event.seq


def _told(service: "Connection", kinds: tuple[str, ...], since: int | None, after: int) -> "Iterator[Happened]":
    from musfuse.service.requests.events import ListEvents

    while True:
        told = service.call(ListEvents(after, kinds, since_ns=since))
        page: tuple[Happened, ...] = told.events
        yield from page
        if not page:
            return
        after = page[-1].seq


def _last(service: "Connection") -> int:
    from musfuse.service.requests.events import ListEvents

    return service.call(ListEvents(0, limit=1)).last


def _print(event: "Happened", as_json: bool) -> None:
    if as_json:
        told = {"seq": event.seq, "time_ns": event.time_ns, "event": event.event, "data": event.data}
        click.echo(json.dumps(told))
        return
    fields = "  ".join(f"{name}={value}" for name, value in event.data.items())
    click.echo(printable(f"{event.seq}  {when(event.time_ns)}  {event.event}  {fields}"))
