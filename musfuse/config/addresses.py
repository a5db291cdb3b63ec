"""Addresses to listen at, as people write them."""

from collections.abc import Callable

_PORTS = 65_535


def host_and_port(text: str) -> tuple[str, int]:
    """What HOST:PORT says; an IPv6 address stands in brackets, port 0 is any that is free. Raises ValueError."""
    host, _, port = text.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    is_host = bool(bare) and not set(bare) & set("[]") and (":" in bare) == (bare != host)
    if not is_host or not (port.isascii() and port.isdigit()) or int(port) > _PORTS:
        raise ValueError(text)
    return bare, int(port)


def address_like(example: str) -> Callable[[str], str | None]:
    """A check for addresses that may be empty; it shows an example."""

    def check(text: str) -> str | None:
        try:
            if text:
                host_and_port(text)
        except ValueError:
            return f"must be an address and a port, such as {example}, or empty"
        return None

    return check
