"""Which addresses messages may go to: whoever sets a webhook must not reach with it what this machine alone reaches.

Never: link-local addresses, and those at which clouds hand out credentials. Only where it is allowed: addresses that
are not of the public internet. What carries an IPv4 address inside is that address.
"""

import ipaddress

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_TRANSLATED = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96")))
"""Those that a translator makes packets of IPv4 of (RFC 6052, 8215, 2765)."""
_COMPATIBLE = ipaddress.IPv6Network("::/96")
_METADATA = frozenset(
    map(
        ipaddress.ip_address,
        ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254"),
    )
)
"""Where clouds answer with credentials, beside the link-local 169.254.169.254: Alibaba, Azure, Oracle, AWS, Google."""


def refusal(address: str, allow_private: bool) -> str:
    """Why nothing is sent to an address, '' where something may be. Raises ValueError for what is none."""
    outer = ipaddress.ip_address(address.partition("%")[0])
    inner = _inner(outer)
    if any(_is_forbidden(found) for found in (outer, *inner)):
        return f"{outer} is an address that no message goes to"
    if not allow_private and not all(_is_public(found) for found in inner or (outer,)):
        return f"{outer} is a private address; add the webhook with --allow-private where that is meant"
    return ""


def _is_forbidden(address: IpAddress) -> bool:
    return (
        address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address in _METADATA
        or (isinstance(address, ipaddress.IPv4Address) and (address.is_reserved or int(address) >> 24 == 0))
    )


def _is_public(address: IpAddress) -> bool:
    return address.is_global and not (isinstance(address, ipaddress.IPv6Address) and address.is_site_local)


def _inner(address: IpAddress) -> tuple[ipaddress.IPv4Address, ...]:
    """The IPv4 addresses that one of IPv6 leads to."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in _TRANSLATED) or (address in _COMPATIBLE and int(address) > 1):
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return tuple(inner for inner in found if inner is not None)
