"""The kept text: block by block, and what becomes of it where it is damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from latentcli.corpus import text_writer
from latentcli.corpus.documents import Document
from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.encoder import encode
from latentcli.corpus.text_store import BLOCK_BYTES, TextStore
from latentcli.corpus.text_writer import TextWriter
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.errors import DamagedArtefact


def stored(texts: list[str], scratch: Path, tokenizer: str = "words") -> EncodedCorpus:
    """The corpus of these texts, its text kept."""
    documents = (Document(str(i), text) for i, text in enumerate(texts, 1))
    with TextWriter(scratch) as text:
        return encode(documents, TokenizerSettings(tokenizer), scratch, text=text).corpus


def store_of(corpus: EncodedCorpus) -> TextStore:
    assert corpus.text is not None
    return corpus.text


@pytest.mark.parametrize("tokenizer", ["words", r"regex:\w+"])
def test_documents_of_any_size_come_back(tmp_path: Path, tokenizer: str) -> None:
    draw = np.random.default_rng(1)
    words = ["caf\u00e9", "\u4e2d\u6587", "two\nlines", "\U0001f451", "a", ""]
    texts = [" ".join(draw.choice(words, n)) for n in (0, 1, 50_000, 0, 3, 200_000, 7, 0)]
    store = store_of(stored(texts, tmp_path, tokenizer))
    assert len(store.block_offsets) > 20
    assert [store.document(i) for i in range(len(texts))] == texts
    assert store.document(5) == texts[5]
    assert store.document(2) == texts[2]


def test_text_is_compressed_while_it_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_writer, "_JOB_BYTES", 3 * BLOCK_BYTES)
    held = []
    with TextWriter(tmp_path) as writer:
        for _ in range(500):
            writer.add([b"so it goes " * 400])
            held.append(writer._n_held)
        store = writer.finished()
    assert max(held) < 4 * BLOCK_BYTES
    assert store.between(0, 500 * 4400) == "so it goes " * 200_000
    assert len(store.blocks) < 100_000


def test_only_the_blocks_that_are_needed_are_decompressed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_of(stored(["word " * 100_000, "the last"], tmp_path))
    asked: list[int] = []
    block = TextStore._block
    monkeypatch.setattr(
        TextStore, "_block", lambda self, number: asked.append(number) or block(self, number)
    )
    assert store.document(1) == "the last"
    assert asked == [500_000 // BLOCK_BYTES]


def test_damaged_text_is_told_as_such(tmp_path: Path) -> None:
    # faults 28 and 36
    store = store_of(stored(["word " * 100_000], tmp_path))
    blocks, offsets = np.array(store.blocks), store.block_offsets
    blocks[: int(offsets[1])] = 7
    swapped = np.array(offsets)
    swapped[1] = swapped[0]
    beyond = np.array([10**9], np.uint64)
    for damaged in (
        TextStore(blocks, offsets, store.starts, store.ends, store.marks),
        TextStore(store.blocks, swapped, store.starts, store.ends, store.marks),
        TextStore(store.blocks, offsets, store.starts, beyond, store.marks),
        TextStore(store.blocks, offsets, beyond, store.ends, store.marks),
    ):
        with pytest.raises(DamagedArtefact, match="text of a corpus is damaged"):
            damaged.document(0)


def test_a_full_disk_stops_the_encoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # fault 7
    def full(self: TextWriter, text: memoryview) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(TextWriter, "_write", full)
    with pytest.raises(OSError, match="No space left"):
        stored(["word " * 100], tmp_path)
