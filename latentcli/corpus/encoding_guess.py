"""Which encoding some bytes that are not UTF-8 may be in: a suggestion, not a decision.

Encodings of several bytes a character are told by whether all decodes, and to which script
(cf. Li and Momoi 2001); those of one byte by whether what they make of the bytes looks like words:
letters beside letters of the same script, capitals at their beginning.
"""

from __future__ import annotations

import re
import unicodedata

_LATIN = ("cp1252", "cp1250", "mac_roman", "cp850")
_OTHER = ("cp1251", "koi8_r", "cp866", "mac_cyrillic", "cp1253", "cp1255", "cp1256", "cp874")
_LOW_TRAIL = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xa0]")
_ENOUGH = 0.6
_ENOUGH_BYTES = 10  # to tell of a script that is not Latin
_USUAL = 0.15  # what Windows-1252 has the advantage of


def likely_encoding(sample: bytes) -> str | None:
    """Return Python's name of the likeliest encoding, or None where nothing looks like text.

    >>> likely_encoding("Café, déjà vu, où?".encode("cp1252"))
    'cp1252'
    """
    text = sample.decode("utf-8", "surrogateescape")
    wrong = sum("\udc80" <= c <= "\udcff" for c in text)
    right = sum(c >= "\x80" for c in text) - wrong
    if not wrong:
        return None
    if right > wrong:  # a few bytes in what is UTF-8 otherwise
        text = "".join("e" if "\x80" <= c < "\ud800" or c > "\udfff" else c for c in text)
        sample = text.encode("utf-8", "surrogateescape")
    elif wrong >= _ENOUGH_BYTES and (found := _of_several_bytes(sample)):
        return found
    if _is_hebrew(sample):
        return "cp1255"
    candidates = _candidates(sample) if wrong >= _ENOUGH_BYTES else _LATIN
    scores = {name: _score(sample, name) for name in candidates}
    if candidates[0] == "cp1252":
        scores["cp1252"] += _USUAL
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] >= _ENOUGH else None


def _candidates(sample: bytes) -> tuple[str, ...]:
    high = sum(byte >= 0x80 for byte in sample)
    letters = sum(chr(byte).isalpha() for byte in sample if byte < 0x80)
    # Markup is ASCII in every script; in words, letters beside a high byte are high, too.
    beside = sum(a >= 0x80 and b >= 0x80 for a, b in zip(sample, sample[1:], strict=False))
    return _OTHER + _LATIN if beside * 2 > high or high > letters else _LATIN + _OTHER


def _is_hebrew(sample: bytes) -> bool:
    """Tell whether there are many letters, all where Hebrew has its own, which has no capitals."""
    high = [byte for byte in sample if byte >= 0x80]
    return len(high) > 100 and sum(byte in range(0xE0, 0xFB) for byte in high) > 0.96 * len(high)


def _of_several_bytes(sample: bytes) -> str | None:
    sample = sample[: sample.rfind(b"\n") + 1] or sample
    texts = {
        name: text
        for name in ("cp932", "euc_jp", "cp949", "gb18030", "big5")
        if (text := _decoded(sample, name)) is not None
    }
    for name in ("euc_jp", "cp932"):
        if name in texts and _share(texts[name], "\u3040", "\u30ff") > 0.25:
            return name
    if "cp949" in texts and _share(texts["cp949"], "\uac00", "\ud7a3") > 0.8:
        return "cp949"
    han = {
        name: _share(texts[name], "\u4e00", "\u9fff") for name in ("gb18030", "big5")
        if name in texts
    }  # fmt: skip
    plausible = [name for name, share in han.items() if share > 0.6]
    if len(plausible) == 2:
        low = len(_LOW_TRAIL.findall(sample)) * 10 > sum(byte >= 0x80 for byte in sample)
        return "big5" if low else "gb18030"
    return plausible[0] if plausible else None


def _decoded(sample: bytes, name: str) -> str | None:
    for end in (len(sample), len(sample) - 1):  # the last character may be cut
        try:
            return sample[:end].decode(name)
        except UnicodeDecodeError:
            continue
    return None


def _share(text: str, first: str, last: str) -> float:
    high = [c for c in text if c >= "\x80" and unicodedata.category(c)[0] != "P"]
    return sum(first <= c <= last for c in high) / max(1, len(high))


def _score(sample: bytes, name: str) -> float:
    """Return which share of the high bytes stands as letters do, less those that cannot."""
    text = sample.decode(name, "replace")
    high = good = 0.0
    for i, c in enumerate(text):
        if c < "\x80":
            continue
        high += 1
        before, after = text[i - 1 : i], text[i + 1 : i + 2]
        inside = before.isalpha() and after.isalpha()
        if c == "\ufffd" or unicodedata.category(c) in ("Cc", "Co", "Cn"):
            good -= 1
        elif c.isalpha() or unicodedata.category(c)[0] == "M":
            good += _fit(c, before, after)
        else:
            good += -0.5 if inside or before.isalpha() and before >= "\x80" else 0.4
    return good / max(1, high)


def _fit(letter: str, before: str, after: str) -> float:
    """Return how well a letter stands between its neighbours."""
    neighbours = [c for c in (before, after) if c.isalpha()]
    if not neighbours:
        return 0.5
    if any(_script(c) != _script(letter) for c in neighbours):
        return -0.5
    if letter.isupper() and before.isalpha() and before.islower():
        return -1.0
    return 1.0 if letter.islower() or letter.lower() == letter.upper() else 0.7


def _script(c: str) -> str:
    return unicodedata.name(c, "?").split(" ", 1)[0]
