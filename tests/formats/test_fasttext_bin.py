"""fastText's .bin: the program's own files beside gensim's reader, and ours read by gensim."""

from __future__ import annotations

import io
import logging
import os
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from gensim.models.fasttext import FastTextKeyedVectors, load_facebook_model, load_facebook_vectors

from latentcli.errors import InputError, LatentError, RequestError
from latentcli.formats.fasttext_bin import (
    FastTextSettings,
    read_fasttext_bin,
    read_settings,
    write_fasttext_bin,
)
from latentcli.models.embedding import Embedding, lengths
from latentcli.models.subword_embedding import Lines, SubwordEmbedding, composed, lines_of
from latentcli.models.subwords import SubwordVectors
from tests.small import embedding, keyed_vectors

SOUND = [
    "gensim/lee_fasttext.bin", "gensim/lee_fasttext_new.bin", "gensim/crime-and-punishment.bin",
    "gensim/toy-model.bin", "gensim/non_ascii_fasttext.bin", "finalfusion/fasttext.bin",
]  # fmt: skip
UNSEEN = ("zzyzx", "übermenschlich", "преступники", "running")
SETTINGS = FastTextSettings(dim=4, window=3, epochs=2, min_count=1, tokens=99)


def model(
    words: Sequence[str] = ("cat", "cats", "naïve", "a b"), buckets: int = 50
) -> SubwordEmbedding:
    """A model of few n-grams: those of its own words, as training leaves it."""
    plain = embedding(np.random.default_rng(1).normal(size=(len(words), 4)), words)
    draw = np.random.default_rng(2)
    kept = np.sort(draw.permutation(buckets)[: buckets // 3]).astype(np.uint32)
    ngrams = draw.normal(size=(len(kept), 4)).astype(np.float32)
    subwords = SubwordVectors(2, 5, buckets, ngrams, kept)
    vectors = composed(lines_of(plain.words), plain.vectors, subwords)
    return SubwordEmbedding(
        words=plain.words, vectors=vectors, norms=lengths(vectors), term_counts=plain.term_counts,
        tokenizer=plain.tokenizer, context_vectors=plain.vectors[::-1].copy(),
        own_vectors=plain.vectors, subwords=subwords,
    )  # fmt: skip


def written(given: Embedding, folder: Path, settings: FastTextSettings = SETTINGS) -> Path:
    with open(folder / "ours.bin", "wb") as out:
        write_fasttext_bin(given, settings, out)
    return folder / "ours.bin"


def theirs(path: Path) -> FastTextKeyedVectors:
    logging.getLogger("gensim").setLevel(logging.ERROR)
    return load_facebook_vectors(os.fspath(path))


def vector(given: SubwordEmbedding, word: str) -> np.ndarray:
    """The vector that a question would be answered with."""
    row = given.words.find(word)
    if row is not None:
        return np.asarray(given.vectors[row])
    found = given.subwords.compose(word)
    assert found is not None
    return np.array(found.vector)


@pytest.mark.parametrize("name", SOUND)
def test_words_and_vectors_are_gensims(name: str, shared_data: Path) -> None:
    path = shared_data / "vectors" / name
    ours, gensims = read_fasttext_bin(path), theirs(path)
    assert list(ours.words) == gensims.index_to_key
    # gensim composes the end of a line of n-grams; the fastText program does not.
    for word in [*(w for w in ours.words if w != "</s>"), *UNSEEN]:
        np.testing.assert_allclose(vector(ours, word), gensims[word], atol=1e-6)
    counts = [gensims.get_vecattr(word, "count") for word in ours.words]
    assert ours.term_counts.tolist() == counts


def test_the_end_of_a_line_is_as_the_program_has_it_in_its_own_text(shared_data: Path) -> None:
    folder = shared_data / "vectors" / "gensim"
    ours = read_fasttext_bin(folder / "crime-and-punishment.bin")
    lines = (folder / "crime-and-punishment.vec").read_text().splitlines()[1:]
    text = {line.split(" ")[0]: list(map(float, line.split(" ")[1:6])) for line in lines}
    assert "</s>" in text
    for word in ours.words:
        np.testing.assert_allclose(vector(ours, word), text[word], rtol=2e-4, atol=1e-6)


@pytest.mark.parametrize("name", SOUND)
def test_a_file_is_written_again_as_it_was(name: str, shared_data: Path) -> None:
    path = shared_data / "vectors" / name
    before = path.read_bytes()
    out = io.BytesIO()
    write_fasttext_bin(read_fasttext_bin(path), read_settings(path), out)
    after = out.getvalue()
    assert after[:8] == struct.pack("<2i", 793712314, 12)
    if before[:4] != after[:4]:  # from before there were versions
        assert before[:56] == after[8:64] and before[-1000:] == after[-1000:]
    else:
        assert before[8:] == after[8:]


def test_gensim_reads_ours_and_trains_it_further(tmp_path: Path) -> None:
    ours = model(("cat", "cats", "naïve", "dog", "dogs"))
    path = written(ours, tmp_path)
    gensims = theirs(path)
    assert gensims.index_to_key == list(ours.words)
    for word in [*ours.words, "catlike", "naïveté", "dogged"]:
        np.testing.assert_allclose(gensims[word], vector(ours, word), atol=1e-6)
    trainable = load_facebook_model(os.fspath(path))
    np.testing.assert_allclose(trainable.syn1neg, ours.context_vectors)
    assert (trainable.window, trainable.epochs, trainable.negative) == (3, 2, 5)
    trainable.train([["cat", "dogs", "cats", "dog"]] * 3, total_examples=3, epochs=1)


def test_what_was_written_is_read_back_to_the_bit(tmp_path: Path) -> None:
    before = model()
    after = read_fasttext_bin(written(before, tmp_path))
    assert list(after.words) == list(before.words)
    for name in ("vectors", "own_vectors", "context_vectors", "term_counts", "norms"):
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name))
    assert after.subwords[:3] == before.subwords[:3]
    np.testing.assert_array_equal(after.subwords.vectors, before.subwords.vectors)
    np.testing.assert_array_equal(after.subwords.kept, before.subwords.kept)


