"""A host that serves HTTP at a free port, and a client of it."""

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sound
from app.hosting import run_host
from musfuse_http.context import Context
from musfuse_http.face import HttpFace
from musfuse_http.options import HttpOptions

from musfuse.app.host import Host
from musfuse.drive import Drive
from musfuse.platform import system
from musfuse.service.itemids import Kind, written

OPTIONS = {"index__background": False, "follow__enabled": False}
SECONDS = 60
PASSWORD = "long enough for {}"


@dataclass(frozen=True)
class Answered:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Server:
    """A host over `music` whose HTTP is at `face`."""

    host: Host
    face: HttpFace
    state: Path
    music: Path
    tokens: dict[str, str] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)

    @property
    def context(self) -> Context:
        assert self.face._context is not None
        return self.face._context

    @property
    def drive(self) -> Drive:
        return self.host.library.drive

    def public(self, path: str) -> int:
        """The public id of the track at a path of the drive."""
        row = self.drive.row(path)[1]
        assert row is not None
        return row.public

    def track(self, path: str) -> str:
        """The id of the track at a path of the drive."""
        return written(Kind.TRACK, self.public(path))

    @property
    def address(self) -> tuple[str, int]:
        place = urlsplit(self.face.name)
        assert place.hostname
        assert place.port
        return place.hostname, place.port

    def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None, who: str = ""
    ) -> Answered:
        """Ask once, on a connection of its own; as somebody by the name of the token."""
        given = dict(headers or {})
        if who:
            given["Authorization"] = f"Bearer {self.tokens[who]}"
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            given.setdefault("Content-Type", "application/json")
        with closing(http.client.HTTPConnection(*self.address, timeout=SECONDS)) as connection:
            connection.request(method, path, body, given)
            answer = connection.getresponse()
            data = answer.read()
        return Answered(answer.status, {name.lower(): value for name, value in answer.getheaders()}, data)

    def get(self, path: str, who: str = "", **headers: str) -> Answered:
        return self.ask(
            "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()}, who=who
        )


def serve(state: Path, music: Path, closing_: ExitStack, **options: Any) -> Server:
    """Serve a library over `music` until `closing_`; `options` are those of HTTP."""
    host = run_host(state, music, closing_, **OPTIONS)
    face = HttpFace(HttpOptions(**{"listen": "127.0.0.1:0", **options}), state)
    host.faces.start(face)
    return Server(host, face, state, music)


def write_albums(music: Path) -> None:
    """Two albums of two tracks, as WAV (made into FLAC), FLAC and MP3."""
    for n, name in enumerate(("a/1.wav", "a/2.flac", "b/1.mp3", "b/2.wav"), 1):
        (music / name).parent.mkdir(exist_ok=True)
        tags = {"artist": f"Band {name[0]}", "album": f"Album {name[0]}", "title": f"Title {n}"}
        sound.write(music / name, 60_000, seed=n, tracknumber=str(n), **tags)


def add_users(server: Server) -> None:
    """ann administers and owns the library, bob sees all of it, eve none; each has a session, and a key (`ann key`)."""
    known = server.context.server
    for name, sources in (("ann", None), ("bob", None), ("eve", ())):
        user = known.accounts.add(name, PASSWORD.format(name), sources=sources)
        server.users[name] = user.id
        server.tokens[name] = known.devices.begin_session(user).secret
        server.tokens[f"{name} key"] = known.devices.make_key(user, "phone", name).secret


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for the tests of a module."""
    folder = tmp_path_factory.mktemp("http")
    music = folder / "music"
    music.mkdir()
    write_albums(music)
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setattr(system, "on_terminate", lambda _: None)  # only a main thread hears signals
        patch.setenv("MUSFUSE_RUNTIME_DIR", str(folder))
        made = serve(folder / "state", music, stack)
        add_users(made)
        made.host.jobs.runner.wait(made.host.jobs.runner.asked("scan"), SECONDS)
        yield made
