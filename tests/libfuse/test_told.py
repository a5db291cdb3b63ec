"""What the kernel was told of versions."""

from musfuse_fuse import told
from musfuse_fuse.told import Told


def test_the_version_that_was_told_last_counts() -> None:
    versions = Told()
    assert not versions.knows(1, "a/10")
    versions.tell(1, "a/10")
    assert versions.knows(1, "a/10")
    versions.tell(1, "a/11")
    assert not versions.knows(1, "a/10")
    assert not versions.knows(2, "a/11")


def test_a_version_is_refused_once() -> None:
    versions = Told()
    assert versions.refuses(1, "a")
    assert not versions.refuses(1, "a")
    assert versions.refuses(1, "a")
    assert versions.refuses(1, "b")  # another one since
    assert versions.refuses(2, "b")


def test_no_more_than_so_many_are_remembered() -> None:
    versions = Told()
    for node in range(told._REMEMBERED + 1):
        versions.tell(node, "a")
    assert not versions.knows(0, "a")
    assert versions.knows(1, "a")
