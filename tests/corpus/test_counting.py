"""Native counting in batches, held to the plain Python counting of all documents at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from latentcli.corpus import counting, decoding, encoder
from latentcli.corpus.counting import Counted, counted_files, counted_texts
from latentcli.corpus.counts import count_documents
from latentcli.corpus.documents import Document
from latentcli.corpus.readers import ReaderSettings, read_documents, read_text
from latentcli.corpus.sources import Source, find_sources
from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from tests.corpus.test_decoding import hostile_bytes
from tests.kernels.test_encode import ALPHABET

FORMATS = ("lines", "paragraphs", "files")
WORDS = Strings.of(
    ["the", "e\u0301", "\u00e9", "\u4e2d", "a", "b\\", "a\\nb", "", "king's", "x" * 90]
)
NO_DOCUMENTS = Counted(*count_documents([], TokenizerSettings(), WORDS), overlong=0)
KINDS = ("words", "whitespace", "characters", "regex:[a-z]+")
texts = st.lists(
    st.one_of(
        st.sampled_from(["the", "The ", "a", "b\\ ", "a\\nb", "king\u2019s ", "x" * 90, " "]),
        st.text(ALPHABET, max_size=4),
    ),
    max_size=12,
).map("".join)


def compare(batches: Iterator[Counted], documents: Sequence[Document], kind: str) -> None:
    """Check that all batches together are what Python counts."""
    ids, expected = count_documents(documents, TokenizerSettings(kind), WORDS)
    found = [*batches, NO_DOCUMENTS]
    assert [i for batch in found for i in batch.ids] == ids
    assert all(batch.counts.n_docs == len(batch.ids) for batch in found)
    sizes = np.concatenate([np.diff(batch.counts.starts) for batch in found])
    assert sizes.tolist() == np.diff(expected.starts).tolist()
    for name in ("terms", "counts"):
        got = np.concatenate([getattr(batch.counts, name) for batch in found])
        assert got.tolist() == getattr(expected, name).tolist()


@pytest.mark.parametrize("format_", FORMATS)
@settings(max_examples=150, deadline=None)
@given(
    parts=st.lists(st.one_of(texts.map(str.encode), hostile_bytes), max_size=9),
    chunk=st.integers(1, 40),
    batch=st.integers(1, 9),
    n_files=st.integers(1, 3),
)
@example(parts=[b"the " * 40, b"a\n", b"the a\n\nb"], chunk=7, batch=2, n_files=2)
def test_hostile_files_are_counted_as_by_python(
    format_: str, parts: list[bytes], chunk: int, batch: int, n_files: int
) -> None:
    data = b"\n".join(parts).replace(b"\0", b"").decode("utf-8", "replace")
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        sources = []
        for i in range(n_files):
            path = Path(folder) / f"text{i}"
            path.write_bytes(data[i * 10 :].encode())
            sources.append(Source(path.name, path, "file"))
        patch.setattr(decoding, "CHUNK_BYTES", chunk)
        patch.setattr(decoding, "refuse_binary", lambda *_: None)
        patch.setattr(encoder, "_WORTH_A_THREAD", 1)
        patch.setattr(counting, "_BATCH_TOKENS", batch)
        reader = ReaderSettings(format_)
        found = counted_files(read_text(sources, reader), TokenizerSettings(), WORDS, threads=2)
        compare(found, list(read_documents(sources, reader)), "words")


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(texts, min_size=1, max_size=3), max_size=8), st.integers(1, 60))
def test_hostile_documents_and_their_pieces_are_counted_as_by_python(
    kind: str, given_texts: list[list[str]], size: int
) -> None:
    documents = [
        Document(f"d{i}", piece + " ", None, j > 0)
        for i, pieces in enumerate(given_texts)
        for j, piece in enumerate(pieces)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoder, "_BATCH_CHARACTERS", size)
        patch.setattr(counting, "_BATCH_CHARACTERS", size)
        patch.setattr(counting, "_BATCH_TOKENS", 3)
        patch.setattr(encoder, "_WORTH_A_THREAD", 1)
        found = counted_texts(documents, TokenizerSettings(kind), WORDS, threads=2)
        compare(found, documents, kind)


def test_a_long_document_is_kept_as_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that never ends takes no more memory than its different words."""
    monkeypatch.setattr(decoding, "CHUNK_BYTES", 1 << 12)
    path = tmp_path / "text"
    path.write_text("a\n" + "the a zebra " * 50_000 + "\nthe")
    sources = find_sources([str(path)], tmp_path, None)
    monkeypatch.setattr(counting, "_BATCH_TOKENS", 1000)
    kept = []
    batch = counting._Counting.batch

    def spied(self: counting._Counting, over: bool) -> Counted:
        made = batch(self, over)
        kept.append(len(self._pairs.places))
        return made

    monkeypatch.setattr(counting._Counting, "batch", spied)
    reader = ReaderSettings("lines")
    found = counted_files(read_text(sources, reader), TokenizerSettings(), WORDS)
    compare(found, list(read_documents(sources, reader)), "words")
    assert len(kept) > 5 and max(kept) <= 4


def test_many_small_files_make_few_batches(tmp_path: Path) -> None:
    for i in range(300):
        (tmp_path / f"{i}.txt").write_text("the a")
    sources = find_sources([str(tmp_path)], tmp_path, None)
    blocks = read_text(sources, ReaderSettings("files"))
    [found] = counted_files(blocks, TokenizerSettings(), WORDS)
    assert found.counts.doc_lengths().tolist() == [2] * 300


def test_overlong_words_are_counted() -> None:
    documents = [Document("1", "the " + "x" * 300), Document("2", "y" * 257)]
    [found] = counted_texts(documents, TokenizerSettings(), WORDS)
    assert found.overlong == 2
