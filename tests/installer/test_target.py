"""What holds on the system that the installer is for."""

from winsetup.target import TAGS, wanted_there


def test_markers_are_evaluated_for_windows() -> None:
    texts = [
        "fuse; sys_platform != 'win32'", "winfspy>=0.8; sys_platform == 'win32' and python_version < '3.12'",
        "colorama; platform_system == 'Windows'", "plain>=1", "tests; extra == 'tests'", "pypy; implementation_name == 'pypy'",
    ]  # fmt: skip
    assert [str(need) for need in wanted_there(texts)] == ["winfspy>=0.8", "colorama", "plain>=1"]


def test_wheels_of_windows_run_there() -> None:
    tags = {str(tag) for tag in TAGS}
    assert {
        "cp311-cp311-win_amd64",
        "cp311-abi3-win_amd64",
        "cp38-abi3-win_amd64",
        "py3-none-any",
        "py3-none-win_amd64",
    } <= tags
    assert not {"cp312-cp312-win_amd64", "cp311-cp311-win32", "cp311-cp311-manylinux_2_17_x86_64"} & tags
