"""The native encoder against the plain Python tokenizer, character by character and cut by cut."""

from __future__ import annotations

import sys
import unicodedata
import zlib
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from latentcli import kernels
from latentcli.corpus.characters import characters
from latentcli.corpus.tokenizers import MAX_WORD_CHARACTERS, TokenizerSettings, make_tokenizer

TOKENIZERS = [
    TokenizerSettings(),
    TokenizerSettings(keep_case=True),
    TokenizerSettings(keep_numbers=True),
    TokenizerSettings("whitespace"),
    TokenizerSettings("characters"),
]


def encoder(tokenizer: TokenizerSettings = TOKENIZERS[0], **options: Any) -> kernels.Encoder:
    words = make_tokenizer(tokenizer).words
    return kernels.Encoder(
        *characters(),
        lambda piece: [word.encode() for word in words(piece.decode())],
        pieces={"words": "words", "whitespace": "whole", "characters": "ask"}[tokenizer.kind],
        keep_case=tokenizer.keep_case,
        keep_numbers=tokenizer.keep_numbers,
        **{"n_threads": 1, "seed": 1, **options},
    )


def documents(made: kernels.Encoder) -> list[list[str]]:
    """Every document's words, by way of the vocabulary and the renumbering."""
    tokens, stretches = made.take_tokens()
    starts, _, _ = made.take_layout()
    text, offsets, counts, rows = made.vocabulary()
    words = text.tobytes().decode().split("\n")[:-1]
    words = [word.replace("\\\\", "\\") for word in words]
    assert [len(word.encode()) for word in words] == [
        b - a - 1 - word.count("\\") for word, (a, b) in zip(words, pairwise(offsets), strict=True)
    ]
    if len(starts):
        renumbering = kernels.Renumbering(rows, len(counts))
        renumbering.renumber(tokens, 0, stretches, starts)
        found = [words[i] for i in tokens.tolist()]
        limits = [*starts.tolist(), len(found)]
        result = [found[a:b] for a, b in pairwise(limits)]
        contained = Counter(word for document in result for word in set(document))
        assert renumbering.document_counts().tolist() == [contained[word] for word in words]
    else:
        result = []
    counted = Counter(word for document in result for word in document)
    assert counts.tolist() == [counted[word] for word in words]
    assert words == sorted(words, key=lambda word: (-counted[word], word))
    return result


def encoded(data: bytes, cuts: Sequence[int] = (), **options: Any) -> list[list[str]]:
    """The words of each line of some UTF-8, which is fed in blocks and chunks cut anywhere."""
    made = encoder(**options)
    made.begin("lines")
    for i, (a, b) in enumerate(pairwise([0, *sorted(cuts), len(data)])):
        middle = a + (b - a) * (i % 3) // 2
        assert made.feed([data[a:middle], data[middle:b]], last=False) is None
    assert made.feed([], last=True) is None
    return documents(made)


