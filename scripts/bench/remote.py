#!/usr/bin/env python3
"""A source on another machine, 40 ms away: opening, reading, listing and scanning over SFTP, and an outage.

    scripts/bench/remote.py --wire ../shared/bench/wire.py [--rtt 40] [--files 2000] [--megabytes 60] [--s3] [--peers]

Needs root, /dev/net/tun and openssh-server: the server runs in a network namespace behind a wire with that latency,
which `wire.py` makes. `sftp get` of the same file in the same run is what the wire gives. The drive is mounted by the
real program; what is measured of scans is a whole process. Compare within one run only.

`--s3` does the same with a bucket of moto, which `scripts/test` installs and which is a program in Python itself;
`--peers` mounts the same folder by sshfs and by rclone, where they are installed.
"""

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HERE / "tests"))
MUSFUSE = [sys.executable, "-m", "musfuse"]


class Bench:
    """The program with a library of its own, and a server that it reads from."""

    def __init__(self, folder: Path, server: object) -> None:
        self.folder, self.server = folder, server
        self.env = {
            **os.environ,
            "MUSFUSE_LIBRARY": str(folder / "library"),
            "MUSFUSE_RUNTIME_DIR": str(folder / "run"),
        }
        (folder / "run").mkdir()
        (folder / "mnt").mkdir()

    def run(self, *args: str) -> str:
        return subprocess.run([*MUSFUSE, *args], env=self.env, check=True, capture_output=True, text=True).stdout

    def add(self, path: Path) -> None:
        self.run("source", "add", *(f"--set={one}" for one in self.server.assignments), self.server.uri(path))


def timed(call: Callable[[], object]) -> float:
    began = time.monotonic()
    call()
    return time.monotonic() - began


def tell(what: str, value: str) -> None:
    print(f"{what:<58} {value}", flush=True)


def read_some(path: Path, size: int) -> bool:
    try:
        with path.open("rb", buffering=0) as file:
            return bool(file.read(size))
    except OSError:
        return False


def read_all(path: Path) -> bool:
    """Whether all of a file comes: its first bytes may be kept here, so that an outage is seen behind them alone."""
    try:
        return len(path.read_bytes()) == path.stat().st_size
    except OSError:
        return False


def make_music(music: Path, files: int, megabytes: int) -> None:
    import sound

    sound.write(music / "long/long.flac", 1000, title="Long", artist="Ann", album="Long")
    with (music / "long/long.flac").open("ab") as long:  # what does not decode is served as it is, too
        for _ in range(megabytes):
            long.write(os.urandom(1_000_000))
    for number in range(files):
        folder = music / f"scan/Artist {number // 100}/Album {number // 10}"
        sound.write(
            folder / f"{number:06}.flac",
            40_000,
            title=f"T{number}",
            artist=f"A{number // 100}",
            album=f"B{number // 10}",
            seed=number % 50,
        )
    (music / "wide").mkdir()
    for number in range(10_000):
        (music / f"wide/{number:05}.txt").touch()


def origins(opened: object) -> int:
    """What an origin does by itself, without a mount; the bytes of its long file."""
    from musfuse.origins import CheckedOrigin
    from musfuse.sources.far import FarSource
    from musfuse.sources.lane import Lane
    from musfuse.sources.urgency import Urgency

    source = FarSource(Lane(CheckedOrigin(opened)))
    reader = source.seen_by(Urgency.READER)
    tell("connected, and the root looked at", f"{timed(lambda: reader.stat('')) * 1000:.0f} ms")
    opens = []
    for number in range(10):
        path = f"scan/Artist 0/Album {number}/{number * 10:06}.flac"
        opens.append(timed(lambda path=path: reader.read(path, 0, 65_536, reader.stat(path).stamp)))
    tell("facts and the first 64 KiB of a file, cold, p50 of 10", f"{statistics.median(opens) * 1000:.0f} ms")
    tell("a folder of 10,000 listed", f"{timed(lambda: list(reader.list('wide'))):.2f} s")
    stamp, at = reader.stat("long/long.flac").stamp, 0
    began, cpu = time.monotonic(), time.process_time()
    while at < stamp.size:
        at += len(reader.read("long/long.flac", at, 131_072, stamp))
    took = time.monotonic() - began
    tell(
        "read from end to end, 128 KiB at a time",
        f"{stamp.size / took / 1e6:.1f} MB/s, {time.process_time() - cpu:.2f} s of CPU",
    )
    headers(source)
    source.close()
    return int(stamp.size)


