"""MPD itself makes its database of stickers, as its clients have it do that, and it is read while MPD has it open."""

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sound
from mount.conftest import until  # noqa: F401 - a fixture

from musfuse.library.exchange.foreign import ForeignTrack
from musfuse.library.exchange.mpd import Mpd
from musfuse.store.foreign import foreign_database

needs_mpd = pytest.mark.skipif(shutil.which("mpd") is None, reason="MPD is not installed: apt install mpd")
CONF = """
music_directory "{folder}/music"
db_file "{folder}/database"
sticker_file "{folder}/sticker.sql"
log_file "{folder}/log"
bind_to_address "{socket}"
zeroconf_enabled "no"
audio_output {{
    type "null"
    name "none"
}}
input {{
    plugin "curl"
    enabled "no"
}}
"""
STICKERS = (
    ("Ann/Öne's.flac", "rating", "8"), ("Ann/Öne's.flac", "playCount", "12"), ("Ann/Öne's.flac", "lastPlayed", "1600000000"),
    ("Two.flac", "like", "2"), ("Two.flac", "elapsed", "17"),
)  # fmt: skip


class Client:
    """A client of MPD's protocol, on its socket."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(60)
        self._socket.connect(str(path))
        self._answers = self._socket.makefile("r", encoding="utf-8")
        assert self._answers.readline().startswith("OK MPD")

    def ask(self, command: str, *words: str) -> bool:
        """Whether MPD does this."""
        self._socket.sendall((" ".join([command, *(f'"{word}"' for word in words)]) + "\n").encode())
        for line in self._answers:
            if line.startswith(("OK", "ACK")):
                return line.startswith("OK")
        raise AssertionError("MPD ended")

    def close(self) -> None:
        self._answers.close()
        self._socket.close()


def answers(path: Path) -> bool:
    """Whether somebody listens: the socket is there a moment before."""
    with socket.socket(socket.AF_UNIX) as tried:
        return tried.connect_ex(str(path)) == 0


@pytest.fixture
def mpd(tmp_path: Path, until: Callable[..., None]) -> Iterator[Client]:
    for name in ("Ann/Öne's", "Two"):
        sound.write(tmp_path / f"music/{name}.flac", 2000, title=name)
    near = Path(tempfile.mkdtemp(prefix="mf"))  # a socket's path may have 108 bytes
    (tmp_path / "conf").write_text(CONF.format(folder=tmp_path, socket=near / "mpd"))
    with subprocess.Popen(["mpd", "--no-daemon", "--stderr", tmp_path / "conf"], stderr=subprocess.DEVNULL) as process:
        client: Client | None = None
        try:
            until(lambda: answers(near / "mpd"))
            client = Client(near / "mpd")
            client.ask("update")
            until(lambda: all(client.ask("lsinfo", place) for place, _, _ in STICKERS))
            yield client
        finally:
            if client is not None:
                client.close()
            process.kill()
            process.wait()
            shutil.rmtree(near)


def read(path: Path) -> list[ForeignTrack]:
    with foreign_database(path) as database:
        return list(Mpd(database).tracks())


@needs_mpd
@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="MPD is asked over a socket of Unix")
def test_stickers_that_mpd_wrote(mpd: Client, tmp_path: Path) -> None:
    for place, name, value in STICKERS:
        assert mpd.ask("sticker", "set", "song", place, name, value)
    stickers, beside = tmp_path / "sticker.sql", sorted(tmp_path.glob("sticker*"))
    one, two = sorted(read(stickers), key=lambda track: track.place)
    assert one == ForeignTrack("Ann/Öne's.flac", "Ann/Öne's.flac", {}, None, 4, None, 12, 0, 1_600_000_000 * 10**9)
    assert (two.place, two.starred_ns, two.stars, two.plays) == ("Two.flac", 0, 0, 0)
    assert mpd.ask("sticker", "set", "song", "Two.flac", "rating", "10")
    assert mpd.ask("sticker", "delete", "song", "Ann/Öne's.flac")
    assert [(track.place, track.stars) for track in read(stickers)] == [("Two.flac", 5)]
    assert sorted(tmp_path.glob("sticker*")) == beside
