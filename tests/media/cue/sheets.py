"""Sheets of the corpus."""

from pathlib import Path

from musfuse.media.cue.parse import parse_sheet
from musfuse.media.cue.sheet import Sheet
from musfuse.media.cue.text import decode_sheet

# Where cueprint reads something else than we do, and why.
DIFFERS = {
    "cue2.cue": "a PREGAP behind the INDEXes: cueprint refuses the sheet",
    "My Test.cue": "comments that are no REM: cueprint loses titles",
    "Multiple_WAV_Files_With_Gaps_Noncompliant.cue": "INDEX 00 in the file before: cueprint refuses the sheet",
    "good.004.dos_format.missing_final_newline.cue": "no newline at the end: cueprint refuses the sheet",
}


def read(path: Path) -> Sheet:
    text, _ = decode_sheet(path.read_bytes(), [other.stem for other in path.parent.iterdir()])
    return parse_sheet(text)
