"""A library with everything that the API tells of, and a client that asks in every way there is."""

import http.client
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import sound
from app.hosting import run_host
from lxml import etree
from musfuse_http.face import HttpFace
from musfuse_http.options import HttpOptions
from PIL import Image

from musfuse.platform import system
from over_http.running import OPTIONS, SECONDS, Answered, Server, add_users

NS = "{http://subsonic.org/restapi}"
LRC = "[la:eng]\n[00:00.50]First line\n[00:01.00]<00:01.00>Second <00:01.20>line\n"


def write_music(music: Path) -> None:
    """Two artists with three albums, one of two discs, with lyrics, covers, gains and genres; and a loose track."""
    rich = {"genre": "Rock; Pop", "date": "1991-05-06", "composer": "Who Wrote", "comment": "<b>&\"'", "bpm": "120.4"}
    gains = {"replaygain_track_gain": "-3.5 dB", "replaygain_track_peak": "0.98"}
    for n, name in enumerate(
        ("Zoo/First/1.flac", "Zoo/First/2.flac", "Zoo/Second/1.wav", "The Ann/Third/1.mp3", "loose.flac"), 1
    ):
        place = music / name
        place.parent.mkdir(parents=True, exist_ok=True)
        parts = name.split("/")
        tags = (
            {"artist": parts[0], "album": parts[1], "tracknumber": str(n), **(rich if name.endswith(".flac") else {})}
            if len(parts) == 3
            else {"artist": "Zoo"}
        )
        if n < 3:
            tags |= {"discnumber": str(n), **gains}
        sound.write(place, 60_000, seed=n, title=f"Title {n}", **tags)
    (music / "Zoo/First/1.lrc").write_text(LRC)
    picture = io.BytesIO()
    Image.new("RGB", (600, 500), "red").save(picture, "JPEG")
    (music / "Zoo/First/cover.jpg").write_bytes(picture.getvalue())


@dataclass
class Api:
    """Asks the API as somebody."""

    server: Server
    who: str = "ann"
    ids: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        name: str,
        method: str = "GET",
        /,
        *,
        plain: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        **params: Any,
    ) -> Answered:
        """Ask once; `plain` are parameters in place of those that say who asks."""
        who = {"apiKey": self.server.tokens[f"{self.who} key"]} if plain is None else plain
        fields = urlencode({**who, "c": "tests", "v": "1.16.1", **params}, doseq=True)
        path, headers = f"/rest/{name}", {}
        if method == "POST" and body is None:
            body, headers = fields.encode(), {"Content-Type": "application/x-www-form-urlencoded"}
        else:
            path += f"?{fields}"
            headers = {"Content-Type": "application/json"} if body else {}
        with closing(http.client.HTTPConnection(*self.server.address, timeout=SECONDS)) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            data = answer.read()
        return Answered(answer.status, {key.lower(): value for key, value in answer.getheaders()}, data)

    def told(self, name: str, method: str = "GET", /, **params: Any) -> Any:
        """The parts of an answer in JSON, whatever its status."""
        return self.ask(name, method, **{"f": "json", **params}).json["subsonic-response"]

    def ok(self, name: str, /, **params: Any) -> Any:
        """The same of one that has to succeed."""
        answer = self.told(name, **params)
        assert answer["status"] == "ok", answer
        return answer

    def code(self, name: str, /, **params: Any) -> int:
        """The code of one that has to fail."""
        answer = self.told(name, **params)
        assert answer["status"] == "failed", answer
        return int(answer["error"]["code"])

    def xml(self, name: str, /, **params: Any) -> Any:
        """An answer as XML."""
        return etree.fromstring(self.ask(name, **params).body)

    def other(self, who: str) -> "Api":
        """The same as somebody else."""
        return Api(self.server, who, self.ids)


def named(found: Any, name: str, key: str = "name") -> str:
    """The id of what is called so."""
    return str(next(one["id"] for one in found if one[key] == name))


@contextmanager
def serving(folder: Path) -> Iterator[Api]:
    """A server over such a library, where ann, bob and eve have accounts; app passwords are on."""
    music = folder / "music"
    music.mkdir()
    write_music(music)
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setattr(system, "on_terminate", lambda _: None)  # only a main thread hears signals
        patch.setenv("MUSFUSE_RUNTIME_DIR", str(folder))
        host = run_host(folder / "state", music, stack, **OPTIONS, subsonic__legacy_auth=True)
        face = HttpFace(HttpOptions(listen="127.0.0.1:0"), folder / "state")
        host.faces.start(face)
        server = Server(host, face, folder / "state", music)
        add_users(server)
        host.jobs.runner.wait(host.jobs.runner.asked("scan"), SECONDS)
        api = Api(server)
        everything = api.ok("search3", query="")["searchResult3"]
        songs = {song["title"]: song for song in everything["song"]}
        api.ids.update(
            artist=named(everything["artist"], "Zoo"), album=named(everything["album"], "First"),
            song=songs["Title 1"]["id"], second=songs["Title 2"]["id"], wav=songs["Title 3"]["id"], mp3=songs["Title 4"]["id"],
            folder=songs["Title 1"]["parent"], music_folder=str(api.ok("getMusicFolders")["musicFolders"]["musicFolder"][0]["id"]),
        )  # fmt: skip
        yield api


def parts(answer: Any) -> Any:
    """What an answer has beside its head."""
    return json.loads(json.dumps({key: value for key, value in answer.items() if key not in HEAD}))


HEAD = {"status", "version", "type", "serverVersion", "openSubsonic"}
