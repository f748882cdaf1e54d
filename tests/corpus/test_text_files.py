"""Files whose documents the native encoder finds, against readers and encoder in plain Python."""

from __future__ import annotations

import gzip
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from latentcli.corpus import decoding, encoder, reference
from latentcli.corpus.ahead import ahead
from latentcli.corpus.decoding import checked_encoding
from latentcli.corpus.documents import Document
from latentcli.corpus.encoded import Encoded
from latentcli.corpus.encoder import encode, encode_files
from latentcli.corpus.readers import ReaderSettings, lines, read_documents, read_text
from latentcli.corpus.sources import Fingerprint, Source, find_sources
from latentcli.corpus.text_writer import TextWriter
from latentcli.corpus.tokenizers import TokenizerSettings, make_tokenizer
from latentcli.errors import InputError

FORMATS = ("lines", "paragraphs", "files")


def outcome(make: Any) -> Encoded | InputError:
    """A corpus, or the error in its place."""
    try:
        found: Encoded = make()
    except InputError as error:
        return error
    return found


def assert_same(found: Encoded | InputError, expected: Encoded | InputError) -> None:
    """Every array to the byte, or the same error."""
    if isinstance(found, InputError) or isinstance(expected, InputError):
        assert repr(found) == repr(expected)
        return
    assert found.overlong_words == expected.overlong_words
    a, b = found.corpus, expected.corpus
    pairs = [(getattr(a, n), getattr(b, n)) for n in ("token_ids", "offsets", "break_offsets")]
    pairs += [
        (getattr(a.vocabulary, name), getattr(b.vocabulary, name))
        for name in ("term_counts", "document_counts")
    ]
    assert (a.labels is None) == (b.labels is None)
    strings = [(a.vocabulary.words, b.vocabulary.words), (a.document_ids, b.document_ids)]
    for one, other in strings + ([(a.labels, b.labels)] if a.labels and b.labels else []):
        pairs += [
            (getattr(one, n), getattr(other, n)) for n in ("text", "offsets", "hashes", "rows")
        ]
    for one, other in pairs:
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)


def assert_text_kept(found: Encoded, documents: list[Document], joint: str) -> None:
    """Each document's text is what its reader gave; marks count the tokens before them."""
    corpus = found.corpus
    store = corpus.text
    assert store is not None and len(store.starts) == len(store.ends) == corpus.n_docs
    pieces: list[list[str]] = []
    for document in documents:
        if not document.continued:
            pieces.append([])
        pieces[-1].append(document.text)
    kept = [store.document(i) for i in range(corpus.n_docs)]  # a reader ends the last line itself
    assert [text.removesuffix("\n") for text in kept] == [
        joint.join(texts).removesuffix("\n") for texts in pieces
    ]
    tokenize = make_tokenizer(corpus.tokenizer).tokenize
    begun = zip(corpus.offsets.tolist(), store.starts.tolist(), strict=False)
    places = sorted([*begun, *map(tuple, store.marks.tolist())], key=lambda place: place[::-1])
    for (token, place), (next_token, next_place) in pairwise(places):
        text = store.between(place, next_place)
        if all(len(word) < lines.PIECE_CHARACTERS for word in text.split()):  # else they are cut
            assert len(tokenize(text)) == next_token - token


def compare(
    sources: list[Source],
    reader: ReaderSettings,
    threads: tuple[int, ...] = (1, 3),
    tokenizer: TokenizerSettings | None = None,
) -> Encoded | InputError:
    """Encode in plain Python, by documents and by files; return what came of it."""
    tokenizer = tokenizer or TokenizerSettings()
    with TemporaryDirectory() as name:
        scratch = Path(name)

        def documents() -> Any:
            return read_documents(sources, reader)

        with TextWriter(scratch) as text:
            expected = outcome(
                lambda: reference.encode(documents(), tokenizer, scratch, keeping=text)
            )
        if isinstance(expected, Encoded):
            assert_text_kept(expected, list(documents()), joint="")
        marks = []
        for n in threads:
            folder = scratch / str(n)
            folder.mkdir()
            with TextWriter(folder) as text:
                found = outcome(
                    lambda n=n, f=folder, t=text: encode(
                        documents(), tokenizer, f, threads=n, text=t
                    )
                )
            assert_same(found, expected)
            if isinstance(found, Encoded):
                assert_text_kept(found, list(documents()), joint=" ")
            with TextWriter(folder) as text, closing(ahead(read_text(sources, reader))) as blocks:
                found = outcome(
                    lambda n=n, f=folder, t=text, b=blocks: encode_files(
                        b, tokenizer, f, threads=n, text=t
                    )
                )
            assert_same(found, expected)
            if isinstance(found, Encoded):
                assert_text_kept(found, list(documents()), joint="")
                assert found.corpus.text is not None
                marks.append(found.corpus.text.marks.tolist())
        assert marks[1:] == marks[:-1]  # whatever the number of threads
        return expected