def headers(source: object) -> None:
    """Headers as a scan reads them, without what a scan makes of them: what the wire and the origin take."""
    from musfuse.model import NodeKind, SourceFile
    from musfuse.origins.reader import FAR_BLOCK, FAR_END

    scanned, files, folders = source.scanned(), [], ["scan"]
    began, cpu = time.monotonic(), time.process_time()
    while folders:
        folder = folders.pop()
        for entry in scanned.list(folder):
            below = f"{folder}/{entry.name}"
            if entry.stat.kind is NodeKind.FOLDER:
                folders.append(below)
            else:
                files.append(SourceFile("bench", below, entry.stat.stamp))
                scanned.expect(files[-1])
    for file in files:
        scanned.read(file.path, 0, FAR_BLOCK, file.stamp)
        scanned.read(file.path, max(0, file.stamp.size - FAR_END), FAR_END, file.stamp)
    took, cpu = time.monotonic() - began, time.process_time() - cpu
    tell(
        "headers and ends of all files",
        f"{len(files) / took:.0f} files a second, {1000 * cpu / len(files):.2f} ms of CPU each",
    )


def sftp_get(server: object, music: Path, size: int) -> None:
    command = ["sftp", "-q", "-P", str(server.port), "-i", str(server.key), "-o", f"UserKnownHostsFile={server.known}"]
    get = [*command, f"{server.user}@{server.address}:{music}/long/long.flac", os.devnull]
    took = timed(lambda: subprocess.run(get, check=True, stdout=subprocess.DEVNULL))
    tell("`sftp get` of the same", f"{size / took / 1e6:.1f} MB/s")