def lines_of(text: str, tokenizer: TokenizerSettings) -> list[list[str]]:
    """The same in plain Python."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not lines[-1]:
        lines.pop()
    return [make_tokenizer(tokenizer).tokenize(line) for line in lines]


@pytest.mark.parametrize("tokenizer", TOKENIZERS[:4])
def test_every_character_there_is_stands_in_words_as_python_says(
    tokenizer: TokenizerSettings,
) -> None:
    words = make_tokenizer(tokenizer).words
    pieces: list[str] = []
    expected: list[list[str]] = []
    for point in range(sys.maxunicode + 1):
        character = chr(point)
        if 0xD800 <= point < 0xE000 or character.isspace():
            continue
        if unicodedata.category(character) in ("Cn", "Co"):
            # In no word, and the same when it is normalised or lower-cased.
            if tokenizer.kind != "words" and point % 64:
                continue
            pieces.append(f"a{character}B")
            small = "B" if tokenizer.keep_case else "b"
            whole = tokenizer.kind == "whitespace"
            expected.append([f"a{character}{small}"] if whole else ["a", small])
            continue
        pieces.append(f"{character} \u03b1{character}'\u0416{character}")
        expected.append([word for piece in pieces[-1].split() for word in words(piece)])
    data = "\n".join(pieces).encode()
    assert encoded(data, tokenizer=tokenizer, n_threads=2) == expected


@pytest.mark.parametrize("space", [c for c in map(chr, range(0x3001)) if c.isspace()])
def test_white_space_is_python_s(space: str) -> None:
    found = encoded(f"one{space}two\u00e9{space}{space}three".encode())
    assert [word for document in found for word in document] == ["one", "two\u00e9", "three"]


# Letters, digits, marks that compose and that do not, Hangul, final sigma, dotted I, Thai, Han,
# joiners and apostrophes, white space, controls, what has no lower case of one character.
ALPHABET = (
    "aBz9' \n\r\t\x00\x1c\x1f\x85\u00a0\u2019\u200c\u200d\u00e9\u0130I\u03a3\u03c3\u0301\u0323"
    "\u0327\u0308\u0345\u0958\u0915\u093c\u094d\u09c7\u09be\u1100\u1161\u11a8\uac00\uac01\u0e01\u0e34"
    "\u4e2d\u3000\u3007\uff76\uff9e\ufb01\u212b\u1e9e\u01c5\u2028\u2160\u0660\u00b2\u1d7d8\U0001f451"
    "\U00010400\U0001d15e\U00020000\U0002f800\u0344\u1e9b\u0390\\"
)
hostile = st.lists(
    st.one_of(
        st.text(ALPHABET, max_size=12),
        st.text(max_size=6),
        st.sampled_from(["\r\n", "word", "don't", "x" * 260, "\u4e2d" * 30, "e\u0301" * 9]),
    ),
    max_size=12,
).map("".join)


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
@settings(max_examples=300, deadline=None)
@given(text=hostile, data=st.data(), n_threads=st.sampled_from([1, 2, 4, 7]))
@example(text="\u0391\u03a3 \u03a3\u0391\u03a3\u0301", data=None, n_threads=2)
@example(text="\u00e9\u0323 \u1eb9\u0301 \u00e9\u0316", data=None, n_threads=1)
def test_hostile_text_gives_python_s_words_however_it_is_cut_and_shared(
    tokenizer: TokenizerSettings, text: str, data: st.DataObject | None, n_threads: int
) -> None:
    text = text.encode("utf-8", "replace").decode()
    raw = text.encode()
    cuts = [] if data is None else data.draw(st.lists(st.integers(0, len(raw)), max_size=5))
    found = encoded(
        raw, cuts, tokenizer=tokenizer, n_threads=n_threads, worth_a_thread=1, remembered_runs=4
    )
    assert found == lines_of(text, tokenizer)


@settings(max_examples=200, deadline=None)
@given(st.lists(hostile, max_size=6), st.sampled_from([1, 3]))
def test_texts_are_documents_whatever_is_in_them(texts: list[str], n_threads: int) -> None:
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    made = encoder(n_threads=n_threads, worth_a_thread=1)
    made.begin("texts")
    lines = [text.encode() + b" \n" for text in texts]
    starts = np.cumsum([0, *map(len, lines)])[:-1].astype(np.uint64)
    made.texts(b"".join(lines), starts, np.zeros(len(texts), np.uint8))
    made.end()
    assert documents(made) == [make_tokenizer(TOKENIZERS[0]).tokenize(text) for text in texts]


@settings(max_examples=500, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [b"a", b" ", b"\n", b"\r", b"\xc3\xa9", b"\xe4\xb8\xad", b"\xf0\x9f\x91\x91", b"\xff"]
            + [b"\xc3", b"\xe0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80", b"\xf0\x9f"]
        ),
        max_size=30,
    ).map(b"".join),
    st.lists(st.integers(0, 60), max_size=4),
    st.sampled_from([1, 3]),
)
def test_the_first_byte_that_is_not_utf_8_is_found_with_its_line(
    data: bytes, cuts: list[int], n_threads: int
) -> None:
    expected: tuple[int, int] | None = None
    try:
        data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        expected = before.count(b"\n"), error.start
    made = encoder(n_threads=n_threads, worth_a_thread=1)
    made.begin("paragraphs")
    limits = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    found = None
    for a, b in pairwise(limits):
        found = found or made.feed([data[a:b]], last=False)
    assert (found or made.feed([], last=True)) == expected


def test_words_are_overlong_by_their_characters() -> None:
    for word in ("x", "\u00e9", "\u0416\u0323"):
        most = word * MAX_WORD_CHARACTERS
        made = encoder(TokenizerSettings(keep_numbers=True))
        made.begin("lines")
        text = f"{most[:MAX_WORD_CHARACTERS]} {most}{word} {most}{word} 1"
        assert made.feed([text.encode()], last=True) is None
        assert made.overlong == 2
        assert documents(made) == [[most[:MAX_WORD_CHARACTERS].lower(), "1"]]


def test_words_of_one_hash_place_and_of_every_length_are_told_apart() -> None:
    words = [chr(97 + i % 26) * (1 + i // 26) for i in range(26 * 60)]
    words += [f"{word[:-1]}z" for word in words if len(word) > 15]
    text = " ".join(words * 2)
    for seed in range(3):
        [found] = encoded(text.encode(), seed=seed)
        assert found == words * 2


def test_what_python_raises_for_a_hard_piece_is_raised() -> None:
    def ask(piece: bytes) -> list[bytes]:
        raise ZeroDivisionError(piece)

    for n_threads in (1, 3):
        made = kernels.Encoder(
            *characters(),
            ask,
            pieces="words",
            keep_case=False,
            keep_numbers=False,
            n_threads=n_threads,
            seed=1,
            worth_a_thread=1,
        )
        made.begin("lines")
        with pytest.raises(ZeroDivisionError):
            made.feed(["plain words \u03a3 \u03a3".encode()], last=True)


def test_sizes_are_checked() -> None:
    table = characters()
    with pytest.raises(ValueError, match="wrong size"):
        kernels.Encoder(
            table.properties[:-1],
            table.lower,
            lambda piece: [],
            pieces="words",
            keep_case=False,
            keep_numbers=False,
            n_threads=1,
            seed=1,
        )
    made = encoder()
    made.begin("texts")
    for starts in ([3], [0, 1], [0, 0], [9]):
        with pytest.raises(ValueError, match="documents must begin"):
            made.texts(b"a b\n", np.array(starts, np.uint64), np.zeros(len(starts), np.uint8))
    with pytest.raises(ValueError, match="not UTF-8"):
        made.texts(b"\xff\n", np.zeros(1, np.uint64), np.zeros(1, np.uint8))
    renumbering = kernels.Renumbering([np.zeros(2, np.uint32)], 1)
    tokens, starts = np.array([0, 2], np.uint32), np.zeros(1, np.uint64)
    for stretches, message in (([2, 0], "no row"), ([1, 0], "not all"), ([2, 1], "does not fit")):
        with pytest.raises(ValueError, match=message):
            renumbering.renumber(tokens, 0, np.array(stretches, np.uint64), starts)
    with pytest.raises(TypeError):  # what is written would go to a converted copy
        renumbering.renumber(np.array([0, 1]), 0, np.array([2, 0], np.uint64), starts)


@given(st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"")), max_size=30))
def test_lines_are_indexed_by_zlib_s_checksum(lines: list[bytes]) -> None:
    text = np.frombuffer(b"".join(line + b"\n" for line in lines), np.uint8)
    offsets = np.cumsum([0, *(len(line) + 1 for line in lines)]).astype(np.uint64)
    hashes, rows = kernels.index_lines(text, offsets)
    expected = sorted((zlib.crc32(line), row) for row, line in enumerate(lines))
    assert list(zip(hashes.tolist(), rows.tolist(), strict=True)) == expected


def test_numbers_are_written_as_lines() -> None:
    numbers = np.array([0, 1, 99, 2**64 - 1], np.uint64)
    text, offsets = kernels.number_lines(b"a:", numbers)
    assert text.tobytes() == b"".join(b"a:%d\n" % number for number in numbers.tolist())
    assert offsets.tolist() == [0, 4, 8, 13, len(text)]