hostile_bytes = st.lists(
    st.one_of(
        st.sampled_from(
            ["\n", "\r", "\r\n", "\n\n", " ", "\u3000", "\u2028", "\ufeff", "\x1c", "!"]
        ),
        st.sampled_from(
            ["a", "The", "caf\u00e9", "e\u0301", "\u4e2d\u56fd", "\u03a3", "42", "it's"]
        ),
        st.sampled_from([b"\xff", b"\xc3", b"\xe4\xb8", b"\xef\xbb", b"\x01"]),
    ),
    max_size=25,
).map(lambda parts: b"".join(p if isinstance(p, bytes) else p.encode() for p in parts))


@pytest.mark.parametrize("format_", FORMATS)
@settings(max_examples=250, deadline=None)
@given(data=hostile_bytes, chunk=st.integers(1, 30), errors=st.sampled_from(["strict", "replace"]))
@example(data=b"\xef\xbb\xbf\xef\xbb\xbf\n\na", chunk=1, errors="strict")
@example(data=b"a\r\n\r\nb", chunk=2, errors="strict")
def test_hostile_files_give_python_s_arrays_and_errors(
    format_: str, data: bytes, chunk: int, errors: str
) -> None:
    # faults 53, 55, 56 and 58
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "text"
        path.write_bytes(data)
        patch.setattr(decoding, "CHUNK_BYTES", chunk)
        patch.setattr(decoding, "refuse_binary", lambda *_: None)
        patch.setattr(encoder, "_WORTH_A_THREAD", 1)
        source = Source("text", path, "file")
        compare([source], ReaderSettings(format_, encoding=checked_encoding("utf-8", errors)))


unbroken = st.lists(
    st.sampled_from(
        ["ab", "\u4e2d", "\u00e9", "e\u0301", "\U0001f451", "!", "'", " ", "\u3000", "\n"]
    ),
    max_size=60,
).map("".join)


@settings(max_examples=500, deadline=None)
@given(unbroken, st.integers(1, 30), st.integers(3, 12))
def test_text_without_white_space_is_cut_where_python_cuts_it(
    text: str, chunk: int, piece: int
) -> None:
    # fault 54
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "text"
        path.write_bytes(text.encode())
        patch.setattr(decoding, "CHUNK_BYTES", chunk)
        patch.setattr(lines, "PIECE_CHARACTERS", piece)
        patch.setattr(encoder, "PIECE_CHARACTERS", piece)
        patch.setattr(encoder, "_WORTH_A_THREAD", 1)
        compare([Source("text", path, "file")], ReaderSettings("lines"))


line = st.integers(0, 120).map(lambda width: ("word " * 24)[:width].rstrip() + "\n")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.one_of(line, st.just("\n"), st.just(" \u3000\r\n")), max_size=25), st.integers(1, 9)
)
@example([("x" * 70 + "\n") * 1000, "\n", "y " * 30 + "\n"], 9)
def test_hard_wrapped_documents_are_told_as_python_tells_them(
    parts: list[str], kilobytes: int
) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "text"
        path.write_bytes("".join(parts).encode())
        patch.setattr(decoding, "CHUNK_BYTES", kilobytes << 7)
        patch.setattr(encoder, "_WORTH_A_THREAD", 200)
        for format_ in ("paragraphs", "files"):
            compare([Source("text", path, "file")], ReaderSettings(format_))


