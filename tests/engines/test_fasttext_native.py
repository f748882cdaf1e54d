"""Word vectors with character n-grams: a planted morphology, unseen words, and the same bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import frequent
from latentcli.engines import find_engine
from latentcli.engines.fasttext_native import resume, train, word_rows
from latentcli.engines.parameters import FastTextParameters
from latentcli.errors import RequestError
from latentcli.models.subword_embedding import SubwordEmbedding
from latentcli.models.subwords import ngram_hash, ngrams
from latentcli.observer import SILENT
from latentcli.queries.neighbours import neighbours
from latentcli.queries.words import Found, find_or_compose
from tests.small import encoded

STEMS = ("brakund", "felimor", "gostawi", "hurdenk", "jalpite", "morvash", "nikoldu", "quezent")
ENDINGS = ("", "s", "ing", "ed", "er", "less", "ful", "ish")
SMALL = FastTextParameters(dim=16, epochs=3, sample=0, buckets=3000)


def texts(left_out: frozenset[str] = frozenset()) -> list[str]:
    """Texts about one stem each, in some of its forms, among words of that stem's own."""
    draw = np.random.default_rng(5)
    found = []
    for _ in range(240):
        theme = int(draw.integers(len(STEMS)))
        words = []
        for _ in range(30):
            form = STEMS[theme] + ENDINGS[draw.integers(len(ENDINGS))]
            other = f"{chr(97 + theme)}{chr(97 + int(draw.integers(6)))}"
            words.append(form if draw.random() < 0.4 and form not in left_out else other)
        found.append(" ".join(words))
    return found


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> EncodedCorpus:
    return encoded(texts(), tmp_path_factory.mktemp("fasttext"))


def trained_on(
    corpus: EncodedCorpus, parameters: FastTextParameters, scratch: Path, threads: int = 1
) -> SubwordEmbedding:
    kept = frequent(corpus.vocabulary, 1)
    model = train(corpus, kept, parameters, threads, scratch, SILENT).model
    assert isinstance(model, SubwordEmbedding)
    return model


@pytest.mark.parametrize("cbow", [False, True])
@pytest.mark.parametrize("threads", [1, 2])
def test_an_unseen_form_finds_its_stem(cbow: bool, threads: int, tmp_path: Path) -> None:
    unseen = {stem + ENDINGS[1 + i % 7] for i, stem in enumerate(STEMS)}
    parameters = FastTextParameters(dim=20, epochs=15, sample=0, cbow=cbow, buckets=20_000)
    corpus = encoded(texts(frozenset(unseen)), tmp_path)
    model = trained_on(corpus, parameters, tmp_path, threads)
    queries = [find_or_compose(model, word) for word in sorted(unseen)]
    assert all(query is not None and query.composed is not None for query in queries)
    right = [
        near.word.startswith(near.query[:7])
        or near.word[0] == chr(97 + STEMS.index(near.query[:7]))
        for near in neighbours(model, [query for query in queries if query is not None], 5)
    ]
    assert len(right) == 5 * len(unseen) and np.mean(right) > 0.9


def test_rows_are_a_words_own_and_those_of_its_ngrams(corpus: EncodedCorpus) -> None:
    words = corpus.vocabulary.words
    rows, buckets = word_rows(words, SMALL)
    assert (np.diff(buckets.astype(int)) > 0).all() and buckets.max() < 3000
    for i, word in enumerate(words):
        own, *others = rows.rows[rows.starts[i] : rows.starts[i + 1]].tolist()
        expected = [ngram_hash(ngram) % 3000 for ngram in ngrams(word, 3, 6)]
        assert own == i and [int(buckets[row - len(words)]) for row in others] == expected
    assert len(np.unique(rows.rows)) == len(words) + len(buckets)


def test_vectors_are_the_means_of_their_rows(corpus: EncodedCorpus, tmp_path: Path) -> None:
    model = trained_on(corpus, SMALL, tmp_path)
    places = {int(bucket): i for i, bucket in enumerate(model.subwords.kept)}
    for row, word in enumerate(model.words):
        grams = [places[ngram_hash(ngram) % 3000] for ngram in ngrams(word, 3, 6)]
        rows = [model.own_vectors[row], *(model.subwords.vectors[place] for place in grams)]
        np.testing.assert_allclose(model.vectors[row], np.mean(rows, axis=0), atol=1e-6)
        composed = model.subwords.compose(word)
        if grams:
            assert composed is not None and composed.known == composed.ngrams == len(grams)
            np.testing.assert_allclose(composed.vector, np.mean(rows[1:], axis=0), atol=1e-6)
    np.testing.assert_allclose(model.norms, np.linalg.norm(model.vectors, axis=1), rtol=1e-6)


def test_unknown_ngrams_count_as_zeros_and_a_word_of_none_has_no_vector(
    corpus: EncodedCorpus, tmp_path: Path
) -> None:
    model = trained_on(corpus, SMALL, tmp_path)
    found = model.subwords.compose("brakundworld")
    assert found is not None and 0 < found.known < found.ngrams
    whole = FastTextParameters(**{**SMALL.__dict__, "buckets": 1 << 30})
    strange = trained_on(corpus, whole, tmp_path).subwords
    assert strange.compose("东西") is None and strange.compose("x" * 300) is None


def test_one_thread_reproduces_a_model_to_the_byte(corpus: EncodedCorpus, tmp_path: Path) -> None:
    def bytes_of(model: SubwordEmbedding) -> list[bytes]:
        return [
            np.asarray(array).tobytes()
            for array in (
                model.vectors,
                model.own_vectors,
                model.context_vectors,
                *model.subwords[3:],
            )
        ]

    first = bytes_of(trained_on(corpus, SMALL, tmp_path))
    assert bytes_of(trained_on(corpus, SMALL, tmp_path)) == first
    other = FastTextParameters(**{**SMALL.__dict__, "seed": 2})
    assert bytes_of(trained_on(corpus, other, tmp_path)) != first


def test_training_goes_on_where_it_stopped(corpus: EncodedCorpus, tmp_path: Path) -> None:
    kept = frequent(corpus.vocabulary, 1)
    # So small a rate does not fall, so that the epochs left are the same either way.
    three, six = (
        FastTextParameters(**{**SMALL.__dict__, "epochs": epochs, "learning_rate": 1e-4})
        for epochs in (3, 6)
    )
    half = train(corpus, kept, three, 1, tmp_path, SILENT)
    on = resume(half.model, half.metrics, corpus, kept, six, 1, tmp_path, SILENT).model
    np.testing.assert_array_equal(on.vectors, trained_on(corpus, six, tmp_path).vectors)
    assert not np.array_equal(on.vectors, half.model.vectors)
    assert find_engine("fasttext").resumes


def test_a_learning_rate_that_diverges_is_an_error(corpus: EncodedCorpus, tmp_path: Path) -> None:
    wild = FastTextParameters(**{**SMALL.__dict__, "learning_rate": 1e30})
    with pytest.raises(RequestError, match="the training diverged"):
        trained_on(corpus, wild, tmp_path)


def test_a_composed_word_is_not_among_its_own_neighbours_and_none_is_lost(
    corpus: EncodedCorpus, tmp_path: Path
) -> None:
    model = trained_on(corpus, SMALL, tmp_path)
    composed = find_or_compose(model, "brakundly")
    known = find_or_compose(model, "Brakund")
    assert known == Found("brakund", model.words.find("brakund") or 0)
    assert composed is not None and composed.row < 0
    words = [near.word for near in neighbours(model, [composed], len(model.words))]
    assert sorted(words) == sorted(model.words)
    assert find_or_compose(model, "brakund felimorly") is None
