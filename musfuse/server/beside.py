"""Files beside tracks, such as their lyrics: of the same name with another ending, in the same folder of the source."""

from collections.abc import Callable
from dataclasses import dataclass

from musfuse.errors import NotFoundError, OriginError
from musfuse.model import SourceFile
from musfuse.origins import Origin


@dataclass(frozen=True, slots=True)
class Beside:
    """Reads them of the origins of sources, by their uids. For any thread."""

    origin_of: Callable[[str], Origin]

    def read(self, file: SourceFile, endings: tuple[str, ...], most: int) -> bytes | None:
        """The bytes of the first of these that there is, so many at most; None for none, and for what cannot be read
        now: what is beside a track is never what one waits for."""
        folder, slash, name = file.path.rpartition("/")
        stem = name.rpartition(".")[0] or name
        try:
            origin = self.origin_of(file.source_uid)
            for ending in endings:
                try:
                    return origin.read(f"{folder}{slash}{stem}{ending}", 0, most)
                except NotFoundError:
                    continue
        except OriginError:
            return None
        return None
