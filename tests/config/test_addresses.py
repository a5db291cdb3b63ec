import pytest

from musfuse.config.addresses import address_like, host_and_port


@pytest.mark.parametrize(
    ("text", "found"),
    [("127.0.0.1:9550", ("127.0.0.1", 9550)), ("[::1]:0", ("::1", 0)), ("nas.local:80", ("nas.local", 80))],
)
def test_addresses(text: str, found: tuple[str, int]) -> None:
    assert host_and_port(text) == found


@pytest.mark.parametrize(
    "text", ["9550", ":1", "a", "a:", "::1:80", "a:65536", "a:-1", "a:８０", "[]:1", "[a]:1", "[a]b:5", "[::1]", "a:" + "9" * 5000]
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        host_and_port(text)
    assert address_like("x:1")(text) == "must be an address and a port, such as x:1, or empty"


def test_there_may_be_none() -> None:
    assert address_like("x:1")("") is None