def test_an_embedding_without_ngrams_is_a_model_of_no_buckets(tmp_path: Path) -> None:
    plain = embedding([[1, 2, 3, 4], [0, 1, 0, 1]], ["cat", "dog"])
    path = written(plain, tmp_path)
    gensims = theirs(path)
    np.testing.assert_array_equal(gensims.vectors_vocab, plain.vectors)
    after = read_fasttext_bin(path)
    np.testing.assert_array_equal(after.vectors, plain.vectors)
    assert after.subwords.compose("cats") is None
    assert keyed_vectors(after).most_similar("cat") == keyed_vectors(plain).most_similar("cat")


def test_a_word_with_a_nul_cannot_be_written() -> None:
    with pytest.raises(RequestError, match="NUL"):
        write_fasttext_bin(embedding([[1.0]], ["a\0b"]), SETTINGS, io.BytesIO())


def test_a_supervised_model_is_refused_and_why_is_said(shared_data: Path) -> None:
    with pytest.raises(InputError, match="supervised"):
        read_fasttext_bin(shared_data / "vectors" / "gensim" / "pang_lee_polarity_fasttext.bin")


def test_words_in_another_encoding_are_named_or_decoded_or_left_out(shared_data: Path) -> None:
    path = shared_data / "vectors" / "gensim" / "cp852_fasttext.bin"
    with pytest.raises(InputError, match=r"word 2: .* is not utf-8") as caught:
        read_fasttext_bin(path)
    assert "--encoding" in caught.value.hint
    gensims = load_facebook_vectors(os.fspath(path), encoding="cp852")
    ours = read_fasttext_bin(path, encoding="cp852")
    assert list(ours.words) == gensims.index_to_key
    skipped: list[str] = []
    some = read_fasttext_bin(path, skip=skipped.append)
    assert len(some.words) + len(skipped) == len(gensims.index_to_key)
    for word in some.words:
        row = ours.words.find(word)
        assert row is not None
        np.testing.assert_array_equal(some.vectors[some.words.find(word)], ours.vectors[row])


