"""What an import took over, or would, for people."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from musfuse.cli.common import print_table, printable, say, shortened
from musfuse.cli.guards import show_fields
from musfuse.wording import agreeing, counted

if TYPE_CHECKING:
    from musfuse.service.requests.imports import Imported, MappingTold

_EXAMPLES, _LONGEST, _LISTS = 3, 100, 40
_HOW = {"path": "by path", "id": "by id", "fingerprint": "by sound", "tags": "by title and length"}
_FATES = {
    "made": "", "filled": "got more tracks", "same": "as it is here", "kept": "stays: here it has other tracks",
    "empty": "none of its tracks is here", "too long": "too long for a playlist",
    "rule": "its tracks are chosen by a rule; --rules takes over those that it chooses now",
}  # fmt: skip


def show_imported(told: "Imported") -> None:
    """Who was found and how, who was not and why, and what of it is new."""
    for mapping in told.mappings:
        say(printable(f"paths: {_mapping(mapping)}"))
    for doubt in told.doubts:
        places = " or ".join(doubt.new)
        say(printable(f"paths: {doubt.old or 'relative ones'} may be {places}; --map says which"), err=True)
    if told.dry_run:
        show_fields(told.shown, told.fields)
    _show_lists(told)
    found = sum(told.found.values())
    how = ", ".join(f"{told.found[name]} {said}" for name, said in _HOW.items() if told.found.get(name))
    say(f"{found} of {counted(told.tracks, 'track')} of {told.program} found here" + (f": {how}" if how else ""))
    for missing in told.missing:
        say(printable(f"{missing.count} not: {missing.reason}{_examples(missing.first, missing.count)}"), err=True)
    _say_changes(told)


def _say_changes(told: "Imported") -> None:
    new = [
        f"tags of {counted(told.changed, 'track')}" if told.changed else "",
        f"stars of {counted(told.rated, 'track')}" if told.rated else "",
        counted(told.starred, "favourite") if told.starred else "",
        f"plays of {counted(told.played, 'track')}" if told.played else "",
    ]
    lists = sum(one.fate in ("made", "filled") for one in told.playlists)
    new.append(counted(lists, "playlist") if lists else "")
    lacking = "all of it is here already" if any(told.found.values()) else "none of its tracks is here"
    said = ", ".join(filter(None, new)) or f"nothing: {lacking}"
    back = f" (change {told.change}; `musfuse tag undo {told.change}` takes the tags back)" if told.change else ""
    say(f"{'would take over' if told.dry_run else 'taken over'}: {said}{back}")
    if told.hidden:
        say(f"{counted(told.hidden, 'field')} stay as they are: somebody stronger says so", err=True)
    if told.refused:
        say(f"{counted(told.refused, 'field')} {agreeing(told.refused, 'is', 'are')} locked", err=True)
    if told.kept:
        say(f"{counted(told.kept, 'track')} keep the stars that were given here", err=True)


def _show_lists(told: "Imported") -> None:
    rows = [
        (one.name, str(one.tracks), str(one.missing or ""), one.reason or _FATES.get(one.fate, one.fate))
        for one in told.playlists
    ]
    if rows:
        print_table(("playlist", "tracks", "not here", ""), rows[:_LISTS])
    if len(rows) > _LISTS:
        click.echo(f"and {counted(len(rows) - _LISTS, 'more playlist')}")


def _mapping(mapping: "MappingTold") -> str:
    old = f"{mapping.old} is" if mapping.old else "relative ones begin at"
    new = mapping.new.replace("view://main", "the drive", 1)
    return f"{old} {new}" + (", as far as can be told" if mapping.guessed else "")


def _examples(first: Sequence[str], count: int) -> str:
    if not first:
        return ""
    more = ", …" if count > min(len(first), _EXAMPLES) else ""
    return f" ({', '.join(shortened(one, _LONGEST) for one in first[:_EXAMPLES])}{more})"
