"""Embeddings with character n-grams from the command line: composed words, and what says so."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import numpy as np
import pytest
from gensim.models.fasttext import load_facebook_vectors
from scipy.stats import spearmanr

from latentcli.formats.word_vectors import open_word_vectors
from latentcli.models.subwords import ngrams
from latentcli.observer import SILENT
from latentcli.store.cache import Cache
from latentcli.store.runs import find
from latentcli.workflows.search import _open
from tests.cli.test_lazy_loading import HEAVY, _imported
from tests.conftest import SAMPLES, Run, run_latent


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with a model of the tales; tests leave it as it is."""
    cache = tmp_path_factory.mktemp("subwords") / "cache"
    done = run_latent(
        cache, "embed", SAMPLES / "tales.txt", "-a", "fasttext", "--name", "parts",
        "--threads", "1", "--epochs", "10", "--dim", "30",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "small vocabulary" in done.stderr and "--buckets" in done.stderr
    return cache


def test_an_unseen_word_has_neighbours_and_is_said_to_be_composed(parts: Path) -> None:
    answer = run_latent(parts, "neighbors", "Fishermanly", "-n", "3")
    assert answer.returncode == 0
    lines = [line.split("\t") for line in answer.stdout.splitlines()]
    assert [line[0] for line in lines] == ["fishermanly"] * 3
    assert "fisherman" in [line[1] for line in lines]
    [note] = [line for line in answer.stderr.splitlines() if "composed" in line]
    n_grams = len(ngrams("fishermanly", 3, 6))
    assert "'fishermanly' is not among the model's words" in note and " n-grams (" in note
    known, unknown = (int(word) for word in note.replace("(", "").split() if word.isdigit())
    assert known + unknown == n_grams
    assert run_latent(parts, "neighbors", "fishermanly", "-q").stderr == ""


def test_a_known_word_is_answered_without_a_word_about_composing(parts: Path) -> None:
    assert "composed" not in run_latent(parts, "neighbors", "king").stderr


@pytest.mark.parametrize(
    "question",
    [
        ("neighbors", "fishermanly"),
        ("neighbors", "king"),
        ("similarity", "king", "kingly"),
        ("analogy", "king", "kingly", "fisherman"),
    ],
    ids=" ".join,
)
def test_a_cold_question_loads_no_numpy_composed_or_not(
    question: tuple[str, ...], parts: Path
) -> None:
    assert not _imported(parts, *question) & (HEAVY | {"numpy", "rich"})


def test_all_questions_compose(parts: Path) -> None:
    similar = run_latent(parts, "similarity", "fisherman", "fishermanly", "--json")
    assert json.loads(similar.stdout)["similarity"] > 0.5
    assert "composed" in similar.stderr
    solved = run_latent(parts, "analogy", "king", "kingly", "fisherman", "-n", "2")
    assert solved.returncode == 0 and "composed" in solved.stderr
    assert solved.stdout.startswith("king : kingly :: fisherman\t")
    pairs = run_latent(parts, "similarity", "-", stdin="king queen\nking 东西\n")
    assert (pairs.returncode, len(pairs.stdout.splitlines())) == (0, 1)
    assert "unknown word '东西'" in pairs.stderr


def test_expressions_sets_axes_and_vectors_compose(parts: Path) -> None:
    for question in (
        ("neighbors", "kingly - king + fisherman"),
        ("odd-one-out", "kingly", "king", "queen"),
        ("axis", "kingly", "bread", "queenly"),
        ("vector", "kingly"),
        ("interpolate", "kingly", "bread"),
    ):
        answer = run_latent(parts, *question)
        assert (answer.returncode, answer.stdout != "") == (0, True), question
        assert "'kingly' is not among the model's words: its vector is composed" in answer.stderr


def test_the_bootstrap_says_that_it_composes_nothing(parts: Path) -> None:
    answer = run_latent(parts, "neighbors", "kingly", "--bootstrap", "2")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "'kingly' is not among the model's words, and --bootstrap composes no" in answer.stderr


def test_a_search_composes_and_finds_as_the_documents_inferred_vectors_do(parts: Path) -> None:
    text = "the fisherman fishermanly"
    found = run_latent(parts, "search", text, "-m", "parts", "-n", "3", "--json")
    assert found.returncode == 0, found.stderr
    assert "'fishermanly' is not among the model's words: its vector is composed" in found.stderr
    assert "fishermanly'," not in found.stderr
    run = find(Cache(parts), "parts", "embedding")
    inferred = run_latent(parts, "infer", "-", "-m", "parts", "--json", stdin=text + "\n")
    place = _open(Cache(parts), "parts", SILENT)
    question = place.question(text)
    assert question is not None
    vector = np.array(json.loads(inferred.stdout)["vector"])
    common = np.array(place.space.common)
    np.testing.assert_allclose(question.vector, vector - vector @ common * common, atol=1e-6)
    alone = run_latent(parts, "search", "fishermanly", "-m", run.id, "-n", "3")
    assert (alone.returncode, len(alone.stdout.splitlines())) == (0, 3)
    assert run_latent(parts, "search", "东西", "-m", "parts").returncode == 1


def test_documents_of_unknown_words_have_vectors(parts: Path) -> None:
    text = "fishermanly\nthe fisherman\n东西\nthe fisherman fishermanly\n"
    answer = run_latent(
        parts, "infer", "-", "-m", "parts", "--format", "lines", "--json", stdin=text
    )
    assert answer.returncode == 0, answer.stderr
    assert "composed vectors of 1 word that" in answer.stderr
    rows = [json.loads(line)["vector"] for line in answer.stdout.splitlines()]
    assert rows[2] is None and "1 of 4 documents has no known words" in answer.stderr
    model = open_word_vectors(find(Cache(parts), "parts"))
    assert model.subwords is not None
    composed = model.subwords.compose("fishermanly")
    assert composed is not None
    assert rows[0] == pytest.approx(composed.vector.tolist(), abs=1e-6)
    # Means of words: what the third adds to the two is a third of its own vector.
    added = [3 * three - 2 * two for two, three in zip(rows[1], rows[3], strict=True)]
    assert added == pytest.approx(rows[0], abs=1e-5)


@pytest.mark.parametrize("word", ["东西", "old kingly", "x" * 1000, "1234"])
def test_a_word_that_cannot_be_composed_is_unknown(word: str, parts: Path) -> None:
    answer = run_latent(parts, "neighbors", word)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "unknown word" in answer.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--min-n", "2"), "--min-n: for fasttext only"),
        (("--max-n", "2", "--buckets", "9"), "--max-n, --buckets: for fasttext only"),
        (("-a", "fasttext", "--min-n", "5", "--max-n", "4"), "no n-gram is so long"),
        (("-a", "fasttext", "--min-n", "7"), "no n-gram is so long"),
        (("-a", "fasttext", "--buckets", "0"), "range"),
        (("-a", "fasttext", "--engine", "gensim"), "no engine 'gensim' for 'fasttext'"),
    ],
)
def test_settings_that_cannot_be_are_refused(
    options: tuple[str, ...], said: str, latent: Run
) -> None:
    answer = latent("embed", SAMPLES / "tales.txt", *options)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert said in answer.stderr


