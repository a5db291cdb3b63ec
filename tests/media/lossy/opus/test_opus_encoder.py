"""Packets of one size, the same whichever run is asked for first, and tracks that join."""

import numpy as np
import pytest

from media.lossy.opus.heard import at_48_khz, decoded, encoded, stream_of
from media.lossy.tones import Samples, Tone, music, noise
from musfuse.errors import MediaError
from musfuse.media.lossy.opus.encoder import channel_table, encode_run, fingerprint
from musfuse.media.lossy.opus.stream import PACKET, PRE_SKIP, RATE, RUN, OpusStream
from musfuse.media.lossy.resampling import Resampled


@pytest.mark.parametrize(
    ("rate", "channels", "kbps"),
    [(44_100, 2, 128), (48_000, 1, 510), (96_000, 2, 6), (8_000, 1, 24), (37_123, 2, 65), (44_100, 6, 96), (48_000, 8, 510)],
)  # fmt: skip
def test_every_packet_has_the_size_that_was_told(rate: int, channels: int, kbps: int) -> None:
    sound = noise(rate // 3 + 7, channels, rate=rate)
    stream, packets = encoded(sound, kbps)
    assert len(packets) == stream.packets * stream.packet_bytes
    assert len(packets) > 10 * stream.packet_bytes


def test_a_run_is_the_same_whatever_was_made_before() -> None:
    sound = at_48_khz(music(44_100 * 18))
    stream = stream_of(music(44_100 * 18), 64)
    forwards = [encode_run(stream, sound, run) for run in range(len(stream.runs))]
    assert len(forwards) == 3
    assert [encode_run(stream, sound, run) for run in (2, 1, 0)] == forwards[::-1]


def test_what_is_decoded_is_what_was_encoded_also_where_runs_meet() -> None:
    tone = Tone(44_100, 44_100 * 10)
    stream, packets = encoded(tone, 128)
    heard = decoded(stream, packets)
    assert heard.shape == (2, -(-tone.total * RATE // 44_100))
    wrong = np.abs(heard - Resampled(tone, RATE).read(0, stream.samples)).max(0)
    assert wrong.max() < 0.02
    border = RUN * PACKET - PRE_SKIP
    assert wrong[border - PACKET : border + 2 * PACKET].max() <= wrong[RATE : border - RATE].max() * 1.1


@pytest.mark.parametrize(("rate", "kbps"), [(44_100, 128), (48_000, 96)])
def test_tracks_of_a_gapless_album_join(rate: int, kbps: int) -> None:
    """A sine is cut into two tracks: around the seam, what is heard is off by no more than elsewhere."""
    first = rate * 3 + rate * 147 // 10_000 * 3
    first -= first * RATE % rate and first % 147  # the seam lies on a sample of 48 kHz, so that both can be compared
    tracks = [Tone(rate, first), Tone(rate, rate * 3, first=first)]
    heard = np.concatenate([decoded(*encoded(track, kbps)) for track in tracks], 1)
    whole = at_48_khz(Tone(rate, first + rate * 3)).read(0, heard.shape[1])
    wrong, seam = np.abs(heard - whole).max(0), first * RATE // rate
    assert wrong[seam - PACKET : seam + PACKET].max() <= wrong[RATE : seam - RATE // 2].max() * 1.1


def test_another_size_than_told_is_an_error() -> None:
    class Wrong(OpusStream):
        packet_bytes = 100

    with pytest.raises(MediaError, match="libopus made other packets than"):
        encode_run(Wrong(2, 128, 9600), at_48_khz(noise(9600, rate=RATE)), 0)


def test_the_order_of_channels_is_that_of_vorbis() -> None:
    """RFC 7845 §5.1.1.2. Each channel comes back as itself."""
    assert channel_table(6, 128) == bytes((1, 4, 2, 0, 4, 1, 2, 3, 5))
    assert channel_table(3, 64)[:3] == bytes((1, 2, 1))
    assert Samples(np.zeros((6, 10), np.float32)).channels == 6


def test_the_fingerprint_is_that_of_the_encoder_alone() -> None:
    assert fingerprint() == fingerprint.__wrapped__()
    assert len(fingerprint()) == 24
