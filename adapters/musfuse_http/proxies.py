"""Who asks, where a proxy stands between: its word counts where it is trusted, and nobody else's.

RFC 7239 (Forwarded), and the X-Forwarded-For, -Proto and -Host that came before it. Of a chain of proxies the last
address counts that no trusted one of them has: whatever stands before that, anybody may have written.
"""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from musfuse_http.asgi import Scope

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_PAIR = re.compile(r'\s*([A-Za-z]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;,"\s]+)\s*(?:;|$)')
_PORT = re.compile(r":\d+$")
_HOST = re.compile(r"[A-Za-z0-9.\-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?")
_HEADERS = (b"forwarded", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-real-ip", b"via")


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies that are trusted."""

    trusted: Sequence[Network] = ()

    def trusts(self, address: str) -> bool:
        """Whether an address is one of theirs."""
        try:
            found = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        return any(found in network for network in self.trusted)

    def see_through(self, scope: Scope) -> None:
        """Have a request say who asks. `musfuse.proxied` tells whether a trusted proxy stands between, `musfuse.direct`
        whether nothing says that any proxy does."""
        headers = scope["headers"]
        scope["musfuse.direct"] = not any(name in _HEADERS for name, _ in headers)
        client = scope.get("client")
        scope["musfuse.proxied"] = proxied = client is not None and self.trusts(client[0])
        if not proxied or client is None:
            return
        told = dict[bytes, str]()
        for name, value in headers:  # several lines of one name are one list (RFC 9110 §5.3)
            if name in _HEADERS:
                told[name] = ", ".join(filter(None, (told.get(name), value.decode("latin-1"))))
        addresses, scheme, host = _forwarded(told) if b"forwarded" in told else _x_forwarded(told)
        scope["client"] = (self._asker(addresses, client[0]), 0)
        if scheme in ("http", "https"):
            scope["scheme"] = scheme
        if host and _HOST.fullmatch(host):
            scope["headers"] = [*((n, v) for n, v in headers if n != b"host"), (b"host", host.encode("ascii"))]

    def _asker(self, addresses: Sequence[str], peer: str) -> str:
        """The last address that no trusted proxy has."""
        last = peer
        for address in reversed(addresses):
            try:
                ipaddress.ip_address(address)
            except ValueError:  # `unknown`, or made up: who told it knows no better
                return last
            last = address
            if not self.trusts(address):
                return address
        return last


def _x_forwarded(told: dict[bytes, str]) -> tuple[list[str], str, str]:
    """Addresses in order, the scheme and the host."""
    addresses = [_bare(part) for part in told.get(b"x-forwarded-for", "").split(",") if part.strip()]
    return addresses, _last(told.get(b"x-forwarded-proto", "")).lower(), _last(told.get(b"x-forwarded-host", ""))


def _forwarded(told: dict[bytes, str]) -> tuple[list[str], str, str]:
    """The same of RFC 7239, whose last element the nearest proxy wrote."""
    addresses, scheme, host = list[str](), "", ""
    for element in told[b"forwarded"].split(","):
        pairs = {name.lower(): value.strip('"') for name, value in _PAIR.findall(element)}
        addresses.append(_bare(pairs.get("for", "unknown")))
        scheme, host = pairs.get("proto", scheme).lower(), pairs.get("host", host)
    return addresses, scheme, host


def _bare(text: str) -> str:
    """An address without its port, and an IPv6 one without its brackets."""
    text = text.strip().strip('"')
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return _PORT.sub("", text) if text.count(":") == 1 else text


def _last(text: str) -> str:
    return text.rpartition(",")[2].strip()
