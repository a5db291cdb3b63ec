"""HTTP as a face: where it listens, what it says of an address that it cannot have, how it ends."""

import http.client
import json
import socket
from pathlib import Path

import pytest
from musfuse_http.face import HttpFace
from musfuse_http.options import HttpOptions

from musfuse.errors import FaceError
from over_http.running import Server


def test_it_tells_what_it_is(server: Server) -> None:
    about = server.get("/api/v1/")
    assert about.status == 200
    assert about.json["product"] == "musfuse"
    assert server.get("/api/v1/health").json == {"ok": True}
    nothing = server.get("/nothing")
    assert (nothing.status, nothing.json["error"]["code"]) == (404, "no_entry")
    refused = server.ask("POST", "/api/v1/health")
    assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    for answer in (about, nothing, refused):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers


def test_an_address_in_use_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        place = f"127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(FaceError, match=f"{place} cannot be listened at: Address already in use"):
            HttpFace(HttpOptions(listen=place), tmp_path).check()


def test_a_certificate_wants_its_key(tmp_path: Path) -> None:
    with pytest.raises(FaceError, match=r"TLS needs a certificate and its key; name a file in http\.key"):
        HttpFace(HttpOptions(listen="127.0.0.1:0", certificate="a.pem"), tmp_path).check()
    with pytest.raises(FaceError, match=r"a\.pem: No such file"):
        HttpFace(
            HttpOptions(listen="127.0.0.1:0", certificate=str(tmp_path / "a.pem"), key=str(tmp_path / "k.pem")),
            tmp_path,
        ).check()


def test_bad_requests_are_no_errors_of_the_server(server: Server) -> None:
    for sent, status in (
        (b"GET /api/v1/ HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", b"431"),
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET /api/v1/?" + b"&".join([b"a=1"] * 25_000) + b" HTTP/1.1\r\nHost: a\r\n\r\n", b"431"),
    ):
        with socket.create_connection(server.address, 30) as connection:
            connection.sendall(sent)
            assert connection.recv(100).split(b" ")[1] in (status, b"400")


def test_it_can_be_stopped_while_somebody_reads(server: Server, tmp_path: Path) -> None:
    face = HttpFace(HttpOptions(listen="127.0.0.1:0"), tmp_path)
    server.host.faces.start(face)
    port = int(face.name.rpartition(":")[2])
    idle = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    idle.request("GET", "/api/v1/health")
    assert json.loads(idle.getresponse().read()) == {"ok": True}
    server.host.faces.stop(face.name)
    assert face.ended.is_set()
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), 5).close()
    idle.close()
