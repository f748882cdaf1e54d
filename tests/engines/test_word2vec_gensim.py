"""Word2vec sees every token, in windows that end where paragraphs do, and repeats itself."""

from __future__ import annotations

import io
import logging
import re
from pathlib import Path

import numpy as np
import pytest
from gensim.models import Word2Vec

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import frequent
from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.corpus.vocabulary import Vocabulary
from latentcli.engines.parameters import Word2VecParameters
from latentcli.engines.word2vec_gensim import train, write_token_file
from latentcli.models.embedding import Embedding
from latentcli.observer import SILENT
from latentcli.queries.neighbours import neighbours
from latentcli.queries.words import Found
from tests.small import encoded, planted

SMALL = Word2VecParameters(dim=16, epochs=3)


def lines_of(corpus: EncodedCorpus, min_count: int = 1) -> list[list[str]]:
    """The lines of the token file, as words."""
    out = io.BytesIO()
    kept = frequent(corpus.vocabulary, min_count)
    n_lines = write_token_file(corpus, kept, out)
    words = corpus.vocabulary.selected(kept).words
    lines = out.getvalue().decode("ascii").splitlines()
    assert len(lines) == n_lines
    return [[words[int(token)] for token in line.split(" ")] for line in lines]


def test_no_window_crosses_the_end_of_a_paragraph_or_document(tmp_path: Path) -> None:
    texts = ["one two\n\nthree four\nfive", "six seven", "", "eight"]
    assert lines_of(encoded(texts, tmp_path)) == [
        ["one", "two"], ["three", "four"], ["five"], ["six", "seven"], ["eight"],
    ]  # fmt: skip


def test_a_hard_wrapped_paragraph_is_one_stretch_of_words(tmp_path: Path) -> None:
    line = "and so the long story went on and on from one line to the other"
    [found] = lines_of(encoded([f"{line}\n{line}\n{line}"], tmp_path))
    assert found == line.split() * 3


def test_long_paragraphs_are_cut_and_nothing_is_lost(tmp_path: Path) -> None:
    words = [f"w{i % 7}" for i in range(1050)]
    lines = lines_of(encoded([" ".join(words)], tmp_path))
    assert max(map(len, lines)) == 100
    assert [word for line in lines for word in line] == words


def test_rare_words_are_left_out_before_windows_are_cut(tmp_path: Path) -> None:
    text = "king rare queen\nking other queen\nlonely\nking queen"
    assert lines_of(encoded([text], tmp_path), min_count=2) == [["king", "queen"]] * 3


def one_line(n_tokens: int) -> EncodedCorpus:
    """A corpus of one document without any break."""
    ids = np.random.default_rng(1).integers(0, 50, n_tokens).astype(np.uint32)
    counts = np.bincount(ids)
    order = np.argsort(-counts, kind="stable")
    words = Strings.of(f"w{i}" for i in range(50))
    return EncodedCorpus(
        token_ids=np.argsort(order).astype(np.uint32)[ids],
        offsets=np.array([0, n_tokens], np.uint64),
        break_offsets=np.zeros(1, np.uint64),
        document_ids=Strings.of(["1"]),
        labels=None,
        vocabulary=Vocabulary(words, counts[order], np.ones(50, np.int64)),
        tokenizer=TokenizerSettings(),
    )


