"""What a server says no with, what it may not have of us, and ranges of objects that change."""

import http.server
import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from s3servers import S3Server

pytest.importorskip("obstore", reason="the extra musfuse[s3] is not installed")

from musfuse.errors import AwayError, NotFoundError, NotLetInError, OriginError, SourceChangedError, UnavailableError
from musfuse.model import NodeKind, Stamp
from musfuse.origins import OpenContext, Origin, S3Scheme, SourceSpec
from musfuse.origins.beats import hearing

Find = Callable[[str], S3Server]


def opened(spec: SourceSpec) -> Origin:
    return S3Scheme().open(spec, OpenContext())


def test_nobody_listens(s3server: Find) -> None:
    server = s3server("rclone")
    for call in (lambda o: o.stat(""), lambda o: list(o.list("")), lambda o: o.read("a", 0, 1)):
        with pytest.raises(AwayError, match=r"s3://music.*: cannot be reached") as caught:
            call(opened(server.spec(endpoint="http://127.0.0.1:9")))
        assert "refused" in str(caught.value)


def test_who_listens_speaks_another_language(s3server: Find) -> None:
    server = s3server("rclone")
    with pytest.raises(AwayError, match="cannot be reached: it speaks no TLS"):
        opened(server.spec(endpoint=server.endpoint.replace("http:", "https:"))).stat("")


def test_keys_and_buckets_that_are_wrong(s3server: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    server = s3server("rclone")
    with pytest.raises(NotLetInError, match="NoSuchBucket"):
        opened(server.spec("s3://nothing")).stat("")
    monkeypatch.setenv("S3_TEST_SECRET", "hunter2hunter2")
    with pytest.raises(NotLetInError, match="SignatureDoesNotMatch") as caught:
        opened(server.spec()).stat("")
    assert "hunter2" not in str(caught.value)
    with pytest.raises(OriginError) as denied:
        opened(server.spec()).read("a.wav", 0, 1)
    assert "hunter2" not in str(denied.value) + repr(denied.value.__cause__)
    monkeypatch.delenv("S3_TEST_SECRET")
    with pytest.raises(NotLetInError, match="env:S3_TEST_SECRET is not set"):
        opened(server.spec()).stat("")


@pytest.mark.parametrize("name", ["moto", "rclone"])
def test_any_range_is_that_of_the_object(s3server: Find, name: str) -> None:
    server, rng = s3server(name), random.Random(1)
    objects = {f"ranges/{size}.wav": rng.randbytes(size) for size in (0, 1, 65_536, 700_003)}
    for path, data in objects.items():
        server.write(path, data)
    origin = opened(server.spec())
    stamps = {path: origin.stat(path).stamp for path in objects}

    def compare(seed: int) -> None:
        mine = random.Random(seed)
        path = mine.choice(list(objects))
        offset, size = mine.randrange(len(objects[path]) + 10), mine.choice((1, 4096, 65_536, 300_000))
        stamp = mine.choice((None, stamps[path]))
        assert origin.read(path, offset, size, stamp) == objects[path][offset : offset + size]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(compare, range(100)))
    came: list[int] = []
    with hearing(came.append):
        origin.read("ranges/700003.wav", 0, 700_000)
    assert sum(came) >= 700_000
    origin.close()


@pytest.mark.parametrize("name", ["moto", "rclone"])
def test_an_object_that_was_replaced_is_not_read_as_the_old_one(s3server: Find, name: str) -> None:
    server = s3server(name)
    server.write("replaced.wav", b"a" * 200_000)
    origin = opened(server.spec())
    stamp = origin.stat("replaced.wav").stamp
    assert origin.read("replaced.wav", 0, 100_000, stamp) == b"a" * 100_000
    server.write("replaced.wav", b"b" * 200_000)
    for offset in (0, 50_000, 150_000):
        with pytest.raises(SourceChangedError):
            origin.read("replaced.wav", offset, 1000, stamp)


def test_a_stream_that_goes_on_is_that_of_one_version(s3server: Find) -> None:
    """Where a server gives no ranges: who reads on gets the object that was opened, or an error."""
    server = s3server("rclone")
    server.write("stream.wav", b"a" * 3_000_000)
    origin = opened(server.spec())
    stamp = origin.stat("stream.wav").stamp
    for offset in range(0, 1_000_000, 100_000):
        assert origin.read("stream.wav", offset, 100_000, stamp) == b"a" * 100_000
    server.write("stream.wav", b"b" * 3_000_000)
    for offset in range(1_000_000, 3_000_000, 100_000):
        try:
            assert origin.read("stream.wav", offset, 100_000, stamp) == b"a" * 100_000
        except OriginError:
            break
    origin.let_go()
    with pytest.raises(OriginError):
        origin.read("stream.wav", 2_000_000, 100, stamp)


