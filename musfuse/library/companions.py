"""Finds companions in a folder of a source: pictures that are covers by their names, sidecars by pattern, playlists."""

import fnmatch
import logging
import re
from collections.abc import Sequence
from dataclasses import replace

from musfuse.errors import MalformedError, OriginError
from musfuse.library.catalog.companions import Companion
from musfuse.library.catalog.rows import NOT_LOOKED_AT
from musfuse.library.exchange.reading import LARGEST, is_playlist, read_playlist
from musfuse.media.inspecting.inspection import InspectionKind
from musfuse.media.inspecting.pool import InspectPool
from musfuse.model import NodeKind, SourceFile, Stamp
from musfuse.origins import Entry, Origin
from musfuse.store import PictureStore

log = logging.getLogger(__name__)

_EXTENSIONS = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp")
_PICTURES = (
    ("front", "cover"),
    ("front", "folder"),
    ("front", "front"),
    ("front", r"(?:cover|folder|front)\W.*"),
    ("front", "albumart(?!.*small).*"),
    ("front", "albumart.*"),
    ("back", r"back(?:\W.*)?"),
)
"""What a picture beside the audio is by its name without extension, the best first."""
SIDECAR, PLAYLIST = "sidecar", "playlist"


class CompanionFinder:
    """Tells which entries of a folder are companions, and looks into pictures. `sidecars` are patterns of names."""

    def __init__(self, pictures: PictureStore, inspectors: InspectPool, sidecars: str = "") -> None:
        self._store, self._inspectors = pictures, inspectors
        self._patterns = tuple(p.strip().lower() for p in sidecars.split(",") if p.strip())

    def of(self, entries: Sequence[Entry]) -> list[Companion]:
        """The companions among the entries of a folder, not looked into."""
        found = []
        for entry in entries:
            if entry.stat is None or entry.stat.kind is NodeKind.FOLDER or entry.name.startswith("."):
                continue
            kind, position = self._kind(entry.name)
            if kind:
                found.append(Companion(entry.name, entry.stat.stamp, entry.stat.ident, kind, position))
        return found

    def inspect(self, origin: Origin, file: SourceFile, companion: Companion) -> Companion:
        """A companion with its picture, whose bytes are kept, or with what it names; or with the reason why it is not
        used."""
        if is_playlist(companion.name):
            return _read(origin, file, companion)
        if companion.kind == SIDECAR:
            return companion
        kind = InspectionKind.FRONT if companion.kind == "front" else InspectionKind.OTHER
        found = self._inspectors.inspect(origin, file, kind, urgent=True).result()
        if found.again:  # another scan may be able to read it
            companion = replace(companion, stamp=Stamp(file.stamp.size, NOT_LOOKED_AT))
        if found.picture is not None:
            self._store.keep(found.picture.picture.digest, found.picture.data)
        if found.problem:
            log.warning("%s/%s: %s", origin.name, file.path, found.problem)
        return replace(companion, picture=found.picture.picture if found.picture else None, problem=found.problem)

    def _kind(self, name: str) -> tuple[str, int]:
        stem, dot, extension = name.lower().rpartition(".")
        if dot + extension in _EXTENSIONS:
            for position, (kind, pattern) in enumerate(_PICTURES):
                if re.fullmatch(pattern, stem):
                    return kind, position
        if any(fnmatch.fnmatchcase(name.lower(), pattern) for pattern in self._patterns):
            return SIDECAR, 0
        return (PLAYLIST if is_playlist(name) else ""), 0


def _read(origin: Origin, file: SourceFile, companion: Companion) -> Companion:
    """A playlist with the places that it names."""
    try:
        raw = origin.read(file.path, 0, LARGEST + 1, file.stamp)
        return replace(companion, places=tuple(read_playlist(companion.name, raw)))
    except OriginError as error:  # another scan may be able to read it
        problem, companion = str(error), replace(companion, stamp=Stamp(file.stamp.size, NOT_LOOKED_AT))
    except MalformedError as error:
        problem = f"not read: {error}"
    log.warning("%s/%s: %s", origin.name, file.path, problem)
    return replace(companion, problem=problem)
