"""A folder of an SSH server, and the origin that it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sshd import Sshd

from musfuse.origins import OpenContext, Origin, SftpScheme, SourceSpec


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


@pytest.fixture
def origin(sshd: Sshd, root: Path) -> Iterator[Origin]:
    made = SftpScheme().open(SourceSpec("s", "sftp", sshd.uri(root), options=sshd.options), OpenContext(open_files=3))
    yield made
    made.close()
