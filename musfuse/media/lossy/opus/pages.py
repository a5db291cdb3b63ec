"""The segment of an Opus file that holds its audio: pages, made of packets as they are asked for."""

from musfuse.media.lossy.opus.stream import PACKET, PRE_SKIP, RATE, RUN, OpusStream
from musfuse.media.lossy.runs import Runs
from musfuse.media.retag.oggpages import LAST, make_page

_NEAR_BYTES = 2 << 20


class OpusPages:
    """The pages of a stream, numbered from `first`, with the packets of `runs`. `rate` and `total` are the original's:
    samples a second, and how many there are."""

    def __init__(self, stream: OpusStream, runs: Runs, serial: int, first: int, rate: int, total: int) -> None:
        self._stream, self._runs, self._serial, self._first = stream, runs, serial, first
        self._rate, self._total = rate, total
        self._expected = 0

    @property
    def length(self) -> int:
        return self._stream.length

    def read(self, offset: int, size: int) -> bytes:
        """The bytes asked for; costs the runs that they lie in. Raises MediaError, OriginError."""
        if size <= 0:
            return b""
        stream = self._stream
        first, last = offset // stream.page_bytes, (offset + size - 1) // stream.page_bytes
        if offset and offset == self._expected:
            self._runs.go_on(last * stream.page_packets // RUN)
        self._expected = offset + size
        data = b"".join(self._page(page) for page in range(first, last + 1))
        start = offset - first * stream.page_bytes
        return data[start : start + size]

    def describe(self) -> str:
        stream = self._stream
        return f"{stream.packets} Opus packets of 20 ms, {stream.bitrate // 1000} kbit/s, made on request"

    def sample_at(self, offset: int) -> int:
        """The sample of the original that byte `offset` of this segment stands for, spread evenly within its page."""
        if offset >= self.length:
            return self._total
        stream = self._stream
        page, within = divmod(offset, stream.page_bytes)
        packets = stream.packets_of(page)
        place = packets.start * PACKET + len(packets) * PACKET * within // stream.page_bytes
        return min(max(0, place - PRE_SKIP) * self._rate // RATE, self._total)

    def close(self) -> None:
        self._runs.close()

    def _page(self, page: int) -> bytes:
        stream = self._stream
        packets = stream.packets_of(page)
        run, within = divmod(packets.start, RUN)
        start = within * stream.packet_bytes
        body = self._runs.get(run)[start : start + len(packets) * stream.packet_bytes]
        flags = LAST if page == stream.pages - 1 else 0
        return make_page(
            flags, stream.granule(page), self._serial, self._first + page, stream.lacing(len(packets)), body
        )
