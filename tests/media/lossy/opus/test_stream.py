"""Pages and packets by arithmetic."""

from hypothesis import given, settings
from hypothesis import strategies as st

from musfuse.media.lossy.opus.stream import PACKET, PRE_SKIP, RUN, OpusStream

RATES = st.sampled_from([*range(6, 40), 63, 64, 96, 101, 102, 128, 192, 255, 256, 320, 450, 509, 510])
STREAMS = st.builds(OpusStream, st.integers(1, 8), RATES, st.integers(0, 3_000_000))


@settings(max_examples=200, deadline=None)
@given(STREAMS)
def test_pages_hold_all_packets_and_runs_whole_pages(stream: OpusStream) -> None:
    packets = [stream.packets_of(page) for page in range(stream.pages)]
    assert [n for some in packets for n in some] == list(range(stream.packets))
    assert all(len(some) == stream.page_packets for some in packets[:-1])
    assert RUN % stream.page_packets == 0
    assert all(some.start // RUN == some[-1] // RUN for some in packets)
    lengths = [27 + len(lacing) + sum(lacing) for lacing in (stream.lacing(len(some)) for some in packets)]
    assert sum(lengths) == stream.length
    assert all(len(stream.lacing(len(some))) <= 255 for some in packets)
    assert set(lengths[:-1]) <= {stream.page_bytes}
    assert sum(stream.runs) == stream.packets * stream.packet_bytes
    assert len(stream.runs) == -(-stream.packets // RUN)


@settings(max_examples=200, deadline=None)
@given(STREAMS)
def test_the_last_page_ends_where_the_track_does(stream: OpusStream) -> None:
    granules = [stream.granule(page) for page in range(stream.pages)]
    assert granules[-1] == PRE_SKIP + stream.samples
    assert granules == sorted(set(granules))
    assert all(granule == stream.packets_of(page).stop * PACKET for page, granule in enumerate(granules[:-1]))
    assert stream.packets * PACKET - granules[-1] < PACKET


def test_many_channels_get_as_much_as_pairs_and_one_no_more_than_libopus_takes() -> None:
    assert [OpusStream(channels, 128, 0).bitrate for channels in (1, 2, 3, 6, 8)] == [
        128000,
        128000,
        192000,
        384000,
        512000,
    ]
    assert [OpusStream(channels, 510, 0).bitrate for channels in (1, 2, 6)] == [256_000, 510_000, 1_530_000]
    assert [OpusStream(2, kbps, 0).packet_bytes for kbps in (6, 7, 33, 128, 509, 510)] == [15, 18, 83, 320, 1273, 1275]