def peer(name: str, mount: list[str], mnt: Path) -> None:
    """The same files through another program's mount."""
    if shutil.which(mount[0]) is None:
        tell(f"{name}: is not installed", "")
        return
    mnt.mkdir()
    mounting = subprocess.Popen(mount, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not os.path.ismount(mnt):
            if mounting.poll() is not None and not os.path.ismount(mnt):
                tell(f"{name}: did not mount", f"it ended with {mounting.returncode}")
                return
            time.sleep(0.05)
        opens = [
            timed(lambda n=n: read_some(mnt / f"scan/Artist 0/Album {n}/{n * 10:06}.flac", 65_536)) for n in range(10)
        ]
        tell(f"{name}: open and the first 64 KiB, cold, p50", f"{statistics.median(opens) * 1000:.0f} ms")
        files = sorted((mnt / "scan").glob("Artist 1/*/*.flac"))
        took = timed(lambda: [header_and_end(path) for path in files])
        tell(f"{name}: headers and ends of {len(files)} files", f"{len(files) / took:.0f} files a second")
        took = timed(
            lambda: subprocess.run(
                ["dd", f"if={mnt}/long/long.flac", "of=/dev/null", "bs=128k"], check=True, stderr=subprocess.DEVNULL
            )
        )
        tell(f"{name}: read from end to end", f"{(mnt / 'long/long.flac').stat().st_size / took / 1e6:.1f} MB/s")
    finally:
        subprocess.run(["fusermount3", "-uz", mnt], check=False, stderr=subprocess.DEVNULL)
        mounting.terminate()
        mounting.wait()


def header_and_end(path: Path) -> None:
    with path.open("rb", buffering=0) as file:
        file.read(16_384)
        file.seek(-12_288, 2)
        file.read(12_288)


def peers(server: object, folder: Path) -> None:
    """sshfs and rclone over the same server."""
    where = f"{server.user}@{server.address}:{folder}/music"
    known = f"UserKnownHostsFile={server.known}"
    peer(
        "sshfs",
        [
            "sshfs",
            "-f",
            "-p",
            str(server.port),
            "-o",
            f"IdentityFile={server.key}",
            "-o",
            known,
            where,
            f"{folder}/sshfs",
        ],
        folder / "sshfs",
    )
    options = {
        "host": server.address, "user": server.user, "port": server.port, "key_file": server.key,
        "known_hosts_file": server.known,
    }  # fmt: skip
    remote = f":sftp,{','.join(f'{key}={value}' for key, value in options.items())}:{folder}/music"
    peer(
        "rclone",
        [
            "rclone",
            "mount",
            "--config",
            "/dev/null",
            "--vfs-cache-mode",
            "full",
            "--cache-dir",
            f"{folder}/rclone-cache",
            remote,
            f"{folder}/rclone",
        ],
        folder / "rclone",
    )


def bucket(folder: Path, space: str) -> None:
    """The same files in a bucket."""
    from concurrent.futures import ThreadPoolExecutor

    import obstore
    from s3servers import S3Server

    from musfuse.origins import OpenContext, S3Scheme

    (folder / "moto").mkdir()
    server = S3Server("moto", folder / "moto", "10.99.0.2", ("ip", "netns", "exec", space))
    os.environ |= {"S3_TEST_ACCESS": server.access, "S3_TEST_SECRET": server.secret}
    try:
        server.start()
        store, music = server.store(), folder / "music"
        paths = [
            path for path in music.rglob("*") if path.is_file() and (path.parent.name != "wide" or path.stem < "01000")
        ]
        with ThreadPoolExecutor(32) as pool:
            list(pool.map(lambda path: obstore.put(store, str(path.relative_to(music)), path.read_bytes()), paths))
        print("a bucket (a folder has 1,000 entries there):", flush=True)
        origins(S3Scheme().open(server.spec("s3://music"), OpenContext()))
    finally:
        server.stop()


def read_to_the_end(reader: object, path: str) -> float:
    """Bytes a second."""
    stamp, at = reader.stat(path).stamp, 0
    began = time.monotonic()
    while at < stamp.size:
        at += len(reader.read(path, at, 131_072, stamp))
    return at / (time.monotonic() - began)


def kept(server: object, music: Path, folder: Path) -> None:
    """The same origin over the chunk cache."""
    from musfuse.origins import CheckedOrigin, OpenContext, SftpScheme, SourceSpec
    from musfuse.sources.far import FarSource
    from musfuse.sources.lane import Lane
    from musfuse.sources.urgency import Urgency
    from musfuse.store.chunks.store import ChunkStore

    spec, long = SourceSpec("bench", "sftp", server.uri(music), options=server.options), "long/long.flac"
    for what in ("read from end to end, and kept", "the same from the cache, opened anew"):
        store = ChunkStore(folder / "chunks", 1 << 30)
        source = FarSource(Lane(CheckedOrigin(SftpScheme().open(spec, OpenContext()))), contents=store)
        reader = source.seen_by(Urgency.READER)
        speed, cpu = read_to_the_end(reader, long), time.process_time()
        again = [read_to_the_end(reader, long) for _ in range(3)]
        size = reader.stat(long).stamp.size
        tell(what, f"{speed / 1e6:.1f} MB/s")
        if store.recutter.wait() is None and what.startswith("the"):
            cpu = (time.process_time() - cpu) / len(again)
            tell("again, best of 3", f"{max(again) / 1e6:.0f} MB/s; {size / cpu / 1e6:.0f} MB a second of CPU")
        source.close()
        store.close()


def whole(path: Path) -> float:
    """Seconds that it takes to read all of a file of the drive, past what the kernel keeps."""
    with path.open("rb", buffering=0) as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        began = time.monotonic()
        while file.read(1 << 20):
            pass
        return time.monotonic() - began


def median_ms(paths: list[Path]) -> float:
    return statistics.median(map(whole, paths)) * 1000


def drive(bench: Bench, music: Path, files: int, wire: subprocess.Popen[bytes]) -> None:
    """The same through the program: scans, the mount, an outage."""
    bench.add(music / "scan")
    bench.add(music / "long")
    took = timed(lambda: bench.run("scan"))
    tell(f"{files} files scanned, a whole process", f"{took:.1f} s, {files / took:.0f} a second")
    tell("scanned again, nothing changed", f"{timed(lambda: bench.run('scan')):.1f} s")
    tell("mounted", f"{timed(lambda: bench.run('mount', str(bench.folder / 'mnt'))) * 1000:.0f} ms")
    bench.run("index", "--wait")
    found = sorted((bench.folder / "mnt").rglob("*.flac"))
    opens = [timed(lambda path=path: read_some(path, 65_536)) for path in found[::97][:15]]
    tell("open and the first 64 KiB through the mount, p50", f"{statistics.median(opens) * 1000:.0f} ms")
    long = max(found, key=lambda path: path.stat().st_size)
    size, some = long.stat().st_size, found[7::97][:15]
    tell("a long file through the mount, cold", f"{size / whole(long) / 1e6:.1f} MB/s")
    tell("again, from the cache, best of 3", f"{size / min(whole(long) for _ in range(3)) / 1e6:.0f} MB/s")
    cold, warm = median_ms(some), median_ms(some)
    tell("files of 100 KB, cold and again, p50 of 15", f"{cold:.0f} ms and {warm:.1f} ms")
    wire.send_signal(signal.SIGUSR1)
    tell("the wire is cut: the first read fails after", f"{timed(lambda: read_all(found[3])):.2f} s")
    fails = [timed(lambda path=path: read_all(path)) for path in found[1::53][:20]]
    tell("every other one after, at most", f"{max(fails) * 1000:.0f} ms")
    tell("those that were read before, the same 15, p50", f"{median_ms(some):.1f} ms")
    tell("all folders walked meanwhile", f"{timed(lambda: list((bench.folder / 'mnt').rglob('*'))):.2f} s")
    away = next(path for path in found[5:] if not read_all(path))
    wire.send_signal(signal.SIGUSR2)
    began = time.monotonic()
    while not read_all(away):
        time.sleep(0.1)
    tell("healed: who tries to read gets a file of 100 KB after", f"{time.monotonic() - began:.1f} s")
    bench.run("unmount", str(bench.folder / "mnt"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--wire", type=Path, required=True)
    parser.add_argument("--rtt", type=float, default=40)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--megabytes", type=int, default=60)
    parser.add_argument("--s3", action="store_true", help="a bucket, too")
    parser.add_argument("--peers", action="store_true", help="sshfs and rclone, too")
    args = parser.parse_args()
    from sshd import Sshd

    folder = Path(tempfile.mkdtemp(prefix="far-"))
    make_music(folder / "music", args.files, args.megabytes)
    space = f"far{os.getpid()}"
    wire = subprocess.Popen([sys.executable, args.wire, space, str(args.rtt / 2)], stdout=subprocess.PIPE)
    assert wire.stdout is not None
    wire.stdout.readline()
    (folder / "sshd").mkdir()
    server = Sshd(folder / "sshd", address="10.99.0.2", prefix=("ip", "netns", "exec", space))
    try:
        server.start()
        tell("load of the machine", " ".join(f"{load:.1f}" for load in os.getloadavg()))
        from musfuse.origins import OpenContext, SftpScheme, SourceSpec

        spec = SourceSpec("bench", "sftp", server.uri(folder / "music"), options=server.options)
        sftp_get(server, folder / "music", origins(SftpScheme().open(spec, OpenContext())))
        kept(server, folder / "music", folder)
        if args.peers:
            peers(server, folder)
        if args.s3:
            bucket(folder, space)
        drive(Bench(folder, server), folder / "music", args.files, wire)
    finally:
        server.stop()
        wire.terminate()
        wire.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
