"""`musfuse info`"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from musfuse.cli.common import (
    absolute_or_none,
    as_on_drive,
    config_option,
    connect,
    drive_path,
    json_option,
    library_folder,
    library_option,
    naming_log,
    print_json,
    print_table,
    size,
    when,
)
from musfuse.cli.completing import places
from musfuse.cli.edits import edit_told
from musfuse.cli.typed import typed
from musfuse.service.requests.info import (
    AudioTold,
    CompanionInfo,
    CutTold,
    Describe,
    FileInfo,
    FolderInfo,
    Info,
    OriginalInfo,
    PartTold,
    SourceFolderInfo,
)
from musfuse.service.wire import to_json
from musfuse.wording import counted

Rows = list[tuple[str, str]]

_ROLES = {"front": "a front cover", "back": "a back cover", "sidecar": "a sidecar"}


@click.command("info", epilog="Example: musfuse info '~/Drive/Pink Floyd/Animals (1977)/02 - Dogs.flac'")
@library_option
@config_option
@json_option
@click.argument("path", shell_complete=places)
def command(library: Path | None, config_file: Path | None, as_json: bool, path: str) -> None:
    """Tell where a file of the drive comes from, what it is made of, and why it is named so; of an original, where it
    is on the drive, or why it is not shown.

    PATH lies below a mountpoint, is one on the drive, or that of an original.
    """
    inside, owned, view = drive_path(path)
    folder = owned or library_folder(library)
    if inside is None:
        typed().place(as_on_drive(path), path)
    request = Describe(as_on_drive(path), absolute_or_none(path)) if inside is None else Describe(inside, view=view)
    with connect(folder, config_file) as service:
        told = service.call(request)
    if as_json:
        print_json(to_json(told))
        return
    print_table(("what", "value"), ((what, naming_log(value, folder)) for what, value in _rows(told)))


def _rows(told: Info) -> Rows:
    match told:
        case FolderInfo():
            return [("folder", told.path or "/"), ("entries", str(told.entries))]
        case SourceFolderInfo():
            return _source_folder(told)
        case OriginalInfo():
            return _original(told)
        case CompanionInfo():
            return _companion(told)
        case _:
            return _file(told)


def _source_folder(told: SourceFolderInfo) -> Rows:
    rows = [("folder", told.path), ("source", told.source)]
    rows += [("not listed", told.problem)] if told.problem else []
    skipped = f", {told.skipped} not shown; `musfuse report` says why" if told.skipped else ""
    return [*rows, ("files", f"{told.files}{skipped}"), ("tracks", f"{told.tracks} on the drive")]


def _companion(told: CompanionInfo) -> Rows:
    rows = [("file", told.path), ("source", told.source), ("bytes", str(told.bytes))]
    rows += [("is", _ROLES.get(told.role, told.role))]
    rows += [("picture", f"{told.mime}, {_pixels(told.pixels)}")] if told.pixels else []
    return rows + ([("not used", told.problem)] if told.problem else [])


def _pixels(pixels: tuple[int, int]) -> str:
    return f"{pixels[0]} x {pixels[1]} pixels" if all(pixels) else "pixels not looked at"


def _original(told: OriginalInfo) -> Rows:
    rows = [("original", f"{told.path} ({size(told.bytes)})"), ("source", told.source)]
    rows += [("sound", _sound(told.format))] if told.format else []
    rows += [("not shown", told.problem)] if told.problem else []
    rows += [("remark", told.note)] if told.note else []
    rows += [("hidden", "an image; its parts are shown in its place")] if told.hidden else []
    rows += [("cue sheet", f"{sheet.kind}: {sheet.remark or 'read'}") for sheet in told.sheets]
    for track in told.tracks:
        rows += _part(track)
    return rows + _tags(told.tags)


def _part(told: PartTold) -> Rows:
    what = f"part {told.part}" if told.part else "on the drive"
    if not told.path and told.edit is not None:
        return [(what, f"removed by hand: {edit_told(told.edit)}")]
    if not told.path:
        return [(what, "not named yet; `musfuse scan` does it")]
    served = f"served as {told.served_as}" + (f", {counted(told.size, 'byte')}" if told.size is not None else "")
    return [(what, told.path), *_cut(told.cut), ("", served), *_remarks(told.problem, told.untagged)]


def _file(told: FileInfo) -> Rows:
    if not isinstance(told.format, AudioTold):
        origin = told.source or "a picture of the album"
        return [("file", told.path), ("from", origin), ("bytes", str(told.size))]
    known = counted(told.size, "byte") if told.size else "size not known yet"
    rows = [
        ("file", told.path),
        ("original", f"{told.source} ({size(told.source_bytes or 0)})"),
        *_cut(told.cut or None),
        ("sound", _sound(told.format)),
        ("served as", f"{told.served_as}, {known}"),
    ]
    offset = 0
    for piece in told.layout:
        rows.append((f"from byte {offset}", f"{counted(piece.bytes, 'byte')}: {piece.what}"))
        offset += piece.bytes
    if told.layout_problem:
        rows.append(("layout", told.layout_problem))
    rows.append(("named by", str(told.template)))
    if told.by_template:
        rows.append(("put here by hand", edit_told(told.edit) if told.edit else ""))
        rows.append(("by the template", str(told.by_template)))
    if told.numbered:
        rows.append(("numbered", f"another file comes before it as {str(told.wanted).rsplit('/', 1)[-1]}"))
    return [*rows, *_remarks(told.problem or "", told.untagged or ""), *_opinion(told), *_tags(told.tags or {})]


def _opinion(told: FileInfo) -> Rows:
    """How a track is rated, and how often it was played."""
    rows = [("rated", counted(told.stars, "star"))] if told.stars else []
    rows += [("starred", "among the favourites")] if told.starred else []
    if told.plays:
        last = f", last {when(told.last_played_ns)}" if told.last_played_ns else ""
        rows.append(("played", counted(told.plays, "time") + last))
    return rows


def _sound(told: AudioTold) -> str:
    bits = f", {told.bits} bits" if told.bits else ""
    channels = f"{told.channels} channel{'' if told.channels == 1 else 's'}"
    return f"{told.codec} in {told.container}, {told.rate} Hz, {channels}{bits}"


def _cut(cut: CutTold | None) -> Rows:
    if not cut:
        return []
    end = "the end" if cut.end_sample is None else cut.end_sample
    return [("cut", f"samples {cut.first_sample} to {end}, by {cut.sheet}")]


def _remarks(problem: str, untagged: str) -> Rows:
    return [(what, text) for what, text in (("problem", problem), ("own tags", untagged)) if text]


def _tags(tags: Mapping[str, Sequence[str]]) -> Rows:
    return [("tag", f"{name} = {value}") for name, values in tags.items() for value in values]
