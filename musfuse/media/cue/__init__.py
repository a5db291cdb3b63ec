"""Cue sheets: read them in any encoding, and cut images into tracks at samples."""

from musfuse.media.cue.cut import Cut, CutRules, cut_image
from musfuse.media.cue.parse import parse_sheet
from musfuse.media.cue.sheet import FRAMES_A_SECOND, Index, Sheet, SheetProblem, SheetTrack
from musfuse.media.cue.text import decode_sheet

__all__ = [
    "FRAMES_A_SECOND", "Cut", "CutRules", "Index", "Sheet", "SheetProblem", "SheetTrack", "cut_image", "decode_sheet",
    "parse_sheet",
]  # fmt: skip