def test_a_key_that_is_a_folder_too(s3server: Find) -> None:
    server = s3server("moto")
    for path in ("both/x", "both/x/y.wav", "both/d/"):
        assert server.request("PUT", f"/music/{path}", {"Content-Length": "0"})[0] == 200
    entries = {entry.name: entry for entry in opened(server.spec()).list("both")}
    assert set(entries) == {"x", "x_", "d"}
    assert "a folder of that name as well" in entries["x_"].problem
    assert list(opened(server.spec()).list("both/d")) == []


def test_an_empty_folder_of_a_server_over_a_file_system(s3server: Find) -> None:
    """It lists one that holds nothing, as others do not: what was in it is gone, and no listing failed."""
    server = s3server("rclone")
    (server.folder / "data/music/emptied/a").mkdir(parents=True)
    server.write("emptied/b/x.wav", b"1")
    origin = opened(server.spec())
    assert [entry.name for entry in origin.list("emptied")] == ["a", "b"]
    assert list(origin.list("emptied/a")) == []
    assert origin.stat("emptied/a").kind is NodeKind.FOLDER
    for call in (lambda: list(origin.list("emptied/c")), lambda: origin.stat("emptied/c")):
        with pytest.raises(NotFoundError):
            call()
    origin.close()


def test_a_folder_with_a_key_that_has_no_path_is_told_of(s3server: Find) -> None:
    server = s3server("moto")
    assert server.request("PUT", "/music/odd/./x.wav", {"Content-Length": "0"})[0] == 200
    with pytest.raises(UnavailableError, match="cannot be listed"):
        opened(server.spec()).list("odd")


@contextmanager
def answering(answer: Callable[[http.server.BaseHTTPRequestHandler], None]) -> Iterator[tuple[str, list[Any]]]:
    """A server of the test, its address, and the headers that it was sent."""
    seen: list[Any] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(dict(self.headers))
            answer(self)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_keys_do_not_follow_a_redirect(s3server: Find) -> None:
    server = s3server("rclone")

    def deny(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_error(404)

    with answering(deny) as (elsewhere, seen):

        def redirect(handler: http.server.BaseHTTPRequestHandler) -> None:
            handler.send_response(307)
            handler.send_header("Location", elsewhere.replace("127.0.0.1", "localhost") + "/music/a.wav")
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        with answering(redirect) as (here, asked), pytest.raises(OriginError):
            opened(server.spec(endpoint=here)).read("a.wav", 0, 10)
    assert server.access in str(asked[0])
    assert seen
    assert all(server.access not in str(headers) for headers in seen)


def test_a_session_token_goes_to_no_server_that_may_redirect_it(
    s3server: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "hunter2")
    with pytest.raises(NotLetInError, match="a session token goes to Amazon's own servers alone") as caught:
        opened(s3server("rclone").spec()).stat("")
    assert "hunter2" not in str(caught.value)


def range_of(length: int, sent: int) -> Callable[[http.server.BaseHTTPRequestHandler], None]:
    """An answer that says it is the first bytes of 1000, and sends some."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(206)
        handler.send_header("Content-Length", str(length))
        handler.send_header("Content-Range", f"bytes 0-{length - 1}/1000")
        handler.send_header("ETag", '"x"')
        handler.send_header("Last-Modified", "Fri, 27 Nov 2026 19:11:15 GMT")
        handler.end_headers()
        handler.wfile.write(b"x" * sent)

    return answer


def test_an_answer_that_breaks_off_is_an_error(s3server: Find) -> None:
    with answering(range_of(1000, sent=500)) as (here, _), pytest.raises(UnavailableError):
        opened(s3server("rclone").spec(endpoint=here)).read("a.wav", 0, 1000)


def test_a_stream_of_another_version_than_it_says_is_not_believed(s3server: Find) -> None:
    """As of a server that gives whole files, and opens one after it has said which version it is."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.send_header("ETag", '"new"' if handler.command == "HEAD" else '"old"')
        handler.send_header("Last-Modified", "Fri, 27 Nov 2026 19:11:15 GMT")
        handler.end_headers()
        if handler.command == "GET":
            handler.wfile.write(b"n" * 1000)

    old = Stamp(1000, int(datetime(2026, 11, 27, 19, 11, 15, tzinfo=UTC).timestamp()) * 10**9, "old")
    with answering(answer) as (here, _), pytest.raises(SourceChangedError):
        opened(s3server("rclone").spec(endpoint=here)).read("a.wav", 0, 100, old)


def test_a_range_that_is_another_one_is_an_error(s3server: Find) -> None:
    with answering(range_of(10, sent=10)) as (here, _), pytest.raises(UnavailableError):
        opened(s3server("rclone").spec(endpoint=here)).read("a.wav", 500, 10)
