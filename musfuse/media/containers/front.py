"""What stands in front of every kind of file: an ID3v2 tag."""

HEAD_BYTES = 12
"""Bytes by which a format is told."""


def id3v2_length(head: bytes) -> int:
    """Bytes of an ID3v2 tag that a file begins with (ID3v2.4 §3.1), footer included; 0 where there is none."""
    if head[:3] != b"ID3" or len(head) < 10 or any(b & 0x80 for b in head[6:10]):
        return 0
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    return 10 + size + (10 if head[5] & 0x10 else 0)
