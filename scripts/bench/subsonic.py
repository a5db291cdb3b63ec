#!/usr/bin/env python3
"""The Subsonic API of musfuse beside that of Supysonic, over one made-up library of silent FLACs.

    python -m venv /tmp/rival && /tmp/rival/bin/pip install 'supysonic==0.7.9' waitress
    scripts/bench/subsonic.py --rival /tmp/rival [--tracks 100000] [--rounds 50] [--folder /dev/shm]

Both scan the same files, then answer the same requests in JSON over one connection each, in turns, so that other work
of the machine meets both. Tells of each request the median and 99th percentile of both, and how many times as long
the rival takes. CPU time of servers is told as well, which other work disturbs less. Ids are asked of each server by
names.
"""

import argparse
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

HERE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(HERE), str(HERE / "adapters"), str(HERE / "scripts/bench")]
RIVAL_PORT, PASSWORD = 5722, "a password for benchmarks"


def write_library(music: Path, count: int) -> None:
    """So many small FLACs, ten an album, ten albums an artist, with tags as natural ones."""
    import io

    import numpy as np
    import soundfile
    from mutagen.flac import FLAC
    from search import tracks

    made = io.BytesIO()
    soundfile.write(made, np.zeros(4410, "int16"), 44_100, "PCM_16", format="FLAC")
    plain = made.getvalue()
    for number, tags in enumerate(tracks(count)):
        folder = music / f"Artist {number // 100}" / f"Album {number // 10}"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{number % 10 + 1:02} {number}.flac"
        path.write_bytes(plain)
        file = FLAC(path)
        file.update(tags)
        file.save()


