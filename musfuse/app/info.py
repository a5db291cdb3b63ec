"""Where a file of the drive comes from, and why it is named so; where an original is on the drive."""

from typing import Any

from musfuse.app.library import Library
from musfuse.app.originals import audio_facts, cut_facts, describe_original, unknown_original
from musfuse.drive.branches.port import Entry
from musfuse.errors import MusfuseError, NoEntryError, NotAFolderError
from musfuse.library.catalog import TrackRow
from musfuse.library.neighbours import did_you_mean
from musfuse.model import NodeKind


def describe(library: Library, path: str, absolute: str = "") -> dict[str, Any]:
    """All that is known of an original, where `absolute` is the path of one, else of the drive's entry `path`.

    JSON values. Raises NoEntryError.
    """
    original = describe_original(library, absolute) if absolute else None
    if original is not None:
        return original
    try:
        return _entry(library, path)
    except (NoEntryError, NotAFolderError) as error:
        near = type(error)(f"{error}{did_you_mean(library.catalog.nodes, path)}")
        raise (unknown_original(library, absolute) if absolute else None) or near from None


def _entry(library: Library, path: str) -> dict[str, Any]:
    drive = library.drive.ignoring_case()  # people do not tell a from A, and names on a drive differ by more than case
    entry, row = drive.row(path)
    path = drive.spelling(path)
    facts: dict[str, Any] = {"path": path, "node": entry.id, "kind": entry.kind.value}
    if entry.kind is NodeKind.FOLDER:
        return facts | {"entries": sum(1 for _ in entry.branch.children(entry)), **entry.facts}
    if row is not None:
        return facts | _track(library, path, row)
    return facts if entry.item else facts | _file(library, entry)


def _file(library: Library, entry: Entry[Any]) -> dict[str, Any]:
    """What is told of a file that is no item."""
    served = entry.branch.layout(entry)
    if served is None:
        return dict(entry.facts)
    facts: dict[str, Any] = {"size": served.layout.size}
    facts["layout"] = [{"bytes": segment.length, "what": segment.describe()} for segment in served.layout.segments]
    served.layout.close()
    if entry.original is not None:
        source = library.sources.row(entry.original.source_uid)
        facts["source"] = f"{source.root}/{entry.original.path}"
    return facts | dict(entry.facts)


def _track(library: Library, path: str, row: TrackRow) -> dict[str, Any]:
    track = row.track
    source = library.sources.row(track.file.source_uid)
    facts: dict[str, Any] = {
        "source": f"{source.root}/{track.file.path}",
        "source_bytes": track.file.stamp.size,
        "id": row.public,
        "content": row.content,
        "served_as": track.serve.value,
        "format": audio_facts(track.format),
        "tags": {name: list(values) for name, values in track.tags.items()},
        "cut": cut_facts(row),
        "template": library.config.view.template,
        "wanted": row.wanted,
        "numbered": path.rsplit("/", 1)[-1] != row.wanted.rsplit("/", 1)[-1],
        "problem": row.problem,
        "untagged": row.untagged,
    }
    try:
        layout = library.media.engine.layout(track)
    except MusfuseError as error:
        return facts | {"size": library.sizes.known(row), "layout": [], "layout_problem": str(error)}
    facts["size"] = layout.size
    facts["layout"] = [{"bytes": segment.length, "what": segment.describe()} for segment in layout.segments]
    layout.close()
    return facts
