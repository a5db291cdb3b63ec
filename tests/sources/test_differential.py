"""Bytes of far originals against those of a copy here, in any ranges; 100,000 of them with --hypothesis-profile long."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from s3servers import S3Server
from sshd import Sshd

from musfuse.origins import OpenContext, S3Scheme, SftpScheme, SourceSpec
from musfuse.sources.far import FarSource
from musfuse.sources.lane import Lane
from musfuse.sources.urgency import Urgency

SIZES = {"a": 0, "b": 1, "c": 65_536, "d": 65_537, "e": 3_000_017}


@pytest.fixture
def contents() -> dict[str, bytes]:
    return {name: random.Random(size).randbytes(size) for name, size in SIZES.items()}


@pytest.fixture(params=["sftp", "s3-moto", "s3-rclone", "s3-swift"])
def far(request: pytest.FixtureRequest, tmp_path: Path, contents: dict[str, bytes]) -> Iterator[FarSource]:
    if request.param == "sftp":
        for name, data in contents.items():
            (tmp_path / name).write_bytes(data)
        sshd: Sshd = request.getfixturevalue("sshd")
        origin = SftpScheme().open(SourceSpec("s", "sftp", sshd.uri(tmp_path), options=sshd.options), OpenContext())
    else:
        if request.param == "s3-swift" and request.config.getoption("--hypothesis-profile") != "long":
            pytest.skip("Swift is tried with --hypothesis-profile long")
        server: S3Server = request.getfixturevalue("s3server")(request.param.removeprefix("s3-"))
        for name, data in contents.items():
            server.write(f"differential/{name}", data)
        origin = S3Scheme().open(server.spec("s3://music/differential"), OpenContext())
    made = FarSource(Lane(origin), 1 << 20)  # so few bytes that most are fetched
    yield made
    made.close()


@pytest.mark.timeout(3600)
def test_any_ranges_by_many_readers(far: FarSource, contents: dict[str, bytes], request: pytest.FixtureRequest) -> None:
    many = request.config.getoption("--hypothesis-profile") == "long"
    origin = far.seen_by(Urgency.READER)
    stamps = {name: origin.stat(name).stamp for name in contents}

    def compare(seed: int) -> None:
        draw = random.Random(seed)
        for _ in range(12_500 if many else 25):
            name = draw.choice("aabcdeeeee")
            offset, size = draw.randrange(SIZES[name] + 100), draw.choice((0, 1, 100, 4096, 70_000, 400_000))
            assert origin.read(name, offset, size, stamps[name]) == contents[name][offset : offset + size]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(compare, range(8)))