@pytest.mark.parametrize("unbroken", [False, True])
def test_tokens_of_long_documents_are_marked(unbroken: bool, tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_text(
        "ab, 12 caf\u00e9\u4e2d\u6587 it's\n" * 20_000 if not unbroken else "ab 12 " * 60_000
    )
    sources = [Source("text", path, "file")]
    found = compare(sources, ReaderSettings("files"))
    assert isinstance(found, Encoded)
    with TextWriter(tmp_path) as text:
        native = encode_files(
            read_text(sources, ReaderSettings("files")), TokenizerSettings(), tmp_path, text=text
        )
    assert native.corpus.text is not None
    marks = native.corpus.text.marks
    assert (marks[:, 1] >> np.uint64(16)).tolist() == list(
        range(1, 1 + path.stat().st_size // 65536)
    )


REAL = [
    "nasty/blns.txt", "nasty/gutenberg-98-0.txt.gz", "nasty/gutenberg-2591-0.txt.gz",
    "nonenglish/nltk-indian.zip", "nonenglish/10kgnad_test.csv.gz", "nonenglish/zhwiki-8m.txt.gz",
    "vectors/gensim/crime-and-punishment.txt", "eval/word-sim/simlex-german.txt", "docs/lee.cor",
    "docs/head500.noblanks.cor.gz", "text/text8-first-6.9m.txt.gz", "text/enwiki-10m.txt.gz",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL)
def test_real_files_give_python_s_arrays(name: str, shared_data: Path, tmp_path: Path) -> None:
    sources = find_sources([str(shared_data / name)], tmp_path, None)
    for format_ in FORMATS if "text8" not in name else ("files",):
        compare(sources, ReaderSettings(format_), threads=(1, 2))


@pytest.mark.slow
@pytest.mark.parametrize("errors", ["strict", "replace"])
def test_20_newsgroups_give_python_s_arrays_or_its_error(
    errors: str, shared_data: Path, tmp_path: Path
) -> None:
    # fault 55
    path = shared_data / "labelled/20news-bydate.tar.gz"
    reader = ReaderSettings("files", encoding=checked_encoding("utf-8", errors))
    found = compare(find_sources([str(path)], tmp_path, None), reader, threads=(2,))
    assert isinstance(found, InputError) == (errors == "strict")


@pytest.mark.parametrize("kind", ["whitespace", "characters"])
def test_other_tokenizers_give_python_s_arrays(
    kind: str, shared_data: Path, tmp_path: Path
) -> None:
    sources = find_sources([str(shared_data / "nasty/blns.txt")], tmp_path, None)
    compare(sources, ReaderSettings("lines"), tokenizer=TokenizerSettings(kind))


def test_several_files_and_odd_names_give_python_s_ids(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a\\b", "c\nd.txt")]
    for path in paths:
        path.write_text("one\n\ntwo three\n\n\nfour")
    (tmp_path / "folder").mkdir()
    for i in range(5):
        (tmp_path / "folder" / f"{i}.txt").write_text(f"file {i}\n" * i)
    for inputs in ([*paths], [tmp_path / "folder"], [paths[1], tmp_path / "folder"]):
        sources = find_sources([str(path) for path in inputs], tmp_path, None)
        for format_ in FORMATS:
            compare(sources, ReaderSettings(format_))


def test_an_undecodable_byte_comes_before_damage_behind_it(tmp_path: Path) -> None:
    data = b"good\n" * 300_000 + b"\xff" + bytes(range(32, 127)) * 40_000
    packed = gzip.compress(data, 1)
    path = tmp_path / "cut.gz"
    path.write_bytes(packed[: len(packed) - 20])
    sources = find_sources([str(path)], tmp_path, None)
    found = compare(sources, ReaderSettings("lines"))
    assert isinstance(found, InputError)
    assert "byte 1500000 is not valid" in found.message


def test_every_byte_is_seen_by_the_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"some words\r\n" * 400_000)
    sources = find_sources([str(path)], tmp_path, None)
    seen = Fingerprint()
    for _ in ahead(read_text(sources, ReaderSettings("lines"), seen)):
        pass
    whole = Fingerprint()
    for _ in read_documents(sources, ReaderSettings("lines"), whole):
        pass
    assert seen.hexdigest() == whole.hexdigest()
    assert seen.bytes == 4_800_000
