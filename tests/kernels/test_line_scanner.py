"""What the line scanner sees in single lines, and that it sees the same however text is cut."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest

from latentcli.corpus.sights import SIGHTS
from latentcli.kernels import LineScanner

SEEN = [
    ("replacement-characters", "a lost \ufffd character"),
    ("mojibake", "the cafÃ© is closed"),
    ("mojibake", "itâ€™s closed"),
    ("mojibake", "â€œquotedâ€\x9d"),
    ("mojibake", "Ð¿Ñ€Ð¸Ð²ÐµÑ‚"),
    ("mojibake", "Â£ 5"),
    ("c1-controls", "smart \x93quotes\x94"),
    ("control-characters", "a \x07 bell"),
    ("control-characters", "deleted \x7f"),
    ("invisible-characters", "zero\u200bwidth"),
    ("invisible-characters", "a mark \ufeff inside"),
    ("soft-hyphens", "hy\u00adphen"),
    ("decomposed", "cafe\u0301"),
    ("composed", "café"),
    ("html-tags", "a line<br>break"),
    ("html-tags", "</P>"),
    ("html-tags", 'see <a href="x">here</a>'),
    ("html-tags", "<br/>"),
    ("html-tags", "<!-- hidden -->"),
    ("html-entities", "black &amp; white"),
    ("html-entities", "&#233;t&#xe9;"),
    ("wiki-markup", "the [[house]] of"),
    ("wiki-markup", "{{Infobox person}}"),
    ("wiki-markup", "'''bold''' words"),
    ("wiki-markup", "== History =="),
    ("latex", r"as \cite{knuth} says"),
    ("latex", r"\begin{document}"),
    ("urls", "see http://example.org/x for more"),
    ("urls", "see www.example.org"),
    ("email-addresses", "write to jo.doe@mail.example.org now"),
    ("quoted-lines", "> said she"),
    ("quoted-lines", ">>> deep"),
    ("quoted-lines", "JD> said she"),
    ("quoted-lines", "  |> said she"),
    ("quote-introducers", "In article <123@x.com> joe@x.com (Joe) writes:"),
    ("quote-introducers", "On Monday, Joe <joe@x.com> wrote:"),
    ("overlong-words", "a" * 257),
    ("overlong-words", "short words and " + "x1" * 200 + " more"),
]  # fmt: skip

UNDEFINED = (0x81, 0x8D, 0x8F, 0x90, 0x9D)  # in Windows-1252

NOT_SEEN = [
    "ordinary words, with a dash - and a colon: so.",
    "if a < b and c > d then e <= f",
    "an address like <joe> or <i am> is no tag, nor is <b or c",
    "AT&T and R&B; salt&pepper",
    "C:\\temp\\new and \\n",
    "array[i] = {1} and it's 'so' or ''quoted''",
    "==== ==== ====",
    "T=H=I=S",
    "NÃO SE FAZ ASSIM “PÃO”",
    "»Spaß« und „Spaß“ – groß…",
    "ÅNGSTRÖM ÄÖÜ ÉÈÊ À “ÇA” ÎLE",
    "a -> b => c",
    "at 5 @ 3 each, @handle",
    "he writes: nothing",
    "a" * 256,
    "word " * 100,
    "漢字" * 300,
    "tab\tand form feed\f",
]


def scanned(text: str | bytes, form: str = "file", cuts: list[int] | None = None) -> LineScanner:
    data = text.encode() if isinstance(text, str) else text
    scanner = LineScanner(5)
    scanner.begin(form)
    places = [0, *(cuts or []), len(data)]
    for first, last in zip(places, places[1:], strict=False):
        scanner.feed(data[first:last], last == len(data) and first != last)
    if not data:
        scanner.feed(b"", True)
    return scanner


def seen(scanner: LineScanner) -> dict[str, tuple[int, int, list[tuple[int, int, bytes]]]]:
    return {
        name: found for name, found in zip(SIGHTS, scanner.seen(), strict=True) if found[0]
    }  # fmt: skip


@pytest.mark.parametrize(("sight", "line"), SEEN)
@pytest.mark.parametrize("form", ["file", "lines", "paragraphs"])
def test_a_fault_is_seen_on_its_line(sight: str, line: str, form: str) -> None:
    found = seen(scanned(f"one\ntwo words\n{line}\nthree\n", form))
    assert found[sight][:2] == (1, 1)
    assert [(file, number) for file, number, _ in found[sight][2]] == [(0, 3)]


@pytest.mark.parametrize("line", NOT_SEEN)
def test_what_is_no_fault_is_not_seen(line: str) -> None:
    assert set(seen(scanned(f"one\ntwo words\n{line}\nthree\n"))) <= {"composed"}


def test_utf8_read_as_windows_1252_is_seen_and_the_text_itself_is_not() -> None:
    for text in ("déjà vu à l'été", "Größe, Äpfel, Übung", "“quoted” – it’s", "año ¿qué?"):
        assert set(seen(scanned(text))) <= {"composed"}
        garbled = "".join(
            bytes([byte]).decode("latin-1" if byte in UNDEFINED else "cp1252")
            for byte in text.encode()
        )  # fmt: skip
        assert "mojibake" in seen(scanned(garbled)), garbled


def test_mail_is_taken_for_mail() -> None:
    text = "From: a@b.org\nSubject: Re: gardens\nLines: 3\n\nwords\n-- \nJoe\n"
    found = seen(scanned(text))
    assert found["mail-headers"][0] == 3
    assert found["mail-headers"][2][0][:2] == (0, 1)
    assert found["signatures"][2][0][:2] == (0, 6)
    assert "mail-headers" not in seen(scanned("HAMLET: To be\nOPHELIA: My lord\n\n"))


def test_hyphenation_is_seen_where_the_word_begins() -> None:
    found = seen(scanned("one exam-\nple of this\nand a dash -\nhere, and Mary-\nAnn\n"))
    assert found["hyphenation"][0] == 1
    assert found["hyphenation"][2] == [(0, 1, b"exam-|ple")]


@pytest.mark.parametrize("end", ["\u00ac", "\u2010", "\u00ad"])
def test_other_hyphens_part_words_too(end: str) -> None:
    assert seen(scanned(f"one exam{end}\nple of this\n"))["hyphenation"][0] == 1


def test_encoded_blocks_are_seen_from_their_second_or_third_line_on() -> None:
    base64 = "VGhpcyBpcyBhIHRlc3Qgb2YgdGhlIGJhc2U2NCBhbHBoYWJldCBhbmQgbm90aGluZyBlbHNlIHRoYW4K"[:76]
    assert seen(scanned(f"{base64}\n{base64}\n{base64}\n"))["encoded-blocks"][0] == 2
    uu = "M" + "".join(chr(33 + i % 60) for i in range(60))
    assert seen(scanned(f"begin 644 x\n{uu}\n{uu}\n{uu}\n{uu}\n"))["encoded-blocks"][0] == 2


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_cut_of_the_text_makes_no_difference(end: str) -> None:
    draw = random.Random(1)
    lines = [line for _, line in SEEN] + NOT_SEEN + [""] * 10 + ["exam-", "ple"]
    draw.shuffle(lines)
    data = end.join(lines).encode()
    for form in ("file", "lines", "paragraphs"):
        whole = scanned(data, form).seen()
        for n in (1, 3, 40):
            cuts = sorted(draw.sample(range(1, len(data)), n))
            assert scanned(data, form, cuts).seen() == whole


def test_line_ends_make_no_difference() -> None:
    text = "\n".join(line for _, line in SEEN)
    plain = scanned(text).seen()
    assert scanned(text.replace("\n", "\r\n")).seen() == plain
    assert scanned(text.replace("\n", "\r")).seen() == plain


def test_a_line_of_many_megabytes_is_seen_in_pieces() -> None:
    data = b"word " * 500_000 + b"caf\xc3\x83\xc2\xa9 " + b"word " * 300_000
    found = seen(scanned(data, cuts=list(range(1 << 20, len(data), 1 << 20))))
    assert found["mojibake"][2][0][:2] == (0, 1)
    assert set(found) == {"mojibake"}


def test_lines_repeated_across_documents_are_those_that_a_counter_finds() -> None:
    draw = random.Random(2)
    scanner, counter = LineScanner(3), Counter[str]()
    for _ in range(200):
        lines = [f"the common line number {int(draw.paretovariate(0.6))}" for _ in range(30)]
        counter.update(set(lines))
        scanner.begin("file")
        scanner.feed("\n".join(f"  {line} " for line in lines).encode(), True)
    found = {text.decode(): documents for documents, _, _, _, text in scanner.repeated(3)}
    assert found == {line: n for line, n in counter.items() if n >= 3}
    assert scanner.floor == 0


def test_in_little_room_the_widespread_lines_are_still_found() -> None:
    """Lossy counting undercounts by at most ``floor``."""
    draw = random.Random(3)
    scanner, counter = LineScanner(3, 1 << 10), Counter[str]()
    for document in range(300):
        lines = [f"this line stands in document {document} {draw.random()}" for _ in range(20)]
        lines += [f"the notice of licence number {i}" for i in range(3)]
        counter.update(set(lines))
        scanner.begin("file")
        scanner.feed("\n".join(lines).encode(), True)
    found = {text.decode(): documents for documents, _, _, _, text in scanner.repeated(20)}
    assert scanner.floor > 0
    assert set(found) == {f"the notice of licence number {i}" for i in range(3)}
    assert all(counter[line] - scanner.floor <= n <= counter[line] for line, n in found.items())


def test_texts_are_placed_by_the_lines_given() -> None:
    scanner = LineScanner(5)
    text = b"one <br> two\n caf\xc3\x83\xc2\xa9 \n x &amp; y "
    starts = np.array([0, 13, 25], np.uint64)
    files, lines = np.array([0, 0, 1], np.uint32), np.array([4, 9, 2], np.uint64)
    scanner.texts(text, starts, files, lines)
    scanner.end()
    found = {name: [p[:2] for p in places] for name, (_, _, places) in seen(scanner).items()}
    assert found == {"html-tags": [(0, 4)], "mojibake": [(0, 9)], "html-entities": [(1, 2)]}


def test_arrays_that_do_not_fit_are_refused() -> None:
    one = np.array([0], np.uint64)
    with pytest.raises(ValueError, match="in the text"):
        LineScanner(3).texts(b"", np.array([5], np.uint64), np.zeros(1, np.uint32), one)
    with pytest.raises(ValueError, match="no form"):
        LineScanner(3).begin("verse")
