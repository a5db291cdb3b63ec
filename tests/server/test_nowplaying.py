"""Who plays what: a device plays one track, and what nobody speaks of any more is over."""

from musfuse.server.nowplaying import NowPlaying


def test_a_device_plays_one_track_until_it_is_over() -> None:
    now = [100.0]
    playing = NowPlaying(lambda: now[0])
    playing.note(1, "phone", 7, 5000, seconds=60)
    playing.note(1, "tablet", 8, paused=True)
    playing.note(2, "phone", 9, rate=2.0)
    playing.note(1, "phone", 10, 1000, seconds=30)
    now[0] += 10
    assert [(one.user, one.track, one.at_ms(playing.now)) for one in playing.all()] == [
        (1, 10, 11_000),
        (2, 9, 20_000),
        (1, 8, 0),
    ]
    playing.stop(1, "tablet")
    playing.stop(1, "nothing")
    now[0] += 20
    assert [one.track for one in playing.all()] == [9]
    now[0] += 1e6
    assert playing.all() == []


def test_what_is_held_is_bounded() -> None:
    playing = NowPlaying(lambda: 0.0)
    for number in range(3000):
        playing.note(number, "x" * 1000, 1, seconds=1e9)
    assert len(playing.all()) == 1000
    assert all(len(one.client) == 100 and one.until <= 6 * 3600 for one in playing.all())
