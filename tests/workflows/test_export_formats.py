"""What is exported is opened by the programs that the formats are of, and is what we hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas
import pyarrow.parquet
import pytest
from gensim.corpora import BleiCorpus, MalletCorpus, MmCorpus, SvmLightCorpus, UciCorpus
from gensim.matutils import corpus2csc
from gensim.models import KeyedVectors
from safetensors.numpy import load_file
from scipy.io import mmread
from sklearn.datasets import load_svmlight_file

from latentcli.corpus.counts import count_matrix
from latentcli.errors import RequestError
from latentcli.formats.corpus import open_corpus
from latentcli.formats.models import open_embedding, open_topic_model
from latentcli.models.embedding import Embedding
from latentcli.models.topic_model import LdaModel, LsiModel
from latentcli.store.cache import Cache
from latentcli.store.runs import find
from latentcli.workflows.export import export
from latentcli.workflows.topic_request import MaskOptions


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def tales(trained: Cache) -> Embedding:
    return open_embedding(find(trained, "tales"))


@pytest.fixture
def notices(trained: Cache) -> LdaModel:
    model = open_topic_model(find(trained, "notices"))
    assert isinstance(model, LdaModel)
    return model


def written(cache: Cache, ref: str, to: str, mask: MaskOptions | None = None) -> list[Path]:
    return [Path(row.path) for row in export(cache, ref, to, mask=mask)]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # gensim's file
def test_glove_has_no_header_and_ends_with_unknown_words(trained: Cache, tales: Embedding) -> None:
    [path] = written(trained, "tales", "glove")
    read = KeyedVectors.load_word2vec_format(path, no_header=True)
    assert read.index_to_key == [*tales.words, "<unk>"]
    np.testing.assert_array_equal(read.vectors[:-1], tales.vectors)
    np.testing.assert_allclose(read["<unk>"], tales.vectors[-100:].mean(axis=0), atol=1e-6)


def test_fasttext_vec_has_five_digits(trained: Cache, tales: Embedding) -> None:
    [path] = written(trained, "tales", "fasttext-vec")
    read = KeyedVectors.load_word2vec_format(path)
    assert read.index_to_key == list(tales.words)
    np.testing.assert_allclose(read.vectors, tales.vectors, rtol=5.1e-5)
    first = path.read_text("utf-8").splitlines()[1]
    assert first.split(" ")[1:-1] == [f"{x:.5g}" for x in tales.vectors[0].tolist()]


def test_safetensors_opens_the_arrays(trained: Cache, tales: Embedding, notices: LdaModel) -> None:
    vectors, words = written(trained, "tales", "safetensors")
    np.testing.assert_array_equal(load_file(vectors)["vectors"], tales.vectors)
    assert words.read_text("utf-8").splitlines() == list(tales.words)
    topics, _, documents = written(trained, "notices", "safetensors")
    np.testing.assert_array_equal(load_file(topics)["doc_topic"], notices.doc_topic)
    np.testing.assert_allclose(
        load_file(topics)["topic_word"], notices.topic_word_probabilities(), rtol=1e-6
    )
    assert documents.read_text("utf-8").splitlines() == list(notices.document_ids)


@pytest.mark.parametrize("to", ["csv", "parquet"])
def test_tables_of_vectors_are_read_by_pandas(to: str, trained: Cache, tales: Embedding) -> None:
    [path] = written(trained, "tales", to)
    if to == "csv":
        table = pandas.read_csv(path, keep_default_na=False, na_filter=False)
        numbers = table.drop(columns=["word", "count"]).to_numpy(np.float32)
    else:
        table = pyarrow.parquet.read_table(path).to_pandas()
        numbers = np.stack(table["vector"].to_list())
    assert table["word"].tolist() == list(tales.words)
    assert table["count"].tolist() == tales.term_counts.tolist()
    np.testing.assert_array_equal(numbers, tales.vectors)


@pytest.mark.parametrize("to", ["csv", "parquet"])
def test_tables_of_topics_are_tidy(to: str, trained: Cache, notices: LdaModel) -> None:
    words, documents = written(trained, "notices", to)
    read = pandas.read_csv if to == "csv" else pandas.read_parquet
    options = {"na_filter": False} if to == "csv" else {}
    table = read(words, **options).pivot(index="topic", columns="word", values="weight")
    np.testing.assert_allclose(
        table[list(notices.words)].to_numpy(), notices.topic_word_probabilities(), rtol=1e-6
    )
    shares = read(documents, **options).pivot(index="document", columns="topic", values="weight")
    np.testing.assert_allclose(
        shares.loc[list(notices.document_ids)].to_numpy(), notices.doc_topic, rtol=1e-6
    )


def test_lsi_goes_into_tables_but_not_into_forms_of_distributions(trained: Cache) -> None:
    model = open_topic_model(find(trained, "notices-lsi"))
    assert isinstance(model, LsiModel)
    words, _ = written(trained, "notices-lsi", "csv")
    table = pandas.read_csv(words, na_filter=False)
    table = table.pivot(index="topic", columns="word", values="weight").fillna(0)
    np.testing.assert_allclose(table[list(model.words)].to_numpy(), model.term_topic.T, rtol=1e-6)
    for to in ("topic-keys", "doc-topics", "topic-word-weights"):
        with pytest.raises(RequestError, match="LSI's topics are not"):
            export(trained, "notices-lsi", to)


def test_the_projector_gets_a_row_a_word(trained: Cache, tales: Embedding) -> None:
    vectors, metadata = written(trained, "tales", "projector")
    np.testing.assert_array_equal(np.loadtxt(vectors, np.float32, delimiter="\t"), tales.vectors)
    table = pandas.read_csv(metadata, sep="\t", na_filter=False)
    assert table["word"].tolist() == list(tales.words)
    assert table["count"].tolist() == tales.term_counts.tolist()


def test_mallets_forms_hold_the_model(trained: Cache, notices: LdaModel) -> None:
    [keys] = written(trained, "notices", "topic-keys")
    lines = [line.split("\t") for line in keys.read_text("utf-8").splitlines()]
    assert [float(alpha) for _, alpha, _ in lines] == pytest.approx(notices.alpha, abs=1e-5)
    for topic, (number, _, words) in enumerate(lines):
        order = np.argsort(-notices.topic_word[topic], kind="stable")[:20]
        assert int(number) == topic
        assert words.split(" ") == [notices.words[int(row)] for row in order]
    [topics] = written(trained, "notices", "doc-topics")
    table = pandas.read_csv(topics, sep="\t", header=None, dtype={1: str})
    assert table[0].tolist() == list(range(len(notices.doc_topic)))
    assert table[1].tolist() == list(notices.document_ids)
    np.testing.assert_array_equal(table.iloc[:, 2:].to_numpy(np.float32), notices.doc_topic)
    [weights] = written(trained, "notices", "topic-word-weights")
    table = pandas.read_csv(weights, sep="\t", header=None, na_filter=False)
    assert table[1].tolist() == list(notices.words) * notices.n_topics
    np.testing.assert_array_equal(table[2].to_numpy(np.float32), notices.topic_word.reshape(-1))


def test_mallets_state_has_a_topic_for_each_token_in_its_place(
    trained: Cache, notices: LdaModel
) -> None:
    [path] = written(trained, "notices", "state")
    table = pandas.read_csv(
        path, sep=" ", skiprows=3, header=None, na_filter=False, compression="gzip",
        names=["doc", "source", "pos", "typeindex", "type", "topic"],
    )  # fmt: skip
    assert len(table) == notices.doc_lengths.sum()
    assert table["type"].tolist() == [notices.words[i] for i in table["typeindex"]]
    counts = np.zeros_like(notices.topic_word)
    np.add.at(counts, (table["topic"], table["typeindex"]), 1)
    # The model has the mean of several sweeps, the state the last: alike, not equal.
    mean = notices.topic_word - notices.eta
    assert np.corrcoef(counts.reshape(-1), mean.reshape(-1))[0, 1] > 0.97
    corpus = open_corpus(find(trained, "latest", "corpus"))
    words = list(corpus.vocabulary.words)
    first = [words[i] for i in corpus.token_ids[: int(corpus.offsets[1])]]
    kept = [word for word in first if word in notices.words]
    assert table[table["doc"] == 0].sort_values("pos")["type"].tolist() == kept


def test_only_a_model_that_has_topics_of_tokens_has_a_state(trained: Cache) -> None:
    with pytest.raises(RequestError, match="only LDA by the native engine"):
        export(trained, "notices-lsi", "state")


def _notices(cache: Cache, mask: MaskOptions | None) -> tuple[npt.NDArray[np.int64], list[str]]:
    corpus = open_corpus(find(cache, "latest", "corpus"))
    kept = np.arange(len(corpus.vocabulary))
    if mask is not None:
        kept = kept[corpus.vocabulary.document_counts >= mask.min_df]
    counts = count_matrix(corpus, kept)
    dense = np.zeros((counts.n_docs, counts.n_terms), np.int64)
    dense[np.repeat(np.arange(counts.n_docs), np.diff(counts.starts)), counts.terms] = counts.counts
    return dense, list(corpus.vocabulary.selected(kept).words)


READERS = {"lda-c": BleiCorpus, "svmlight": SvmLightCorpus, "uci": UciCorpus, "mm": MmCorpus}
RARE_OUT = MaskOptions(stopwords="none", min_df=3, max_df=1.0)


@pytest.mark.parametrize("mask", [None, RARE_OUT], ids=["all words", "min-df 3"])
@pytest.mark.parametrize("to", READERS)
def test_gensim_counts_a_corpus_as_we_do(to: str, mask: MaskOptions | None, trained: Cache) -> None:
    corpus = find(trained, "latest", "corpus").id
    counts, vocabulary = written(trained, corpus, to, mask)[:2]
    dense, words = _notices(trained, mask)
    named = {"fname_vocab": str(vocabulary)} if to in ("lda-c", "uci") else {}
    read = corpus2csc(READERS[to](str(counts), **named), num_terms=len(words)).T.toarray()
    np.testing.assert_array_equal(read, dense)
    assert vocabulary.read_text("utf-8").splitlines() == words


def test_scipy_and_scikit_learn_read_the_counts(trained: Cache) -> None:
    corpus = find(trained, "latest", "corpus").id
    dense, _ = _notices(trained, None)
    np.testing.assert_array_equal(mmread(written(trained, corpus, "mm")[0]).toarray(), dense)
    path, _, names = written(trained, corpus, "svmlight")
    counts, numbers = load_svmlight_file(str(path), n_features=dense.shape[1], zero_based=False)
    np.testing.assert_array_equal(counts.toarray(), dense)
    labels = open_corpus(find(trained, "latest", "corpus")).labels
    assert labels is not None
    read = names.read_text("utf-8").splitlines()
    assert [read[int(number) - 1] for number in numbers] == list(labels)


def test_octis_gets_words_part_and_label(trained: Cache) -> None:
    corpus = find(trained, "latest", "corpus")
    path, vocabulary = written(trained, corpus.id, "octis")
    table = pandas.read_csv(path, sep="\t", header=None, na_filter=False)
    held = open_corpus(corpus)
    assert held.labels is not None
    assert set(table[1]) == {"train"}
    assert table[2].tolist() == list(held.labels)
    words = [word for text in table[0] for word in text.split(" ")]
    assert words == [held.vocabulary.words[int(i)] for i in held.token_ids]
    assert set(words) == set(vocabulary.read_text("utf-8").splitlines())


def test_mallet_lines_are_read_back_by_gensim(trained: Cache) -> None:
    corpus = find(trained, "latest", "corpus")
    [path] = written(trained, corpus.id, "mallet")
    read = MalletCorpus(str(path))
    read.metadata = True  # given at once, it trips over it
    held = open_corpus(corpus)
    assert held.labels is not None
    dense, words = _notices(trained, None)
    columns = [words.index(read.id2word[i]) for i in range(len(read.id2word))]
    for row, (bag, (name, label)) in enumerate(read):
        assert name == held.document_ids[row].replace(" ", "_")
        assert label == held.labels[row].replace(" ", "_")
        assert dict((columns[i], n) for i, n in bag) == {
            int(i): int(dense[row, i]) for i in np.flatnonzero(dense[row])
        }


def test_which_words_are_kept_is_a_question_of_corpora_only(trained: Cache) -> None:
    with pytest.raises(RequestError, match="for corpora, not for models"):
        export(trained, "notices", "csv", mask=MaskOptions(min_df=3))
