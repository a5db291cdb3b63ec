"""What is known of an original: where it is on the drive, its parts, or why it is not shown."""

from collections.abc import Callable, Set

from musfuse.errors import NoEntryError, NotFoundError, OriginError
from musfuse.library.catalog import Nodes, TrackRow, Tracks
from musfuse.library.catalog.originals import KnownOriginal, Originals, Place
from musfuse.library.sizes import Sizes
from musfuse.library.userdb.arrangement import Edit
from musfuse.media.inspecting.inspection import is_sheet
from musfuse.model import AudioFormat, NodeKind
from musfuse.origins import Origin
from musfuse.service.edits import told
from musfuse.service.requests.info import (
    AudioTold,
    CompanionInfo,
    CutTold,
    OriginalInfo,
    PartTold,
    SheetTold,
    SourceFolderInfo,
)


class OriginalsTold:
    """Tells of originals, by absolute path or URI. `extensions` are those of audio, in lower case; `edit_of` gives the
    edit by which an item, by its id and its public id, is where it is in the main view."""

    def __init__(
        self,
        originals: Originals,
        tracks: Tracks,
        nodes: Nodes,
        sizes: Sizes,
        origin_of: Callable[[str], Origin],
        extensions: Callable[[], Set[str]],
        edit_of: Callable[[int, int], Edit | None] = lambda *_: None,
    ) -> None:
        self._originals, self._tracks, self._nodes, self._sizes = originals, tracks, nodes, sizes
        self._origin_of, self._extensions, self._edit_of = origin_of, extensions, edit_of

    def told(self, absolute: str) -> OriginalInfo | CompanionInfo | SourceFolderInfo | None:
        """All that the catalog knows of a file or folder of a source; None where it knows nothing."""
        place = self._originals.place(absolute)
        if place is None:
            return None
        file = self._originals.file(place)
        if file is not None:
            return self._file(absolute, place, file)
        found = self._originals.companion(place)
        if found is not None:
            picture = found.picture
            return CompanionInfo(
                absolute, place.root, found.kind, found.size, found.problem, picture.mime if picture else None,
                (picture.width, picture.height) if picture else None,
            )  # fmt: skip
        folder = self._originals.folder(place)
        if folder is None:
            return None
        return SourceFolderInfo(absolute, place.root, folder.problem, folder.files, folder.skipped, folder.tracks)

    def unknown(self, absolute: str) -> NoEntryError | None:
        """Why the catalog does not know a path of a source; None for a path outside of them."""
        place = self._originals.place(absolute)
        if place is None:
            return None
        name = place.split[1].decode("utf-8", "replace")
        try:
            found = self._origin_of(place.uid).stat(place.inside)
        except NotFoundError:
            return NoEntryError(f"{absolute}: no such file, and the last scan saw none")
        except OriginError as error:
            return NoEntryError(f"{error}; the last scan did not see it")
        known = name.rpartition(".")[2].lower() in self._extensions() or is_sheet(name)
        if found.kind is NodeKind.FILE and not known:
            return NoEntryError(f"{absolute}: not shown, for its name is not that of an audio format")
        return NoEntryError(f"{absolute}: the last scan did not see it; `musfuse scan` looks for new files")

    def _file(self, absolute: str, place: Place, file: KnownOriginal) -> OriginalInfo:
        rows = [(known, self._tracks.track(known.id)) for known in file.tracks]
        whole = next((row for _, row in rows if row is not None), None)
        return OriginalInfo(
            absolute, place.root, file.size, file.problem, file.note,
            hidden=any(known.hidden for known in file.tracks),
            format=audio_told(whole.track.format) if whole else None,
            tracks=tuple(
                self._part(self._nodes.path(known.node) if known.node else "", row)
                for known, row in rows
                if row is not None and not known.hidden
            ),
            sheets=tuple(SheetTold(kind, remark) for kind, remark in file.sheets),
            tags={name: list(values) for name, values in whole.embedded.items()} if whole else {},
        )  # fmt: skip

    def _part(self, path: str, row: TrackRow) -> PartTold:
        size = self._sizes.known(row)
        edit = self._edit_of(row.track.id, row.public)
        return PartTold(
            row.part, path, str(row.track.rendition), size, cut_told(row), row.problem, row.untagged,
            told(edit) if edit else None,
        )  # fmt: skip


def audio_told(fmt: AudioFormat) -> AudioTold:
    """A format as it is answered."""
    bits = fmt.sample_bits or None
    return AudioTold(fmt.container, fmt.codec, fmt.sample_rate, fmt.channels, bits, fmt.total_samples)


def cut_told(row: TrackRow) -> CutTold | None:
    """Sheet and range of samples of a track of an image; None for another one."""
    if not row.sheet:
        return None
    samples, total = row.track.sample_range, row.track.format.total_samples
    return CutTold(row.sheet, samples.start, total if samples.stop is None else samples.stop)
