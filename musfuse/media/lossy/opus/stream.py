"""Where each packet and page of an Opus file stands, by arithmetic (RFC 6716, RFC 7845).

A packet depends on all that the encoder heard before: at 64 kbit/s and more for less than 25 packets (measured: 660 of
660 packets the same after so many), at less for longer than anybody would want to wait. So the stream is defined as
runs: each is what a fresh encoder makes that heard `PREROLL` packets before, which are thrown away.
"""

from array import array
from dataclasses import dataclass
from functools import cached_property

RATE = 48_000
"""Samples a second, of each channel, whatever the original has (RFC 7845 §5.1)."""
PACKET = 960
"""Samples of a packet: 20 ms."""
DELAY = 312
"""Samples by which libopus's packets are late (6.5 ms)."""
PRE_SKIP = 3840
"""Samples that players decode and drop (80 ms): the encoder begins so long before the track, with the sound going
on backwards, so that nothing of how it begins is heard in it, and tracks that follow each other join."""
LEAD = PRE_SKIP - DELAY
"""Samples that the encoder hears before the track begins."""
RUN, PREROLL = 400, 25
_MOST_PACKETS = 50
"""Packets of a page: a second, as RFC 7845 §6 has it at most."""
_MOST_RATE = 256
"""kbit/s that libopus takes of a channel."""
_LACING, _PAGE_HEAD = 255, 27


@dataclass(frozen=True)
class OpusStream:
    """An Opus stream of a track that has `samples` samples of 48 kHz, at `kbps` kbit/s for one or two channels, and so
    much for each pair of more."""

    channels: int
    kbps: int
    samples: int

    @property
    def bitrate(self) -> int:
        """Bits a second."""
        return min(self.kbps * max(2, self.channels) // 2, _MOST_RATE * self.channels) * 1000

    @property
    def packet_bytes(self) -> int:
        """Bytes of each packet: those of its bitrate in 20 ms, rounded as libopus does."""
        return (self.bitrate + 200) // 400

    @property
    def packets(self) -> int:
        """How many packets there are."""
        return -(-(PRE_SKIP + self.samples) // PACKET)

    @cached_property
    def page_packets(self) -> int:
        """Packets of each page but the last one: so many that runs are of whole pages."""
        most = min(_MOST_PACKETS, _LACING // self._values)
        return next(count for count in range(most, 0, -1) if RUN % count == 0)

    @property
    def pages(self) -> int:
        """How many pages of audio there are."""
        return -(-self.packets // self.page_packets)

    @property
    def page_bytes(self) -> int:
        """Bytes of each page but the last one."""
        return self._bytes_of(self.page_packets)

    @property
    def length(self) -> int:
        """Bytes of all pages of audio."""
        return (self.pages - 1) * self.page_bytes + self._bytes_of(self.packets - (self.pages - 1) * self.page_packets)

    @property
    def runs(self) -> "array[int]":
        """Bytes of the packets of each run."""
        whole, left = divmod(self.packets, RUN)
        return array("I", (RUN * self.packet_bytes,)) * whole + array("I", (left * self.packet_bytes,) if left else ())

    def packets_of(self, page: int) -> range:
        """The packets of a page, by their numbers."""
        first = page * self.page_packets
        return range(first, min(first + self.page_packets, self.packets))

    def granule(self, page: int) -> int:
        """The position at which a page ends (RFC 7845 §4); the last one's says where the track ends."""
        return min(self.packets_of(page).stop * PACKET, PRE_SKIP + self.samples)

    def lacing(self, packets: int) -> bytes:
        """The lacing values of so many packets."""
        return (b"\xff" * (self._values - 1) + bytes((self.packet_bytes % _LACING,))) * packets

    @property
    def _values(self) -> int:
        return self.packet_bytes // _LACING + 1

    def _bytes_of(self, packets: int) -> int:
        return _PAGE_HEAD + packets * (self._values + self.packet_bytes)
