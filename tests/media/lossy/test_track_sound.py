"""The samples of a track for lossy encoders, and what is done where they are not as many as was said."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sound
from sound import FORMATS

from media.conftest import Studio
from musfuse.errors import IndexMismatchError, SourceChangedError
from musfuse.media.lossy.lengths import Length
from musfuse.media.lossy.track_sound import TrackSound
from musfuse.model import SampleRange


def test_samples_are_those_of_the_track(studio: Studio, music: Path) -> None:
    sound.write(music / "a.wav", 3000, bits=24)
    track = studio.track("a.wav", "opus:96", index=False)
    whole = TrackSound(FORMATS, track, studio.origin, Length(3000, announced=True), lambda: None)
    assert (whole.rate, whole.channels, whole.total) == (44_100, 2, 3000)
    assert np.allclose(whole.read(0, 3000), sound.pcm(3000).T, atol=1e-6)
    part = TrackSound(
        FORMATS, replace(track, part=SampleRange(100, 400)), studio.origin, Length(300, announced=True), lambda: None
    )
    assert np.array_equal(part.read(0, 300), whole.read(100, 300))
    whole.close()
    part.close()


@pytest.mark.parametrize(("said", "why"), [(2000, "goes on behind sample 2000"), (4000, "ends at sample 3000")])
def test_another_length_names_the_original_and_is_told(studio: Studio, music: Path, said: int, why: str) -> None:
    sound.write(music / "a.wav", 3000)
    told: list[str] = []
    track = studio.track("a.wav", "opus:96", index=False)
    lying = TrackSound(FORMATS, track, studio.origin, Length(said, announced=True), lambda: told.append("lies"))
    with pytest.raises(IndexMismatchError, match=rf"a\.wav: its audio {why}.*; its samples are counted"):
        lying.read(said - 1500, 1500)
    assert told == ["lies"]


def test_an_original_that_changed_meanwhile_is_no_lie(studio: Studio, music: Path) -> None:
    sound.write(music / "a.wav", 3000)
    track = studio.track("a.wav", "opus:96", index=False)
    told: list[str] = []
    made = TrackSound(FORMATS, track, studio.origin, Length(3000, announced=True), lambda: told.append("lies"))
    sound.write(music / "a.wav", 5000)
    with pytest.raises(SourceChangedError):
        made.read(0, 3000)
    assert told == []
