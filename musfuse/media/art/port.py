"""The port that finds covers."""

from typing import Protocol

from musfuse.media.art.facts import ExtractedPicture
from musfuse.model import SourceFile
from musfuse.origins import Origin


class CoverExtractor(Protocol):
    """Finds the cover of an original."""

    def extract(self, origin: Origin, file: SourceFile) -> ExtractedPicture | None:
        """The front cover, or the first picture there is; None where there is none that can be used.

        Raises OriginError where the original cannot be read now.
        """
