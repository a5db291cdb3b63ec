"""Mounts in the background, as far as they go without the driver: folders, letters, ends."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import sound

from windows.machine import wait_for
from windows.prepare import windows_path
from windows.wine import Windows

pytestmark = pytest.mark.timeout(900)


def test_a_folder_in_the_background(windows: Windows, music: Path, tmp_path: Path) -> None:
    sound.write(music / "a.wav", title="One", artist="Ann", album="First")
    where = tmp_path / "Drive"
    mounted = windows.musfuse("mount", "--wait", windows_path(music), windows_path(where))
    try:
        assert mounted.code == 0, mounted.output
        assert where.is_dir()
        (status,) = windows.musfuse("status", "--json").value
        assert status["mounts"] == [windows_path(where)]
        assert windows.musfuse("doctor").code == 0
    finally:
        ended = windows.musfuse("unmount", windows_path(where).upper())
    assert ended.code == 0, ended.output
    assert not where.exists()


def test_a_drive_letter(windows: Windows, music: Path) -> None:
    sound.write(music / "a.wav", title="One", artist="Ann", album="First")
    with windows.letters():
        mounted = windows.musfuse("mount", "--wait", windows_path(music), "m:")
        try:
            assert mounted.code == 0, mounted.output
            assert windows.letter("m").exists()
            for path in ("M:\\Ann", "m:\\Ann\\First", "Ann\\First", "M:/Ann"):
                listed = windows.musfuse("ls", path)
                assert listed.code == 0, (path, listed.output)
        finally:
            ended = windows.musfuse("unmount", "M:\\")
        assert ended.code == 0, ended.output
        assert not windows.letter("m").exists()


def test_who_is_told_of_new_files_and_what_a_search_shows(windows: Windows, music: Path, tmp_path: Path) -> None:
    """Followed by the mount, sent by a process beside it."""
    sound.write(music / "a.wav", title="One", artist="Ann", album="First")
    where = windows_path(tmp_path / "Drive")
    with listening() as (url, received):
        assert windows.musfuse("mount", windows_path(music), where).code == 0
        try:
            hook = windows.musfuse("webhook", "add", url, "--allow-private", "--event", "file_added")
            assert hook.code == 0, hook.output
            sound.write(music / "b.wav", title="Two", artist="Ann", album="First")
            wait_for(lambda: any(b'"path":"b.wav"' in body for body in received), "a message of the new file")
            found = windows.musfuse("info", f"{where}\\.search\\ann", "--json")
            assert (found.code, found.value["entries"]) == (0, 2), found.output
        finally:
            ended = windows.musfuse("unmount", where)
    assert ended.code == 0, ended.output


@contextmanager
def listening() -> Iterator[tuple[str, list[bytes]]]:
    """A receiver on this machine, and what it was sent."""
    received = list[bytes]()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is written."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, name="receiver")
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/hook", received
        finally:
            server.shutdown()
            thread.join()