def test_every_way_to_cut_a_model_off_is_named(tmp_path: Path) -> None:
    whole = written(model(buckets=6), tmp_path).read_bytes()
    path = tmp_path / "cut.bin"
    for size in range(1, len(whole)):
        path.write_bytes(whole[:size])
        with pytest.raises(InputError, match="is cut off in"):
            read_fasttext_bin(path)
    path.write_bytes(whole[:-9])
    with pytest.raises(InputError, match="row 4 of 4 of the output matrix"):
        read_fasttext_bin(path)
    path.write_bytes(b"")
    with pytest.raises(InputError, match="is empty"):
        read_fasttext_bin(path)
    path.write_bytes(whole + b"!")
    with pytest.raises(InputError, match="1 bytes after its end"):
        read_fasttext_bin(path)


def test_a_lying_header_is_an_error_and_not_an_allocation(tmp_path: Path) -> None:
    whole = written(model(), tmp_path).read_bytes()
    path = tmp_path / "lying.bin"
    dictionary = 8 + 56
    for place, format_, value, said in (
        (4, "<i", 13, "format 13"),
        (8, "<i", 0, "dimensions"),
        (8, "<i", 1 << 19, "matrix is"),
        (8 + 32, "<i", -1, "negative number"),
        (8 + 32, "<i", 2**31 - 1, "input matrix is"),
        (8 + 32, "<i", 0, "no buckets"),
        (8 + 40, "<i", 2**31 - 1, "n-grams of 2,147,483,647"),
        (dictionary, "<2i", (2**31 - 1, 2**31 - 1), "cut off in its dictionary"),
        (dictionary, "<2i", (-1, -1), "a dictionary of -1"),
        (dictionary + 8, "<i", 3, "3 labels"),
        (dictionary + 20, "<q", 5, "pruned"),
    ):
        forged = bytearray(whole)
        struct.pack_into(format_, forged, place, *(value if isinstance(value, tuple) else [value]))
        path.write_bytes(forged)
        with pytest.raises(InputError, match=said):
            read_fasttext_bin(path)


def test_a_word_without_end_is_an_error(tmp_path: Path) -> None:
    path = written(embedding([[1.0, 2.0]], ["x" * 10_001]), tmp_path)
    with pytest.raises(InputError, match="word 1 is of 10,001 bytes"):
        read_fasttext_bin(path)


def test_a_large_vocabulary_is_composed_in_parts(tmp_path: Path) -> None:
    words = [f"{i:04d}{'word' * 60}" for i in range(9000)]  # two megabytes
    ours = model(words)
    assert (ours.vectors[:1] != 0).all()
    for row in (0, 4500, 8999):
        one = composed(Lines.of([words[row].encode()]), ours.own_vectors[[row]], ours.subwords)
        np.testing.assert_array_equal(ours.vectors[row], one[0])


def test_duplicates_and_vectors_that_are_not_finite_are_named_or_left_out(tmp_path: Path) -> None:
    broken = embedding([[1, 2], [np.nan, 1], [3, 4], [5, 6]], ["cat", "dog", "owl", "ox"])
    path = written(broken, tmp_path)
    path.write_bytes(path.read_bytes().replace(b"owl\0", b"cat\0"))
    with pytest.raises(InputError, match="word 2: the vector of 'dog' is not finite"):
        read_fasttext_bin(path)
    told: list[str] = []
    found = read_fasttext_bin(path, skip=told.append)
    assert list(found.words) == ["cat", "ox"] and len(told) == 2
    assert told[1] == "word 3: 'cat' is that of row 1 too"
    np.testing.assert_array_equal(found.vectors, [[1, 2], [5, 6]])


def test_any_changed_byte_gives_a_model_or_an_error(tmp_path: Path) -> None:
    whole = bytearray(written(model(buckets=6), tmp_path).read_bytes())
    path = tmp_path / "changed.bin"
    for place in range(160):
        for value in (0, 1, 127, 255):
            changed = whole.copy()
            changed[place] = value
            path.write_bytes(changed)
            try:
                read_fasttext_bin(path)
            except LatentError:
                continue
