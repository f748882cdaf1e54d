"""Exports: gensim loads each and answers alike, and no file is lost or left half written."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors, TfidfModel
from gensim.models import LdaModel as GensimLda
from gensim.models import LsiModel as GensimLsi

from latentcli.corpus.tokenizers import TokenizerSettings, make_tokenizer
from latentcli.engines.parameters import Word2VecParameters
from latentcli.errors import RequestError
from latentcli.formats.models import open_topic_model
from latentcli.store.cache import Cache
from latentcli.store.runs import find
from latentcli.workflows.ask import neighbors
from latentcli.workflows.embed import EmbedRequest, embed
from latentcli.workflows.export import export
from latentcli.workflows.infer import infer
from latentcli.workflows.reading import CorpusRequest
from latentcli.workflows.training import TrainingOptions
from tests.workflows.test_infer import STAR, table, typed

# Those that gensim can load, or a line of NumPy turn into what it has.
FORMATS = {"word2vec": ".vec", "word2vec-bin": ".bin", "gensim": ".gensim", "npy": ".npy"}
WORDS = make_tokenizer(TokenizerSettings()).tokenize(STAR)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)


def load(to: str, path: str) -> KeyedVectors:
    if to == "gensim":
        return KeyedVectors.load(path)
    if to == "npy":
        vectors = np.load(path, allow_pickle=False)
        words = Path(path).with_suffix(".txt").read_text("utf-8").split("\n")[:-1]
        read = KeyedVectors(vectors.shape[1])
        read.add_vectors(words, vectors)
        return read
    return KeyedVectors.load_word2vec_format(path, binary=to == "word2vec-bin")


@pytest.mark.parametrize("to", FORMATS)
def test_gensim_loads_an_embedding_and_finds_the_same_neighbours(to: str, trained: Cache) -> None:
    [first, *_] = export(trained, "tales", to)
    assert first.path == f"tales{FORMATS[to]}"
    vectors = load(to, first.path)
    for query in ("king", "ship", "the"):
        answers = list(neighbors(trained, [query], "tales"))
        expected = vectors.most_similar(query, topn=10)
        assert [answer.word for answer in answers] == [word for word, _ in expected]
        assert [answer.similarity for answer in answers] == pytest.approx(
            [similarity for _, similarity in expected], abs=1e-6
        )


def test_gensim_loads_an_lda_model_and_infers_much_the_same(trained: Cache) -> None:
    lda = GensimLda.load(export(trained, "notices", "gensim")[0].path)
    model = open_topic_model(find(trained, "notices"))
    np.testing.assert_allclose(lda.get_topics(), model.topic_word_probabilities(), rtol=1e-4)
    np.testing.assert_allclose(lda.alpha, model.alpha, rtol=1e-6)
    assert np.ptp(model.alpha) > 0  # the prior was fitted to each topic
    lda.random_state = np.random.RandomState(1)
    lda.iterations, lda.gamma_threshold = 5000, 1e-6
    theirs = np.zeros(10)
    for topic, weight in lda.get_document_topics(lda.id2word.doc2bow(WORDS), 0):
        theirs[topic] = weight
    ours = table(list(infer(trained, typed(STAR), "notices", min_weight=0)))["1"]
    np.testing.assert_allclose(ours, theirs, atol=0.15)  # theirs is variational, ours the mode
    assert ours.argmax() == theirs.argmax()


def test_gensim_loads_an_lsi_model_and_folds_in_the_same(trained: Cache) -> None:
    [model, *_, tfidf] = sorted(row.path for row in export(trained, "notices-lsi", "gensim"))
    assert tfidf == f"{model}.tfidf"
    lsi = GensimLsi.load(model)
    theirs = np.zeros(10)
    for topic, weight in lsi[TfidfModel.load(tfidf)[lsi.id2word.doc2bow(WORDS)]]:
        theirs[topic] = weight
    ours = table(list(infer(trained, typed(STAR), "notices-lsi", min_weight=0)))["1"]
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_a_run_without_a_name_is_called_by_its_id(store: Cache, tmp_path: Path) -> None:
    run = spaced_model(store, tmp_path)
    assert export(store, run, "npy")[0].path == f"{run[:12]}.npy"


def files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path().iterdir()}


@pytest.mark.parametrize("to", FORMATS)
def test_a_file_that_is_there_is_not_replaced_unless_it_is_named(to: str, trained: Cache) -> None:
    # fault 86
    Path(f"tales{FORMATS[to]}").write_text("precious")
    with pytest.raises(RequestError, match="is there already") as raised:
        export(trained, "tales", to)
    assert raised.value.hint == f"to replace it: -o tales{FORMATS[to]}"
    assert files() == {f"tales{FORMATS[to]}": b"precious"}


@pytest.mark.parametrize("out", [None, Path("tales.npy")])
def test_the_words_beside_an_npy_file_never_replace_a_corpus(
    out: Path | None, trained: Cache
) -> None:
    # fault 86
    Path("tales.txt").write_text("a corpus of the same name")
    with pytest.raises(RequestError, match=r"tales\.txt: is there already"):
        export(trained, "tales", "npy", out)
    assert files() == {"tales.txt": b"a corpus of the same name"}


@pytest.mark.parametrize("to", FORMATS)
def test_a_named_file_is_replaced_in_one_step_and_never_truncated(to: str, trained: Cache) -> None:
    # fault 86
    target = Path("mine.vectors")
    target.write_text("old")
    os.link(target, "before")  # would show it if the old file were written into
    rows = export(trained, "tales", to, target)
    assert rows[0].path == "mine.vectors"
    assert len(load(to, "mine.vectors").index_to_key) > 1000
    assert Path("before").read_text() == "old"
    assert sorted(files()) == sorted(["before", *(row.path for row in rows)])


def test_exporting_again_over_both_files_of_an_npy_export_works(trained: Cache) -> None:
    first = export(trained, "tales", "npy")
    before = files()
    assert export(trained, "tales", "npy", Path("tales.npy")) == first
    assert files() == before


def spaced_model(store: Cache, folder: Path) -> str:
    """The id of a model whose words hold spaces."""
    path = folder / "phrases.txt"
    path.write_text("new york, old town, new york, old town, new york\n" * 5)
    corpus = CorpusRequest([str(path)], tokenizer=TokenizerSettings("regex:[a-z]+ [a-z]+"))
    request = EmbedRequest(parameters=Word2VecParameters(dim=3), epochs=1)
    return embed(store, corpus, request, TrainingOptions(threads=1)).id


@pytest.mark.parametrize("to", ["word2vec", "word2vec-bin"])
def test_an_export_that_fails_leaves_the_old_file_and_nothing_else(
    to: str, store: Cache, tmp_path: Path
) -> None:
    # faults 44, 86
    run = spaced_model(store, tmp_path)
    Path("mine.vec").write_text("old")
    with pytest.raises(RequestError, match="'new york' has white space"):
        export(store, run, to, Path("mine.vec"))
    assert files() == {"mine.vec": b"old"}


@pytest.mark.parametrize("to", ["gensim", "npy"])
def test_words_with_spaces_go_where_they_can_be_held(to: str, store: Cache, tmp_path: Path) -> None:
    # fault 44
    [first, *_] = export(store, spaced_model(store, tmp_path), to)
    assert load(to, first.path).index_to_key == ["new york", "old town"]


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize(
    ("target", "what"), [("folder", "is a directory"), ("missing/x", "there is no folder")]
)
def test_a_directory_in_the_way_or_a_missing_folder_is_refused(
    to: str, target: str, what: str, trained: Cache
) -> None:
    # fault 86
    Path("folder").mkdir()
    with pytest.raises(RequestError, match=what):
        export(trained, "tales", to, Path(target))
    assert os.listdir() == ["folder"]


@pytest.mark.parametrize("to", ["gensim", "npy"])
def test_several_files_do_not_go_into_a_pipe(to: str, trained: Cache) -> None:
    # fault 86
    os.mkfifo("pipe")
    with pytest.raises(RequestError, match="is not a regular file"):
        export(trained, "tales", to, Path("pipe"))
    with pytest.raises(RequestError, match="files"):
        export(trained, "tales", to, BytesIO())
    assert os.listdir() == ["pipe"]
    assert Path("pipe").is_fifo()


def test_vectors_are_not_written_over_by_their_words(trained: Cache) -> None:
    with pytest.raises(RequestError, match=r"x\.txt: is where the words would go"):
        export(trained, "tales", "npy", Path("x.txt"))
    assert os.listdir() == []


@pytest.mark.parametrize("to", ["word2vec", "word2vec-bin"])
def test_a_topic_model_has_no_vectors_to_export(to: str, trained: Cache) -> None:
    with pytest.raises(RequestError, match="a topic model cannot be written as") as raised:
        export(trained, "notices", to)
    assert "gensim" in str(raised.value.hint)


def test_each_kind_goes_out_only_in_formats_that_there_are(trained: Cache) -> None:
    with pytest.raises(RequestError, match="no format 'magnitude'"):
        export(trained, "tales", "magnitude")
    with pytest.raises(RequestError, match="a corpus cannot be written as gensim"):
        export(trained, find(trained, "latest", "corpus").id, "gensim")
    assert os.listdir() == []


def test_without_a_format_it_is_the_usual_one_of_the_kind(trained: Cache) -> None:
    assert export(trained, "tales")[0].path == "tales.vec"
    assert export(trained, "notices")[0].path == "notices.gensim"
