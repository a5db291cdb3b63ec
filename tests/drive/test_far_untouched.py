"""Whatever is done with a library, nobody writes to where its originals lie: what servers were asked for, and their
files. Those of SSH and of served folders let nobody write, in all tests."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from s3servers import S3Server
from sshd import Sshd, running

from drive.albums import ME, checksum, cover, names, read, target
from drive.conftest import Make
from musfuse.media.indexing.pool import Priority


@pytest.fixture(params=["sftp", "s3-moto"])
def where(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    """One that notes what it was asked for."""
    with running(tmp_path / "sshd", notes=tmp_path / "asked") as server:
        yield server


def log_of(where: str, request: pytest.FixtureRequest, folder: Path) -> Path:
    """What a server notes of who asks it for what."""
    if where == "sftp":
        return folder / "asked"
    server: S3Server = request.getfixturevalue("s3server")("moto")
    return server.folder / "log"


def test_nothing_is_written(
    make_library: Make, album: Path, where: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    (album / "cover.jpg").write_bytes(cover((300, 300)))
    library = make_library(scan=False)
    before, log = checksum(album), log_of(where, request, tmp_path)
    begin = log.stat().st_size
    library.scan_all(library.scanner())
    files = [f"Band/Album/{name}" for name in names(library, "Band/Album")]
    whole = [read(library, path) for path in files]
    library.tagging.set(target("Band"), ["genre=Jazz", "title="], ME)
    library.tagging.lock(target("Band"), ["artist"], ME)
    library.backlog().run(Priority.BACKGROUND, lambda *_: None, lambda: None)
    library.hearing().run(lambda: None)
    library.name_tracks()
    assert [read(library, f"Band/Album/{name}") for name in names(library, "Band/Album")] != whole
    library.scan_all(library.scanner(), everything=True)
    library.stores.chunks.there().clear("")  # type: ignore[union-attr]
    library.tagging.undo(0, ME)
    library.close()
    assert checksum(album) == before
    asked = log.read_bytes()[begin:].decode("utf-8", "replace").splitlines()
    if where == "sftp":
        opened = [line for line in asked if re.match('open "', line)]
        assert len(opened) >= 7
        assert all(" flags READ mode " in line for line in opened), opened
        assert all("written 0" in line for line in asked if re.match('close ".* bytes read ', line))
        assert not [line for line in asked if re.match('(remove|rename|mkdir|rmdir|set|symlink|link|truncate) "', line)]
        assert not [line for line in asked if "Refusing" in line or "denied" in line.lower()]
    else:
        methods = re.findall(r'"([A-Z]+) /', "\n".join(asked))
        assert len(methods) >= 7
        assert set(methods) <= {"GET", "HEAD"}