@pytest.mark.parametrize("threads", [1, 2])
def test_two_million_tokens_on_one_line_are_trained_in_every_epoch(
    threads: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # fault 53
    parameters = Word2VecParameters(dim=2, window=1, negative=1, epochs=2, sample=0)
    corpus = one_line(2_000_000)
    with caplog.at_level(logging.INFO, logger="gensim.models.word2vec"):
        trained = train(corpus, np.arange(50), parameters, threads, tmp_path, SILENT)
    said = re.findall(r"EPOCH \d+: training on \d+ raw words \((\d+) effective", caplog.text)
    assert len(said) == 2
    for count in (*map(int, said), trained.metrics["tokens_seen_per_epoch"]):
        assert 0.98 * 2_000_000 <= count <= 1.001 * 2_000_000


def same(a: Embedding, b: Embedding) -> bool:
    arrays = ("vectors", "norms", "term_counts", "context_vectors")
    return all(getattr(a, name).tobytes() == getattr(b, name).tobytes() for name in arrays)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> EncodedCorpus:
    return encoded(planted(n_docs=150).texts, tmp_path_factory.mktemp("word2vec"))


@pytest.fixture(scope="module")
def model(corpus: EncodedCorpus, tmp_path_factory: pytest.TempPathFactory) -> Embedding:
    return trained_on(corpus, SMALL, tmp_path_factory.mktemp("word2vec"))


def trained_on(corpus: EncodedCorpus, parameters: Word2VecParameters, scratch: Path) -> Embedding:
    return train(corpus, frequent(corpus.vocabulary, 5), parameters, 1, scratch, SILENT).model


def test_one_thread_reproduces_a_model_to_the_byte(
    corpus: EncodedCorpus, model: Embedding, tmp_path: Path
) -> None:
    assert same(trained_on(corpus, SMALL, tmp_path), model)


def test_another_seed_gives_another_model(
    corpus: EncodedCorpus, model: Embedding, tmp_path: Path
) -> None:
    other = Word2VecParameters(dim=16, epochs=3, seed=2)
    assert not same(trained_on(corpus, other, tmp_path), model)


@pytest.mark.parametrize(
    "settings",
    [{}, {"cbow": True}, {"window": 2, "sample": 0, "learning_rate": 0.05}],
    ids=["skip-gram", "cbow", "other settings"],
)
def test_vectors_are_those_that_gensim_trains_on_the_same_lines(
    settings: dict[str, object], corpus: EncodedCorpus, tmp_path: Path
) -> None:
    parameters = Word2VecParameters(dim=16, epochs=3, **settings)
    model = trained_on(corpus, parameters, tmp_path)
    lines = lines_of(corpus, min_count=5)
    path = tmp_path / "lines.txt"
    path.write_text("".join(" ".join(line) + "\n" for line in lines))
    theirs = Word2Vec(
        vector_size=16,
        window=parameters.window,
        negative=parameters.negative,
        sg=int(not parameters.cbow),
        sample=parameters.sample,
        alpha=parameters.learning_rate,
        min_count=1,
        workers=1,
        seed=1,
    )
    counts = dict(zip(model.words, model.term_counts.tolist(), strict=True))
    theirs.build_vocab_from_freq(counts)
    n_words = sum(map(len, lines))
    theirs.train(corpus_file=str(path), total_words=n_words, total_examples=len(lines), epochs=3)
    np.testing.assert_array_equal(model.vectors, theirs.wv[list(model.words)])


def test_counts_and_norms_belong_to_the_words(corpus: EncodedCorpus, model: Embedding) -> None:
    tokens = np.asarray(corpus.token_ids)
    for row, word in enumerate(model.words):
        assert model.term_counts[row] == (tokens == corpus.vocabulary.words.find(word)).sum() >= 5
    np.testing.assert_allclose(model.norms, np.linalg.norm(model.vectors, axis=1), rtol=1e-6)


def test_words_of_one_planted_topic_become_neighbours(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    texts = [
        " ".join(f"{theme}{i}" for i in draw.integers(0, 12, 60))
        for theme in ("sea", "bread", "star") * 40
    ]
    parameters = Word2VecParameters(dim=10, epochs=20)
    model = trained_on(encoded(texts, tmp_path), parameters, tmp_path)
    queries = [Found(word, row) for row, word in enumerate(model.words)]
    theme = re.compile(r"\d+")
    for answer in neighbours(model, queries, 5):
        assert theme.sub("", answer.word) == theme.sub("", answer.query)