def test_defaults_are_the_programs_own_of_each_algorithm(parts: Path) -> None:
    parameters = find(Cache(parts), "parts").manifest["parameters"]
    assert (parameters["sample"], parameters["learning_rate"]) == (1e-4, 0.05)
    assert (parameters["min_n"], parameters["max_n"]) == (3, 6)
    words = find(Cache(parts), "parts").manifest["files"]["arrays/vectors.npy"]["shape"][0]
    assert parameters["buckets"] == 50 * words


def test_an_exported_model_answers_the_same_in_gensim(parts: Path, tmp_path: Path) -> None:
    answer = run_latent(parts, "export", "parts", "--to", "fasttext-bin", cwd=tmp_path)
    assert answer.stdout == "parts.bin\n"
    logging.getLogger("gensim").setLevel(logging.ERROR)
    vectors = load_facebook_vectors(str(tmp_path / "parts.bin"))
    for word in ("king", "fishermanly"):
        lines = run_latent(parts, "neighbors", word, "-n", "8", "--json").stdout.splitlines()
        ours = {row["word"]: row["similarity"] for row in map(json.loads, lines)}
        assert ours == pytest.approx(dict(vectors.most_similar(word, topn=8)), abs=1e-6)


def test_an_imported_model_composes_and_is_written_again_byte_for_byte(
    latent: Run, shared_data: Path, tmp_path: Path
) -> None:
    path = shared_data / "vectors" / "gensim" / "crime-and-punishment.bin"
    assert latent("import", path, "--name", "theirs").returncode == 0
    answer = latent("neighbors", "преступниками", "-m", "theirs", "-n", "3", "--json")
    assert answer.returncode == 0 and "composed" in answer.stderr
    logging.getLogger("gensim").setLevel(logging.ERROR)
    vectors = load_facebook_vectors(str(path))
    ours = {row["word"]: row["similarity"] for row in map(json.loads, answer.stdout.splitlines())}
    assert ours == pytest.approx(dict(vectors.most_similar("преступниками", topn=3)), abs=1e-6)
    assert latent("export", "theirs", "--to", "fasttext-bin", "-o", tmp_path / "b").returncode == 0
    assert (tmp_path / "b").read_bytes() == path.read_bytes()


