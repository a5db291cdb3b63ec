"""The text of a cue sheet, whose encoding nobody wrote down."""

import codecs
from collections.abc import Iterable

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_LEGACY = (
    "cp1252",
    "cp1251",
    "cp932",
    "gb18030",
    "big5hkscs",
    "cp949",
    "koi8_r",
    "cp1250",
    "cp1253",
    "cp1254",
    "cp1257",
)
_RARER = frozenset({"cp1250", "cp1254", "cp1257"})
_LAST_RESORT = "cp1252"
_SAMPLE = 64 * 1024


def decode_sheet(raw: bytes, hints: Iterable[str] = (), encoding: str = "") -> tuple[str, str]:
    """(text, name of the encoding); never raises.

    `hints` are names of the folder's files and texts of their tags: the legacy encoding under which the sheet agrees
    with most of them wins, then what charset-normalizer says, then cp1252. `encoding` overrides all but a byte order
    mark.
    """
    for mark, name in _BOMS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(name, "replace"), name
    if encoding:
        return raw.decode(encoding, "replace"), encoding
    wide = _without_mark(raw)
    if wide:
        return raw.decode(wide, "replace"), wide
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    best = _by_hints(raw, hints) or _by_kana(raw) or _by_statistics(raw)
    return raw.decode(best, "replace"), best


def _without_mark(raw: bytes) -> str:
    """The encoding of UTF-16 without a byte order mark, told by the zeros in every other byte of the ASCII keywords; ''
    for other text."""
    head = raw[:200]
    if len(head) < 8 or b"\0" not in head:
        return ""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > len(head) // 4 and even < odd // 4:
        return "utf-16-le"
    return "utf-16-be" if even > len(head) // 4 and odd < even // 4 else ""


def _by_hints(raw: bytes, hints: Iterable[str]) -> str:
    """The encoding under which most bytes of the hints that are no ASCII stand in the sheet; '' where none does."""
    wanted = {hint for hint in hints if len(hint) > 1 and not hint.isascii()}
    scores: dict[str, int] = {}
    for encoding in _LEGACY:
        for hint in wanted:
            try:
                coded = hint.encode(encoding)
            except UnicodeEncodeError:
                continue
            if coded in raw:
                scores[encoding] = scores.get(encoding, 0) + sum(not c.isascii() for c in hint)
    if not scores:
        return ""
    ranked = sorted(scores, key=lambda encoding: -scores[encoding])
    return next((encoding for encoding in ranked if _decodes(raw, encoding)), "")


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _by_kana(raw: bytes) -> str:
    """Japanese (cp932) where a third of the letters that are no ASCII are kana, since no other reading of such bytes
    yields them; '' elsewhere."""
    try:
        letters = [char for char in raw[:_SAMPLE].decode("cp932") if not char.isascii()]
    except UnicodeDecodeError:
        return ""
    kana = sum("\u3041" <= char <= "\u30ff" for char in letters)
    return "cp932" if kana * 3 >= len(letters) else ""


def _by_statistics(raw: bytes) -> str:
    """What charset-normalizer says; of western encodings, which a letter or two tell apart, the usual one."""
    from charset_normalizer import from_bytes

    found = [m for m in from_bytes(raw[:_SAMPLE], cp_isolation=list(_LEGACY)) if _decodes(raw, m.encoding)]
    if not found:
        return _LAST_RESORT
    best = found[0]
    if best.encoding in _RARER and any(m.encoding == "cp1252" and m.chaos <= best.chaos + 0.05 for m in found):
        return "cp1252"
    return str(best.encoding)
