"""Where messages may go: a table of addresses, and properties over all that carry another."""

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from musfuse_webhooks.addresses import refusal

PUBLIC = ("93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822", "2002:5db8:d822::1")
PRIVATE = (
    "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.9", "100.64.0.1", "::1", "fd12::1", "fec0::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:c0a8:1::1", "198.18.0.1", "::10.0.0.1",
    "::ffff:0:127.0.0.1",
)  # fmt: skip
NEVER = (
    "169.254.169.254", "169.254.0.1", "fe80::1", "fe80::1%eth0", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1", "0.0.0.0", "0.1.2.3", "::", "224.0.0.1", "ff02::1", "255.255.255.255", "240.0.0.1", "fd00:ec2::254",
    "100.100.100.200", "168.63.129.16", "192.0.0.192", "::ffff:100.100.100.200", "::169.254.169.254", "64:ff9b:1::a9fe:a9fe",
    "fd20:ce::254",
)  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_the_internet(address: str) -> None:
    assert refusal(address, False) == refusal(address, True) == ""


@pytest.mark.parametrize("address", PRIVATE)
def test_private_ones_where_it_is_allowed(address: str) -> None:
    assert "--allow-private" in refusal(address, False)
    assert refusal(address, True) == ""


@pytest.mark.parametrize("address", NEVER)
def test_some_never(address: str) -> None:
    assert "no message goes to" in refusal(address, False)
    assert "no message goes to" in refusal(address, True)


@settings(max_examples=200, deadline=None)
@given(inner=st.integers(0, (1 << 32) - 1), allow=st.booleans())
def test_what_carries_an_address_is_no_less_refused(inner: int, allow: bool) -> None:
    plain = refusal(str(ipaddress.IPv4Address(inner)), allow)
    forms = (
        (0xFFFF << 32) | inner,
        (0xFFFF << 48) | inner,
        (0x64FF9B << 96) | inner,
        (0x2002 << 112) | (inner << 80) | 1,
        (0x20010000 << 96) | (0x5DB8D822 << 64) | (inner ^ 0xFFFFFFFF),
    )
    for form in forms:
        carried = refusal(str(ipaddress.IPv6Address(form)), allow)
        assert carried if plain else True, ipaddress.IPv6Address(form)