def test_any_embedding_can_be_written_for_fasttext(asked: Run, tmp_path: Path) -> None:
    assert (
        asked("export", "tales", "--to", "fasttext-bin", "-o", tmp_path / "m.bin").returncode == 0
    )
    vectors = load_facebook_vectors(str(tmp_path / "m.bin"))
    lines = asked("neighbors", "king", "-n", "5").stdout.splitlines()
    assert [line.split("\t")[1] for line in lines] == [
        word for word, _ in vectors.most_similar("king", topn=5)
    ]
    refused = asked("export", "notices", "--to", "fasttext-bin", "-o", tmp_path / "t.bin")
    assert refused.returncode == 2


def test_a_sweep_gives_each_algorithm_its_own_defaults(latent: Run, cache: Path) -> None:
    swept = latent(
        "sweep", SAMPLES / "tales.txt", "--dim", "5", "-a", "word2vec,fasttext", "--seeds", "1",
        "--epochs", "1", "--json",
    )  # fmt: skip
    assert swept.returncode == 0, swept.stderr
    rates = {}
    for row in map(json.loads, swept.stdout.splitlines()):
        run = find(Cache(cache), row["models"][0])
        rates[run.manifest["algorithm"]] = run.manifest["parameters"]["learning_rate"]
    assert rates == {"word2vec": 0.025, "fasttext": 0.05}


def test_a_model_is_trained_further(parts: Path, tmp_path: Path) -> None:
    more = run_latent(parts, "embed", "--resume", "parts", "--epochs", "2", "--threads", "1")
    assert more.returncode == 0, more.stderr
    run = find(Cache(parts), more.stdout.split("\t")[0])
    assert run.manifest["parameters"]["epochs"] == 12
    assert run.manifest["algorithm"] == "fasttext" and run.has("subword_vectors")


def test_word_similarity_is_judged_with_and_without_composed_words(
    parts: Path, tmp_path: Path
) -> None:
    pairs = [("king", "queen", 9.0), ("king", "kingly", 8.0), ("sea", "fishermanly", 5.0),
             ("king", "sea", 2.0), ("queen", "unseaworthy", 1.0)]  # fmt: skip
    rated = tmp_path / "rated.tsv"
    rated.write_text("".join(f"{a}\t{b}\t{rating}\n" for a, b, rating in pairs))
    binary = tmp_path / "parts.bin"
    assert (
        run_latent(parts, "export", "parts", "--to", "fasttext-bin", "-o", binary).returncode == 0
    )
    theirs = load_facebook_vectors(str(binary))
    answer = run_latent(parts, "evaluate", "parts", "--similarity", rated, "--json")
    known, composed = map(json.loads, answer.stdout.splitlines())
    assert "2 of 5 pairs covered" in known["detail"]
    assert "5 of 5 pairs covered, 3 of them with a vector composed" in composed["detail"]
    cosines = [theirs.similarity(a, b) for a, b, _ in pairs]
    expected = spearmanr(cosines, [rating for *_, rating in pairs]).statistic
    assert composed["value"] == pytest.approx(expected)
