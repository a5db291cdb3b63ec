"""`musfuse info`"""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from musfuse.cli.common import (
    absolute_or_none,
    config_option,
    drive_path,
    json_option,
    library_folder,
    library_option,
    load,
    naming_log,
    print_json,
    print_table,
    size,
)
from musfuse.cli.completing import places
from musfuse.cli.typed import typed

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
    inside, owned = drive_path(path)
    folder = owned or library_folder(library)
    if inside is not None:
        facts = _ask(folder, config_file, inside, "")
    else:
        typed().place(path.strip("/"), path)
        facts = _ask(folder, config_file, path.strip("/"), absolute_or_none(path))
    if as_json:
        print_json(facts)
        return
    print_table(("what", "value"), ((what, naming_log(value, folder)) for what, value in _rows(facts)))


def _ask(folder: Path, config_file: Path | None, path: str, original: str) -> dict[str, Any]:
    from musfuse.control import find_owner

    client = find_owner(folder)
    if client is not None:
        with client:
            found: dict[str, Any] = client.call("info", path=path, absolute=original)
            return found
    from musfuse.app import open_library
    from musfuse.app.info import describe

    with ExitStack() as closing:
        return describe(open_library(folder, load(config_file), closing, make=False), path, original)


def _rows(facts: dict[str, Any]) -> Rows:
    shown = {"folder": _folder, "source folder": _source_folder, "original": _original, "beside": _companion}
    return shown.get(facts["kind"], _file)(facts)


def _folder(facts: dict[str, Any]) -> Rows:
    return [("folder", facts["path"] or "/"), ("entries", str(facts["entries"]))]


def _source_folder(facts: dict[str, Any]) -> Rows:
    rows = [("folder", facts["path"]), ("source", facts["source"])]
    rows += [("not listed", facts["problem"])] if facts["problem"] else []
    skipped = f", {facts['skipped']} not shown; `musfuse report` says why" if facts["skipped"] else ""
    return [*rows, ("files", f"{facts['files']}{skipped}"), ("tracks", f"{facts['tracks']} on the drive")]


def _companion(facts: dict[str, Any]) -> Rows:
    rows = [("file", facts["path"]), ("source", facts["source"]), ("bytes", str(facts["bytes"]))]
    rows += [("is", _ROLES.get(facts["role"], facts["role"]))]
    rows += [("picture", f"{facts['mime']}, {_pixels(facts['pixels'])}")] if facts["pixels"] else []
    return rows + ([("not used", facts["problem"])] if facts["problem"] else [])


def _pixels(pixels: list[int]) -> str:
    return f"{pixels[0]} x {pixels[1]} pixels" if all(pixels) else "pixels not looked at"


def _original(facts: dict[str, Any]) -> Rows:
    rows = [("original", f"{facts['path']} ({size(facts['bytes'])})"), ("source", facts["source"])]
    rows += [("sound", _sound(facts["format"]))] if facts["format"] else []
    rows += [("not shown", facts["problem"])] if facts["problem"] else []
    rows += [("remark", facts["note"])] if facts["note"] else []
    rows += [("hidden", "an image; its parts are shown in its place")] if facts["hidden"] else []
    rows += [("cue sheet", f"{sheet['kind']}: {sheet['remark'] or 'read'}") for sheet in facts["sheets"]]
    for track in facts["tracks"]:
        rows += _place(track)
    return rows + _tags(facts)


def _place(track: dict[str, Any]) -> Rows:
    what = f"part {track['part']}" if track["part"] else "on the drive"
    if not track["path"]:
        return [(what, "not named yet; `musfuse scan` does it")]
    served = f"served as {track['served_as']}" + (f", {track['size']} bytes" if track["size"] is not None else "")
    return [(what, track["path"]), *_cut(track), ("", served), *_remarks(track)]


def _file(facts: dict[str, Any]) -> Rows:
    if "format" not in facts:
        origin = facts.get("source") or "a picture of the album"
        return [("file", facts["path"]), ("from", origin), ("bytes", str(facts["size"]))]
    known = f"{facts['size']} bytes" if facts["size"] else "size not known yet"
    rows = [
        ("file", facts["path"]),
        ("original", f"{facts['source']} ({size(facts['source_bytes'])})"),
        *_cut(facts),
        ("sound", _sound(facts["format"])),
        ("served as", f"{facts['served_as']}, {known}"),
    ]
    offset = 0
    for part in facts["layout"]:
        rows.append((f"from byte {offset}", f"{part['bytes']} bytes: {part['what']}"))
        offset += part["bytes"]
    if facts.get("layout_problem"):
        rows.append(("layout", facts["layout_problem"]))
    rows.append(("named by", facts["template"]))
    if facts["numbered"]:
        rows.append(("numbered", f"another file comes before it as {facts['wanted'].rsplit('/', 1)[-1]}"))
    return [*rows, *_remarks(facts), *_tags(facts)]


def _sound(fmt: dict[str, Any]) -> str:
    bits = f", {fmt['bits']} bits" if fmt["bits"] else ""
    channels = f"{fmt['channels']} channel{'' if fmt['channels'] == 1 else 's'}"
    return f"{fmt['codec']} in {fmt['container']}, {fmt['rate']} Hz, {channels}{bits}"


def _cut(facts: dict[str, Any]) -> Rows:
    cut = facts["cut"]
    if not cut:
        return []
    end = "the end" if cut["end_sample"] is None else cut["end_sample"]
    return [("cut", f"samples {cut['first_sample']} to {end}, by {cut['sheet']}")]


def _remarks(facts: dict[str, Any]) -> Rows:
    return [(what, facts[key]) for what, key in (("problem", "problem"), ("own tags", "untagged")) if facts[key]]


def _tags(facts: dict[str, Any]) -> Rows:
    return [("tag", f"{name} = {value}") for name, values in facts["tags"].items() for value in values]
