"""Who asks, where proxies stand between: nobody is believed who is not trusted."""

from typing import Any

import pytest
from musfuse_http.options import networks
from musfuse_http.proxies import Proxies

TRUSTED = Proxies(networks("10.0.0.0/8, 127.0.0.1, fd00::/8"))


def seen(peer: str, proxies: Proxies = TRUSTED, **headers: str) -> dict[str, Any]:
    scope: dict[str, Any] = {
        "client": (peer, 1), "scheme": "http",
        "headers": [(b"host", b"inside"), *((k.replace("_", "-").encode(), v.encode()) for k, v in headers.items())],
    }  # fmt: skip
    proxies.see_through(scope)
    return scope


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "address"),
    [
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "6.6.6.6, 203.0.113.7", "203.0.113.7"),  # the first one is what the client made up
        ("127.0.0.1", "6.6.6.6, 203.0.113.7, 10.1.2.3", "203.0.113.7"),
        ("127.0.0.1", "10.9.9.9, 10.1.2.3", "10.9.9.9"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.7, unknown, 10.1.2.3", "10.1.2.3"),
        ("::ffff:127.0.0.1", "203.0.113.7:4711", "203.0.113.7"),
        ("127.0.0.1", "[2001:db8::1]:80", "2001:db8::1"),
        ("203.0.113.9", "127.0.0.1", "203.0.113.9"),
        ("", "127.0.0.1", ""),
    ],
)
def test_x_forwarded_for(peer: str, forwarded_for: str, address: str) -> None:
    assert seen(peer, x_forwarded_for=forwarded_for)["client"][0] == address


def test_several_lines_of_a_header_are_one_list() -> None:
    """As proxies write them that add a line of their own."""
    for name in (b"x-forwarded-for", b"forwarded"):
        told = ("6.6.6.6", "203.0.113.7", "10.1.2.3")
        lines = [(name, (f"for={one}" if name == b"forwarded" else one).encode()) for one in told]
        scope: dict[str, Any] = {"client": ("127.0.0.1", 1), "scheme": "http", "headers": lines}
        TRUSTED.see_through(scope)
        assert scope["client"][0] == "203.0.113.7"


def test_scheme_and_host() -> None:
    scope = seen(
        "127.0.0.1", x_forwarded_for="203.0.113.7", x_forwarded_proto="https", x_forwarded_host="music.example"
    )
    assert (scope["scheme"], dict(scope["headers"])[b"host"]) == ("https", b"music.example")
    odd = seen("127.0.0.1", x_forwarded_proto="gopher", x_forwarded_host="a b\tc")
    assert (odd["scheme"], dict(odd["headers"])[b"host"]) == ("http", b"inside")
    stranger = seen("203.0.113.9", x_forwarded_proto="https", x_forwarded_host="music.example")
    assert (stranger["scheme"], dict(stranger["headers"])[b"host"]) == ("http", b"inside")


@pytest.mark.parametrize(
    ("forwarded", "address", "scheme"),
    [
        ("for=203.0.113.7;proto=https", "203.0.113.7", "https"),
        ('for="[2001:db8::7]:4711"', "2001:db8::7", "http"),
        ("for=6.6.6.6, for=203.0.113.7;proto=https, for=10.0.0.1", "203.0.113.7", "https"),
        ("for=_hidden", "127.0.0.1", "http"),
    ],
)
def test_forwarded(forwarded: str, address: str, scheme: str) -> None:
    scope = seen("127.0.0.1", forwarded=forwarded, x_forwarded_for="6.6.6.6")
    assert (scope["client"][0], scope["scheme"]) == (address, scheme)


def test_whether_anything_stands_between_is_known() -> None:
    assert seen("127.0.0.1", Proxies())["musfuse.direct"]
    assert not seen("127.0.0.1", Proxies(), x_forwarded_for="1.2.3.4")["musfuse.direct"]
    assert not seen("127.0.0.1", Proxies(), via="1.1 nginx")["musfuse.direct"]
    assert seen("127.0.0.1")["musfuse.proxied"]
    assert not seen("203.0.113.9")["musfuse.proxied"]
