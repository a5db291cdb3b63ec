"""What is known of an original: where it is on the drive, its parts, or why it is not shown."""

from typing import Any

from musfuse.app.library import Library
from musfuse.errors import NoEntryError, NotFoundError, OriginError
from musfuse.library.catalog import TrackRow
from musfuse.library.catalog.originals import KnownOriginal, Originals
from musfuse.media.inspecting.looks import is_sheet
from musfuse.model import AudioFormat, NodeKind


def describe_original(library: Library, absolute: str) -> dict[str, Any] | None:
    """All that the catalog knows of a file or folder of a source, as JSON values; None where it knows nothing."""
    originals = Originals(library.catalog.database, library.sources.place)
    place = originals.place(absolute)
    if place is None:
        return None
    facts: dict[str, Any] = {"path": absolute, "source": place.root}
    file = originals.file(place)
    if file is not None:
        return facts | _file(library, file)
    companion = originals.companion(place)
    if companion is not None:
        picture = companion.picture
        return facts | {
            "kind": "beside", "role": companion.kind, "bytes": companion.size, "problem": companion.problem,
            "mime": picture.mime if picture else None, "pixels": [picture.width, picture.height] if picture else None,
        }  # fmt: skip
    folder = originals.folder(place)
    if folder is None:
        return None
    return facts | {
        "kind": "source folder", "problem": folder.problem, "files": folder.files, "skipped": folder.skipped,
        "tracks": folder.tracks,
    }  # fmt: skip


def unknown_original(library: Library, absolute: str) -> NoEntryError | None:
    """Why the catalog does not know a path of a source; None for a path outside of them."""
    place = Originals(library.catalog.database, library.sources.place).place(absolute)
    if place is None:
        return None
    name = place.split[1].decode("utf-8", "replace")
    try:
        found = library.sources.origin(place.uid).stat(place.inside)
    except NotFoundError:
        return NoEntryError(f"{absolute}: no such file, and the last scan saw none")
    except OriginError as error:
        return NoEntryError(f"{error}; the last scan did not see it")
    known = name.rpartition(".")[2].lower() in library.media.formats.extensions or is_sheet(name)
    if found.kind is NodeKind.FILE and not known:
        return NoEntryError(f"{absolute}: not shown, for its name is not that of an audio format")
    return NoEntryError(f"{absolute}: the last scan did not see it; `musfuse scan` looks for new files")


def _file(library: Library, file: KnownOriginal) -> dict[str, Any]:
    rows = [(known, library.catalog.tracks.track(known.id)) for known in file.tracks]
    whole = next((row for _, row in rows if row is not None), None)
    return {
        "kind": "original",
        "bytes": file.size,
        "problem": file.problem,
        "note": file.note,
        "hidden": any(known.hidden for known in file.tracks),
        "format": audio_facts(whole.track.format) if whole else None,
        "tracks": [
            _shown(library, library.catalog.nodes.path(known.node) if known.node else "", row)
            for known, row in rows
            if row is not None and not known.hidden
        ],
        "sheets": [{"kind": kind, "remark": remark} for kind, remark in file.sheets],
        "tags": tags_of(whole),
    }


def tags_of(row: TrackRow | None) -> dict[str, list[str]]:
    """The tags that the original itself has."""
    if row is None:
        return {}
    return {name: list(values) for name, values in row.embedded.items()}


def _shown(library: Library, path: str, row: TrackRow) -> dict[str, Any]:
    return {
        "part": row.part, "path": path, "served_as": row.track.serve.value, "size": library.sizes.known(row),
        "cut": cut_facts(row), "problem": row.problem, "untagged": row.untagged,
    }  # fmt: skip


def audio_facts(fmt: AudioFormat) -> dict[str, Any]:
    """A format as JSON values; `bits` is null for lossy audio."""
    return {
        "container": fmt.container, "codec": fmt.codec, "rate": fmt.sample_rate, "channels": fmt.channels,
        "bits": fmt.sample_bits or None, "samples": fmt.total_samples,
    }  # fmt: skip


def cut_facts(row: TrackRow) -> dict[str, Any] | None:
    """Sheet and sample range of a track of an image."""
    if not row.sheet:
        return None
    first, count = row.track.pcm_range
    end = first + count if count is not None else row.track.format.total_samples
    return {"sheet": row.sheet, "first_sample": first, "end_sample": end}
