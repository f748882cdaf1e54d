"""Questions at the edges: unknown, empty, huge and odd words; models that are not there."""

from __future__ import annotations

import pytest

from tests.conftest import SAMPLES, Run


# Fault 80.
def test_a_query_passes_through_the_models_own_word_rule(asked: Run) -> None:
    plain, shouted = (asked("neighbors", word, "-q").stdout for word in ("king", " KING "))
    assert plain == shouted != ""


def test_three_to_five_near_spellings_are_suggested(asked: Run) -> None:
    hint = asked("neighbors", "castel").stderr.splitlines()[-1]
    words = hint.removeprefix("hint: did you mean ").rstrip("?").split(", ")
    assert 1 <= len(words) <= 5 and words[0] in ("castle", "castles")


def test_a_word_like_no_other_gets_no_suggestion(asked: Run) -> None:
    answer = asked("neighbors", "qwxzqwxz")
    assert answer.returncode == 1
    assert "did you mean" not in answer.stderr


# Fault 81.
@pytest.mark.parametrize("query", ["", " ", "\t\n"])
def test_an_empty_query_is_refused(query: str, asked: Run) -> None:
    for question in (("neighbors", query), ("analogy", "man", query, "woman")):
        answer = asked(*question)
        assert (answer.returncode, answer.stdout) == (2, "")
        assert "empty" in answer.stderr


def test_a_query_of_a_megabyte_is_an_unknown_word_shown_in_part(asked: Run) -> None:
    answer = asked("neighbors", "-", stdin="x" * 1_000_000)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert len(answer.stderr) < 500


def test_a_query_that_looks_like_an_option_stands_after_two_dashes(asked: Run) -> None:
    assert asked("neighbors", "-n", "1", "--", "king").returncode == 0
    assert asked("neighbors", "--", "--nosuchword").returncode == 1
    assert asked("neighbors", "--").returncode == 2


# Fault 82.
def test_an_analogy_of_unknown_words_names_them_all(asked: Run) -> None:
    answer = asked("analogy", "xqa", "xqb", "xqc")
    assert answer.returncode == 1
    assert all(f"'{word}'" in answer.stderr for word in ("xqa", "xqb", "xqc"))


@pytest.mark.parametrize("words", [("man", "king", "woman"), ("king", "king", "king")])
def test_an_analogy_leaves_out_the_query_words(words: tuple[str, ...], asked: Run) -> None:
    found = [
        line.split("\t")[1] for line in asked("analogy", *words, "-n", "50").stdout.splitlines()
    ]
    assert len(found) == 50
    assert not set(words) & set(found)


def test_a_word_is_wholly_similar_to_itself(asked: Run) -> None:
    assert asked("similarity", "king", "king").stdout == "king\tking\t1.000000\n"


def test_pairs_come_from_stdin_two_words_a_line(asked: Run) -> None:
    pairs = "king queen\nship\tsea\nking nosuchword\n\n"
    answer = asked("similarity", "-", stdin=pairs)
    assert answer.returncode == 0
    rows = [line.split("\t") for line in answer.stdout.splitlines()]
    assert [row[:2] for row in rows] == [["king", "queen"], ["ship", "sea"]]
    assert "'nosuchword'" in answer.stderr


def test_a_line_that_is_no_pair_is_named(asked: Run) -> None:
    for line, n_words in (("king", "1 word"), ("king queen ship", "3 words")):
        answer = asked("similarity", "-", stdin=f"king queen\n\n{line}\n")
        assert (answer.returncode, answer.stdout) == (2, "")
        assert f"stdin:3: {n_words}, two are wanted" in answer.stderr


# Fault 83.
@pytest.mark.parametrize(
    ("question", "maker"),
    [
        (("neighbors", "king"), "latent embed"),
        (("analogy", "man", "king", "woman"), "latent embed"),
        (("similarity", "king", "queen"), "latent embed"),
        (("infer", SAMPLES / "tales.txt"), "latent topics"),
    ],
    ids=lambda given: given[0] if isinstance(given, tuple) else "",
)
def test_a_question_before_any_model_says_which_command_makes_one(
    question: tuple[str, ...], maker: str, latent: Run
) -> None:
    answer = latent(*question)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert maker in answer.stderr


def test_training_without_any_corpus_says_how_to_name_one(latent: Run) -> None:
    for name in ("embed", "topics", "corpus"):
        answer = latent(name)
        assert answer.returncode == 2
        assert "no corpus named" in answer.stderr and "'-'" in answer.stderr


def test_a_model_of_the_other_kind_says_which_command_makes_one(asked: Run) -> None:
    answer = asked("neighbors", "king", "-m", "notices")
    assert answer.returncode == 2
    assert "topic-model" in answer.stderr and "latent embed" in answer.stderr


# Fault 84.
def test_a_document_without_a_known_word_is_named_and_has_no_topic(asked: Run) -> None:
    answer = asked("infer", "-", "--format", "lines", "-m", "notices", stdin="qzx\nsoup oven\n")
    assert answer.returncode == 0
    first, second, *_ = (line.split("\t") for line in answer.stdout.splitlines())
    assert first == ["1", "", ""]
    assert second[0] == "2" and float(second[2]) > 0
    assert "1 of 2 documents has no known words: 1" in answer.stderr


def test_documents_without_any_known_word_are_nothing_found(asked: Run) -> None:
    for model in ("notices", "notices-lsi", "tales"):
        answer = asked("infer", "-", "-m", model, stdin="qzx xzq\n")
        assert (answer.returncode, answer.stdout.strip()) == (1, "1")  # flagged, no topic
        assert "no known words in any of 1 document" in answer.stderr


def test_each_of_several_unknown_words_gets_its_suggestions(asked: Run) -> None:
    done = asked("neighbors", "kingg", "queenn", "qqqqqqqqqqqq")
    assert done.returncode == 1
    assert "unknown words 'kingg', 'queenn', 'qqqqqqqqqqqq'" in done.stderr
    assert "for 'kingg': king" in done.stderr and "for 'queenn': queen" in done.stderr
    assert "for 'qqqqqqqqqqqq'" not in done.stderr


def test_a_model_named_as_a_corpus_is_called_by_its_name(asked: Run) -> None:
    done = asked("topics", "notices")
    assert done.returncode == 2
    assert "'notices' is a run of kind topic-model" in done.stderr
