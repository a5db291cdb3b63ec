"""Every real file that can be shown takes tags and a picture, or is refused with a reason; its packets stay the same."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import CORPUS, manifest
from sound import FORMATS
from tests_support import needs_program

from media.retag.rendering import picture, render, source
from musfuse.errors import MusfuseError
from musfuse.media.reading import read_original
from musfuse.media.tags.edit import make_edit
from musfuse.model import TagSet

ROWS = [row["path"] for row in manifest() if not row["path"].endswith(".cue")] if CORPUS.exists() else []
NEW = {"title": ["Ünï title"], "artist": ["A", "B"], "tracknumber": ["3"], "tracktotal": ["9"], "mood": ["x"]}
REFUSED = {
    "tags of", "an Ogg stream that is not", "its audio is cut short", "its header does not tell", "it has no fLaC marker",
    "a comment header of", "its audio begins on a page", "its chunk", "several streams",
}  # fmt: skip
# Files whose readers take another tag of the file before the one that can be written.
ODD = {"taglib/duplicate_tags.wav", "lofty-rs/files/assets/junk_between_id3_and_adts.aac"}
# Its last packet is cut short, so that ffmpeg reads on into the tags behind it.
CUT = "minimal/mpc_sv8.mpc"


def packets(*paths: Path, options: Sequence[str]) -> tuple[int, list[bytes]]:
    """For each file a hash of its audio packets as ffmpeg reads them, or of what they decode to, and whether it can."""
    command = [needs_program("ffmpeg"), "-v", "quiet", "-nostdin"]
    for path in paths:
        command += ["-i", str(path)]
    for n in range(len(paths)):
        command += ["-map", f"{n}:a", *options, "-f", "hash", "-"]
    done = subprocess.run(command, capture_output=True, check=False)
    return done.returncode, done.stdout.splitlines()


def same_packets(path: Path, other: Path, options: Sequence[str]) -> bool:
    """Whether ffmpeg reads the same from two files: both by one process or, where it cannot read them, each alone."""
    code, found = packets(path, other, options=options)
    if code == 0 and len(found) == 2:
        return found[0] == found[1]
    return packets(path, options=options) == packets(other, options=options)


@pytest.mark.parametrize("group", range(8))
def test_every_real_file(group: int, tmp_path: Path) -> None:
    if not ROWS:
        pytest.skip("the corpus of real files is not beside the project (../shared/corpus)")
    cover = picture()
    refused, written = [], 0
    for name in ROWS[group::8]:
        path = CORPUS / name
        if not path.is_file():
            path = CORPUS / "dev" / name
        try:
            before = read_original(FORMATS, *source(path)).tags
        except MusfuseError:
            continue  # not shown at all, and reported by the scan
        after = TagSet({**before, **NEW})
        target = tmp_path / f"out{path.suffix}"
        try:
            render(path, make_edit(before, after, (cover.picture,)), target)
        except MusfuseError as error:
            assert any(str(error).startswith(reason) for reason in REFUSED), f"{name}: {error}"
            refused.append(name)
            continue
        written += 1
        # ffmpeg counts an APEv2 tag at the end to the last packet of some files; what they decode to is the same.
        copied = [] if b"APETAGEX" in target.read_bytes() else ["-c", "copy"]
        if not name.endswith(CUT):
            assert same_packets(path, target, copied), name
        if not any(name.endswith(odd) for odd in ODD):
            read = read_original(FORMATS, *source(target)).tags
            assert dict(read) == dict(after), name
    assert written > len(refused)
