"""Where a file of the drive comes from, and why it is named so."""

from typing import Any

from musfuse.app.library import Library
from musfuse.errors import MusfuseError
from musfuse.library.catalog import TrackRow
from musfuse.library.extras import ExtraNode
from musfuse.model import NodeKind


def describe(library: Library, path: str) -> dict[str, Any]:
    """All that is known of an entry, as JSON values; raises NoEntryError."""
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
        return facts | {"source": f"{source.uri}/{node.sidecar.path}"}
    return facts | {"cover": True, "longest_pixels": node.longest}


def _cut(row: TrackRow) -> dict[str, Any] | None:
    """Sheet and sample range of a track of an image."""
    if not row.sheet:
        return None
    first, count = row.track.pcm_range
    total = row.track.format.total_samples
    end = first + count if count is not None else total
    return {"sheet": row.sheet, "first_sample": first, "end_sample": end}


def _track(library: Library, path: str, row: TrackRow) -> dict[str, Any]:
    track = row.track
    fmt = track.format
    source = library.sources.row(track.file.source_uid)
    facts: dict[str, Any] = {
        "source": f"{source.uri}/{track.file.path}",
        "source_bytes": track.file.stamp.size,
        "served_as": track.serve.value,
        "format": {
            "container": fmt.container, "codec": fmt.codec, "rate": fmt.sample_rate, "channels": fmt.channels,
            "bits": fmt.bits, "samples": fmt.total_samples,
        },
        "tags": {name: list(values) for name, values in track.tags.items()},
        "cut": _cut(row),
        "template": library.config.view.template,
        "wanted": row.wanted,
        "numbered": path.rsplit("/", 1)[-1] != row.wanted.rsplit("/", 1)[-1],
        "problem": row.problem,
        "untagged": row.untagged,
    }  # fmt: skip
    try:
        layout = library.engine.layout(track)
    except MusfuseError as error:
        return facts | {"size": library.sizes.known(row), "layout": [], "layout_problem": str(error)}
    facts["size"] = layout.size
    facts["layout"] = [{"bytes": segment.length, "what": segment.describe()} for segment in layout.segments]
    layout.close()
    return facts