@dataclass
class Client:
    """Asks one server, on one connection."""

    name: str
    pid: int
    connection: http.client.HTTPConnection
    auth: dict[str, str]

    def ask(self, endpoint: str, **params: Any) -> Any:
        """The answer to one request."""
        query = urlencode({**self.auth, "v": "1.16.1", "c": "bench", "f": "json", **params})
        self.connection.request("GET", f"/rest/{endpoint}?{query}")
        told = json.loads(self.connection.getresponse().read())["subsonic-response"]
        if told["status"] != "ok":
            raise SystemExit(f"{self.name}: {endpoint}: {told['error']}")
        return told

    def cpu(self) -> float:
        """Seconds of CPU that the server took so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def ours(music: Path, folder: Path) -> Iterator[Client]:
    """A server of musfuse, in a process of its own."""
    state = folder / "musfuse"
    environment = {**os.environ, "PYTHONPATH": f"{HERE}:{HERE / 'adapters'}", "MUSFUSE_RUNTIME_DIR": str(folder)}
    command = [sys.executable, "-m", "musfuse"]
    began = time.monotonic()
    subprocess.run(
        [*command, "scan", "--library", state, music], env=environment, check=True, stdout=subprocess.DEVNULL
    )
    print(f"musfuse   scanned in {time.monotonic() - began:.0f} s")
    port = RIVAL_PORT + 1
    serve = [*command, "serve", "--library", state, "--listen", f"127.0.0.1:{port}", "--foreground"]
    process = subprocess.Popen(serve, env=environment, stdout=subprocess.DEVNULL)
    try:
        connection = connected(port)
        told: dict[str, Any] = {"name": "bench", "password": PASSWORD}
        for path, more in (("setup", {}), ("session", {"secret": True})):
            body = json.dumps({**told, **more})
            connection.request("POST", f"/api/v1/{path}", body, {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())
        secret = answer["secret"]
        yield Client("musfuse", process.pid, connection, {"apiKey": secret})
    finally:
        process.terminate()
        process.wait()


@contextmanager
def rival(music: Path, folder: Path, place: Path) -> Iterator[Client]:
    """A server of Supysonic, in a process of its own."""
    config = folder / "supysonic.conf"
    config.write_text(
        f"[base]\ndatabase_uri = sqlite:////{folder}/supysonic.db\n[webapp]\ncache_dir = {folder}/cache\n"
        f"log_level = ERROR\nmount_webui = off\n[daemon]\nsocket = {folder}/daemon.sock\nrun_watcher = off\n"
    )
    environment = {**os.environ, "PYTHONPATH": ""}
    cli = [str(place / "bin/supysonic-cli")]
    for words in (["user", "add", "bench", "-p", PASSWORD], ["folder", "add", "music", str(music)]):
        subprocess.run([*cli, *words], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    began = time.monotonic()
    scan = [*cli, "folder", "scan", "--foreground", "music"]
    subprocess.run(scan, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    print(f"supysonic scanned in {time.monotonic() - began:.0f} s")
    serve = [str(place / "bin/supysonic-server"), "--host", "127.0.0.1", "--port", str(RIVAL_PORT)]
    process = subprocess.Popen(serve, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield Client("supysonic", process.pid, connected(RIVAL_PORT), {"u": "bench", "p": PASSWORD})
    finally:
        process.terminate()
        process.wait()


def connected(port: int) -> http.client.HTTPConnection:
    """A connection to a server that begins just now."""
    for _ in range(600):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        try:
            connection.connect()
        except OSError:
            time.sleep(0.1)
        else:
            return connection
    raise SystemExit(f"nobody listens at port {port}")


Ask = Callable[[Client], object]


def requests(client: Client, albums: int) -> dict[str, Ask]:
    """What is asked, with the ids of that server."""
    listed = client.ask("getAlbumList2", type="alphabeticalByName", size=50, offset=albums // 2)["albumList2"]["album"]
    songs = client.ask("getAlbum", id=listed[0]["id"])["album"]["song"]
    word = listed[0]["name"].split()[0]
    folder = client.ask("getIndexes")["indexes"]["index"][0]["artist"][0]["id"]
    lists = ("random", "newest", "alphabeticalByName", "alphabeticalByArtist", "frequent", "recent", "starred")

    def album_list(kind: str) -> Ask:
        return lambda c: c.ask("getAlbumList2", type=kind, size=50, offset=random.randrange(max(1, albums - 50)))

    def simple(endpoint: str, **params: Any) -> Ask:
        return lambda c: c.ask(endpoint, **params)

    found: dict[str, Ask] = {f"getAlbumList2 {kind}": album_list(kind) for kind in lists}
    return {
        **found,
        "ping": simple("ping"),
        "getMusicFolders": simple("getMusicFolders"),
        "getIndexes": simple("getIndexes"),
        "getArtists": simple("getArtists"),
        "getGenres": simple("getGenres"),
        "getMusicDirectory": simple("getMusicDirectory", id=folder),
        "getArtist": simple("getArtist", id=listed[0]["artistId"]),
        "getAlbum": lambda c: c.ask("getAlbum", id=random.choice(listed)["id"]),
        "getSong": lambda c: c.ask("getSong", id=random.choice(songs)["id"]),
        "getAlbumList2 byYear": simple("getAlbumList2", type="byYear", fromYear=1960, toYear=1990, size=50, offset=100),
        "getAlbumList2 byGenre": simple("getAlbumList2", type="byGenre", genre="Rock", size=50, offset=100),
        "getRandomSongs": simple("getRandomSongs", size=50),
        "getSongsByGenre": simple("getSongsByGenre", genre="Jazz", count=50, offset=1000),
        "search3": simple("search3", query=word),
        "search2": simple("search2", query=word),
        "getStarred2": simple("getStarred2"),
        "getPlaylists": simple("getPlaylists"),
        "scrobble": lambda c: c.ask("scrobble", id=random.choice(songs)["id"]),
    }


def compare(clients: list[Client], albums: int, rounds: int) -> None:
    """Ask all of both in turns, and tell."""
    asked = {client.name: requests(client, albums) for client in clients}
    print(f"{'request':30} {'musfuse p50, p99':>20} {'supysonic p50, p99':>22} {'clock':>7} {'CPU':>7}")
    slow = []
    for name in asked[clients[0].name]:
        took: dict[str, list[float]] = {client.name: [] for client in clients}
        cpu = {client.name: -client.cpu() for client in clients}
        for _ in range(rounds):
            for client in clients:
                began = time.perf_counter()
                asked[client.name][name](client)
                took[client.name].append((time.perf_counter() - began) * 1000)
        cells, medians = [], []
        for client in clients:
            times = sorted(took[client.name])
            medians.append(statistics.median(times))
            cells.append(f"{medians[-1]:9.2f}, {times[int(len(times) * 0.99)]:8.2f}")
            cpu[client.name] += client.cpu()
        factor = medians[1] / medians[0]
        cpus = [max(cpu[client.name], 0.01) for client in clients]
        print(f"{name:30} {cells[0]:>20} {cells[1]:>22} {factor:6.1f}x {cpus[1] / cpus[0]:6.1f}x", flush=True)
        if factor < 5:
            slow.append(name)
    print(f"less than five times: {', '.join(slow) or 'none'}")


def main() -> None:
    """Make the library, start both, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rival", type=Path, required=True)
    parser.add_argument("--tracks", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--folder", type=Path, default=None)
    asked = parser.parse_args()
    random.seed(1)
    with tempfile.TemporaryDirectory(dir=asked.folder) as made, ExitStack() as stack:
        folder = Path(made)
        write_library(folder / "music", asked.tracks)
        clients = [
            stack.enter_context(ours(folder / "music", folder)),
            stack.enter_context(rival(folder / "music", folder, asked.rival)),
        ]
        compare(clients, asked.tracks // 10, asked.rounds)


if __name__ == "__main__":
    main()
