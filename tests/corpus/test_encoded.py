"""Blocks of documents, and long documents cut into chunks."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latentcli.corpus import encoded as module
from latentcli.corpus.documents import Document
from latentcli.corpus.encoded import EncodedCorpus, chunked, document_blocks, document_counts
from latentcli.corpus.encoder import encode
from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.corpus.vocabulary import Vocabulary
from tests.small import encoded

# Documents as the lengths of their paragraphs in tokens.
shapes = st.lists(st.lists(st.integers(1, 30), max_size=8), min_size=1, max_size=6)


def corpus_of(shape: list[list[int]]) -> EncodedCorpus:
    """A corpus of that shape whose token ids count up and wrap at 7."""
    lengths = [sum(document) for document in shape]
    paragraphs = [length for document in shape for length in document]
    n_tokens = sum(lengths)
    token_ids = (np.arange(n_tokens) % 7).astype(np.uint32)
    return EncodedCorpus(
        token_ids,
        np.cumsum([0, *lengths]).astype(np.uint64),
        np.cumsum([0, *paragraphs])[:-1].astype(np.uint64),
        Strings.of(f"d{i}" for i in range(len(shape))),
        Strings.of(f"l{i}" for i in range(len(shape))),
        Vocabulary(
            Strings.of("abcdefg"), np.bincount(token_ids, minlength=7), np.zeros(7, np.int64)
        ),
        TokenizerSettings(),
    )


def bounds(corpus: EncodedCorpus) -> list[tuple[int, int]]:
    offsets = corpus.offsets.tolist()
    return list(zip(offsets, offsets[1:], strict=False))


@settings(max_examples=300, deadline=None)
@given(shapes, st.integers(1, 25))
def test_chunks_are_whole_documents_or_of_about_the_asked_length(
    shape: list[list[int]], n_tokens: int
) -> None:
    corpus = corpus_of(shape)
    cut = chunked(corpus, n_tokens)
    ids = list(cut.document_ids)
    assert list(cut.token_ids) == list(corpus.token_ids)
    for document, (start, stop) in enumerate(bounds(corpus)):
        name = f"d{document}"
        parts = [b for b, i in zip(bounds(cut), ids, strict=True) if i.split("#")[0] == name]
        assert (parts[0][0], parts[-1][1]) == (start, stop)
        if stop - start <= n_tokens * 3 // 2:
            assert ids.count(name) == len(parts) == 1
            continue
        assert [i for i in ids if i.split("#")[0] == name] == [
            f"{name}#{j + 1}" for j in range(len(parts))
        ]
        for first, last in parts:
            assert n_tokens // 2 <= last - first <= n_tokens * 3 // 2


@settings(max_examples=300, deadline=None)
@given(shapes, st.integers(2, 25))
def test_chunks_end_with_a_paragraph_where_one_ends_within_reach(
    shape: list[list[int]], n_tokens: int
) -> None:
    corpus = corpus_of(shape)
    breaks = set(corpus.break_offsets.tolist())
    whole = {start for start, _ in bounds(corpus)}
    cut = chunked(corpus, n_tokens)
    for start, stop in bounds(cut):
        within_reach = [b for b in breaks if start + n_tokens // 2 <= b <= start + n_tokens]
        if stop not in whole and stop != corpus.n_tokens:
            assert stop == (max(within_reach) if within_reach else start + n_tokens)


@settings(max_examples=100, deadline=None)
@given(shapes, st.integers(1, 25))
def test_labels_and_document_counts_are_those_of_the_chunks(
    shape: list[list[int]], n_tokens: int
) -> None:
    cut = chunked(corpus_of(shape), n_tokens)
    names = [name.split("#")[0] for name in cut.document_ids]
    assert cut.labels is not None
    assert list(cut.labels) == [name.replace("d", "l") for name in names]
    found = [set(cut.token_ids[start:stop].tolist()) for start, stop in bounds(cut)]
    expected = [sum(term in document for document in found) for term in range(7)]
    assert cut.vocabulary.document_counts.tolist() == expected


def test_a_text_is_chunked_at_the_ends_of_its_paragraphs(tmp_path: Path) -> None:
    text = "\n".join(["the first paragraph of five", "a second of four", "three more words"])
    cut = chunked(encoded([text, "short"], tmp_path), 6)
    assert list(cut.document_ids) == ["1#1", "1#2", "2"]
    assert cut.offsets.tolist() == [0, 5, 12, 13]
    assert cut.labels is None


@settings(max_examples=200, deadline=None)
@given(shapes, st.integers(1, 40))
def test_blocks_hold_all_documents_whole_and_in_order(
    shape: list[list[int]], block_tokens: int
) -> None:
    corpus = corpus_of(shape)
    found: list[list[int]] = []
    for block in document_blocks(corpus, block_tokens):
        assert block.first == len(found)
        ids, offsets = block.token_ids.tolist(), block.offsets.tolist()
        assert len(ids) <= block_tokens or len(offsets) == 2
        found += [ids[a:b] for a, b in zip(offsets, offsets[1:], strict=False)]
    assert found == [corpus.token_ids[a:b].tolist() for a, b in bounds(corpus)]


@settings(max_examples=50, deadline=None)
@given(shapes, st.integers(1, 40))
def test_document_counts_do_not_depend_on_blocks(shape: list[list[int]], block_tokens: int) -> None:
    corpus = corpus_of(shape)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            module, "document_blocks", partial(document_blocks, block_tokens=block_tokens)
        )
        in_blocks = document_counts(corpus, 7)
    assert in_blocks.tolist() == document_counts(corpus, 7).tolist()


def test_an_empty_corpus_has_no_blocks(tmp_path: Path) -> None:
    corpus = encode([], TokenizerSettings(), tmp_path).corpus
    assert list(document_blocks(corpus)) == []
    nothing = encode([Document("1", "")], TokenizerSettings(), tmp_path).corpus
    assert [block.offsets.tolist() for block in document_blocks(nothing)] == [[0, 0]]
    assert list(chunked(nothing, 5).document_ids) == ["1"]
