"""The suite of the drive over originals on servers: some of it, by some faces. All of it is run by
`--originals sftp tests/faces tests/drive`, or `s3`."""

from collections.abc import Callable
from typing import Any

import pytest

from faces.shown import Shown
from faces.test_every_face import (  # noqa: F401 - the tests of this module, and what they have
    originals,
    test_audio_is_that_of_the_original,
    test_many_readers,
    test_random_reads,
)


@pytest.fixture(params=["sftp by fuse", "s3 by winfsp"])
def pair(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Where the originals lie, and which face shows them."""
    server, face = str(request.param).split(" by ")
    return server, face


@pytest.fixture
def where(pair: tuple[str, str]) -> str:
    return pair[0]


@pytest.fixture
def show(pair: tuple[str, str], show_as: Callable[..., Shown]) -> Callable[..., Any]:
    return lambda **options: show_as(pair[1], **options)
