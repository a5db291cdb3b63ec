"""Where a file of the drive comes from, and why it is named so; where an original is on the drive."""

from typing import Any

from musfuse.app.library import Library
from musfuse.app.originals import audio_facts, cut_facts, describe_original, unknown_original
from musfuse.errors import MusfuseError, NoEntryError, NotAFolderError
from musfuse.library.catalog import TrackRow
from musfuse.library.extras import ExtraNode
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
        near = type(error)(f"{error}{did_you_mean(library.nodes, path)}")
        raise (unknown_original(library, absolute) if absolute else None) or near from None


def _entry(library: Library, path: str) -> dict[str, Any]:
    node, row = library.drive.row(path)
    facts: dict[str, Any] = {"path": path, "node": node.id, "kind": node.kind.value}
    if node.kind is NodeKind.FOLDER:
        return facts | {"entries": sum(1 for _ in library.nodes.children(node.id))}
    if isinstance(node, ExtraNode):
        return facts | _extra(library, node)
    if row is None:
        return facts
    return facts | _track(library, path, row)


def _extra(library: Library, node: ExtraNode) -> dict[str, Any]:
    layout = library.extras.layout(node)
    facts: dict[str, Any] = {"size": layout.size}
    facts["layout"] = [{"bytes": segment.length, "what": segment.describe()} for segment in layout.segments]
    if node.sidecar is not None:
        source = library.sources.row(node.sidecar.source_uid)
        return facts | {"source": f"{source.root}/{node.sidecar.path}"}
    return facts | {"cover": True, "longest_pixels": node.longest}


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
        layout = library.engine.layout(track)
    except MusfuseError as error:
        return facts | {"size": library.sizes.known(row), "layout": [], "layout_problem": str(error)}
    facts["size"] = layout.size
    facts["layout"] = [{"bytes": segment.length, "what": segment.describe()} for segment in layout.segments]
    layout.close()
    return facts
