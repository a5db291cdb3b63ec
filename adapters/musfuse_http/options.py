"""Options of HTTP. Nothing of HTTP is imported here."""

import ipaddress
from dataclasses import dataclass

from musfuse.config.addresses import address_like
from musfuse.config.option import at_least, option
from musfuse.config.sections import Section

DEFAULT_LISTEN = "127.0.0.1:4533"


def _networks(text: str) -> str | None:
    try:
        networks(text)
    except ValueError:
        return "must be addresses or networks with commas between, such as 127.0.0.1, 10.0.0.0/8, or empty"
    return None


def networks(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """The networks that a text names, with commas between; an address is a network of one. Raises ValueError."""
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """HTTP, which `musfuse serve` serves where the extra `server` is installed."""

    enabled: bool = option(True, "have `musfuse serve` serve HTTP")
    listen: str = option(
        DEFAULT_LISTEN, "where HTTP is served; port 0 is any that is free", address_like(DEFAULT_LISTEN)
    )
    certificate: str = option("", "file with the certificate for TLS, and those above it (PEM); empty: no TLS")
    key: str = option("", "file with its private key (PEM)")
    trusted_proxies: str = option(
        "", "proxies whose word on who asks is taken (X-Forwarded-For, Forwarded), such as 127.0.0.1, 10.0.0.0/8",
        _networks,
    )  # fmt: skip
    auth_header: str = option(
        "", "header in which a trusted proxy names the user that it let in, such as Remote-User; empty: none"
    )
    connections: int = option(2000, "connections at the same time; more are answered 503", at_least(1), "connections")
    readers: int = option(16, "reads of files at the same time", at_least(1), "threads")
    threads: int = option(
        8, "requests that are worked on at the same time, beside reads of files", at_least(1), "threads"
    )


HTTP = Section("http", HttpOptions)
