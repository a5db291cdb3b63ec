"""Cue: images cut into parts, as the sheets of their folders say."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from musfuse.library.catalog.cuesheets import STAGE, CueSheets
from musfuse.library.catalog.todo import Watch
from musfuse.media.cue.options import CueOptions
from musfuse.model import SampleRange

if TYPE_CHECKING:
    from musfuse.library.cuesheets import CueRules

CUEING_VERSION = 1
"""Raised whenever the same sheets would cut differently."""

_BATCH = 100
Removed = Callable[[int, SampleRange], None]


@dataclass(frozen=True)
class Cue:
    """The stage that keeps the parts of images what their sheets say. `cut` is False where every file is to stay as it
    is. `on_removed` is told of (file id, range of samples) that are no parts any more."""

    sheets: CueSheets
    options: CueOptions
    cut: bool = True
    on_removed: Removed = lambda *_: None

    name = STAGE
    after = ()
    watches = (Watch.FOLDER,)

    @property
    def rules(self) -> str:
        """How sheets are read and cut."""
        return f"{CUEING_VERSION} {self.options} {self.cut}"

    def batch(self) -> bool:
        """Cut the images of some folders, each in one transaction."""
        folders = self.sheets.due(_BATCH)
        for folder in folders:
            self._folder(folder)
        return bool(folders)

    def _folder(self, folder: int) -> None:
        from musfuse.library.cuesheets import resolve

        with self.sheets.alone():  # a file that comes meanwhile would be said to be done
            audio, found = self.sheets.load(folder)
            resolution = resolve(audio, found, self._cue_rules)
            gone = self.sheets.store(folder, audio, resolution.parts, self.options.keep_image, resolution.remarks)
        for file, sample_range in gone:
            self.on_removed(file, sample_range)

    @cached_property
    def _cue_rules(self) -> "CueRules":
        """The rules for sheets. Loaded with the first sheet, because mounting is not to wait for it."""
        from musfuse.library.cuesheets import CueRules
        from musfuse.media.cue.cut import CutRules

        options = self.options
        cuts = CutRules(options.pregap, options.hidden_seconds)
        return CueRules(cuts, options.encoding, options.keep_image, self.cut)
