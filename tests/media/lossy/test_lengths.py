"""How long a track is, before it is decoded: what headers announce is what is decoded, of every format believed."""

from pathlib import Path

import pytest
import sound

from media.conftest import Studio
from musfuse.media.lossy.lengths import Length, Lengths
from musfuse.media.ports import NotIndexedError
from musfuse.model import AudioFormat, SampleRange

INT16 = AudioFormat("flac", "flac", 44_100, 2, 16, 1000, "int")


@pytest.mark.parametrize("name", ["a.wav", "a.rf64", "a.w64", "a.aiff", "a.au", "a.flac"])
@pytest.mark.parametrize("samples", [1, 4096, 44_101])
def test_headers_that_are_believed_tell_what_a_pass_counts(
    studio: Studio, music: Path, name: str, samples: int
) -> None:
    sound.write(music / name, samples)
    lengths = Lengths(studio.indexes)
    track = studio.track(name, "opus:96", index=False)
    assert lengths.of(track, studio.origin) == Length(samples, announced=True)
    counted = studio.track(name, "opus:96")
    assert lengths.of(counted, studio.origin) == Length(samples)


def test_others_wait_for_their_index(studio: Studio, music: Path) -> None:
    sound.write(music / "a.caf", 1000)
    lengths = Lengths(studio.indexes)
    track = studio.track("a.caf", "opus:96", index=False)
    assert lengths.needs_index(track.format)
    with pytest.raises(NotIndexedError, match=r"a\.caf: its frame index is not built yet"):
        lengths.of(track, studio.origin)
    assert lengths.of(studio.track("a.caf", "opus:96"), studio.origin) == Length(1000)


def test_what_tells_no_length_or_is_faulty_needs_one() -> None:
    from dataclasses import replace

    from musfuse.media.flac.encoder import Encoder
    from musfuse.media.transcoders import IndexStore
    from musfuse.store import MemoryKv

    lengths = Lengths(IndexStore(MemoryKv(), Encoder(5)))
    assert not lengths.needs_index(INT16)
    assert lengths.needs_index(replace(INT16, total_samples=None))
    assert lengths.needs_index(replace(INT16, faulty=True))
    assert lengths.needs_index(replace(INT16, container="ape"))


def test_what_was_disproved_is_not_believed_again(studio: Studio, music: Path) -> None:
    from dataclasses import replace

    sound.write(music / "a.wav", 1000)
    lengths = Lengths(studio.indexes)
    track = studio.track("a.wav", "opus:96", index=False)
    part = replace(track, part=SampleRange(100, 300))
    assert lengths.of(part, studio.origin).samples == 200
    lengths.disprove(track, lengths.of(track, studio.origin))
    assert studio.indexes.is_misannounced(track.file)
    for one in (track, part):
        with pytest.raises(NotIndexedError):
            lengths.of(one, studio.origin)
    counted = studio.track("a.wav", "opus:96")
    assert lengths.of(counted, studio.origin) == Length(1000)
    lengths.disprove(counted, Length(1000))  # the index was wrong: it is built anew
    with pytest.raises(NotIndexedError):
        lengths.of(counted, studio.origin)
