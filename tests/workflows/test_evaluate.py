"""Figures of stored models: what they are, what they say of themselves, and when there is none."""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from gensim.corpora import Dictionary
from gensim.models import CoherenceModel
from sklearn.metrics import normalized_mutual_info_score

from latentcli.corpus.phrases import PhraseSettings
from latentcli.corpus.readers import ReaderSettings
from latentcli.corpus.tokenizers import TokenizerSettings, make_tokenizer
from latentcli.errors import InputError, RequestError
from latentcli.evaluation.perplexity import Completion
from latentcli.formats.corpus import open_corpus
from latentcli.formats.models import open_topic_model
from latentcli.store.cache import Cache
from latentcli.store.runs import find, list_runs
from latentcli.store.runs import remove as remove_run
from latentcli.workflows.corpus import corpus
from latentcli.workflows.evaluate import evaluate
from latentcli.workflows.evaluate_topics import described_completion
from latentcli.workflows.evaluation_request import EvaluationRequest, Measure
from latentcli.workflows.reading import CorpusRequest
from latentcli.workflows.topic_request import MaskOptions, TopicsRequest
from latentcli.workflows.topics import describe, topics
from latentcli.workflows.training import TrainingOptions
from tests.conftest import SAMPLES
from tests.small import Notes

NOTICES = CorpusRequest([str(SAMPLES / "notices.jsonl")])
TALES = CorpusRequest([str(SAMPLES / "tales.txt")])
FIGURES = [
    "c_npmi", "c_v", "u_mass", "c_uci", "diversity", "exclusivity", "held_out_perplexity", "nmi",
    "purity",
]  # fmt: skip


def judged(store: Cache, ref: str | None = None, **request: object) -> dict[str, Measure]:
    rows = evaluate(store, EvaluationRequest(ref, **request))  # type: ignore[arg-type]
    assert len({row.measure for row in rows}) == len(rows)
    assert all(row.detail and "\n" not in row.detail for row in rows)
    return {row.measure: row for row in rows}


def words_of(path: Path, field: str = "text") -> list[list[str]]:
    tokenize = make_tokenizer(TokenizerSettings()).tokenize
    return [tokenize(json.loads(line)[field]) for line in path.read_text().splitlines()]


@pytest.fixture(scope="module")
def held_out(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    """A cache with a model of the notices, a quarter of them held out; tests leave it as it is."""
    store = Cache(tmp_path_factory.mktemp("held-out") / "cache")
    request = TopicsRequest(k=10, held_out=0.25, seed=3)
    topics(store, NOTICES, request, TrainingOptions(name="split"))
    return store


@pytest.mark.parametrize("ref", ["notices", "notices-lsi"])
def test_every_topic_model_has_the_same_figures(ref: str, trained: Cache) -> None:
    assert list(judged(trained, ref)) == FIGURES


@pytest.mark.parametrize("measure", ["u_mass", "c_uci", "c_npmi", "c_v"])
def test_coherence_is_gensims_of_the_models_own_corpus(measure: str, trained: Cache) -> None:
    texts = words_of(SAMPLES / "notices.jsonl")
    listed = [topic.words for topic in describe(find(trained, "notices"), 10)]
    judge = CoherenceModel(
        topics=listed, texts=texts, dictionary=Dictionary(texts), coherence=measure, processes=1
    )
    found = judged(trained, "notices", per_topic=True)
    assert found[measure].value == pytest.approx(judge.get_coherence(), abs=1e-6)
    assert [found[f"{measure} topic {topic}"].value for topic in range(10)] == pytest.approx(
        judge.get_coherence_per_topic(), abs=1e-6
    )
    assert "notices.jsonl, 400 documents, no word left out" in found[measure].detail
    assert found[f"{measure} topic 3"].detail == " ".join(listed[3])


def test_so_many_top_words_are_judged(trained: Cache) -> None:
    few, many = (judged(trained, "notices", top=top) for top in (3, 20))
    listed = [topic.words for topic in describe(find(trained, "notices"), 20)]
    distinct = {word for words in listed for word in words}
    assert many["diversity"].value == len(distinct) / 200
    assert few["c_v"].value != many["c_v"].value
    assert "top 3 words" in few["c_v"].detail


def test_exclusivity_is_the_mean_of_the_topics_table(trained: Cache) -> None:
    listed = describe(find(trained, "notices"))
    assert judged(trained, "notices")["exclusivity"].value == pytest.approx(
        np.mean([topic.exclusivity for topic in listed])
    )


def test_agreement_with_labels_is_scikit_learns(trained: Cache) -> None:
    model = open_topic_model(find(trained, "notices"))
    labels = open_corpus(find(trained, "latest", "corpus")).labels
    assert labels is not None
    expected = normalized_mutual_info_score(list(labels), model.doc_topic.argmax(axis=1))
    found = judged(trained, "notices")
    assert found["nmi"].value == pytest.approx(expected)
    assert "10 labels, 400 documents" in found["nmi"].detail


def test_a_model_whose_corpus_is_gone_says_so_and_takes_another(
    trained: Cache, tmp_path: Path
) -> None:
    store = Cache(Path(shutil.copytree(trained.root, tmp_path / "copied")))
    for run in list_runs(store):
        if run.kind == "corpus":
            remove_run(store, run.id)
    found = judged(store, "notices")
    assert list(found) == FIGURES
    for name in ("c_v", "u_mass", "nmi", "purity"):
        assert found[name].value is None and "not in the cache" in found[name].detail
    assert found["diversity"].value is not None
    again = judged(store, "notices", corpus=NOTICES)
    assert again["c_v"].value == judged(trained, "notices")["c_v"].value
    assert not [run for run in list_runs(store) if run.kind == "corpus"]


def test_another_corpus_is_named_by_path_or_by_name(trained: Cache, tmp_path: Path) -> None:
    store = Cache(Path(shutil.copytree(trained.root, tmp_path / "copied")))
    corpus(store, replace(TALES, name="stories"))
    before = {run.id for run in list_runs(store)}
    by_path = judged(store, "notices", corpus=TALES)
    by_name = judged(store, "notices", corpus=CorpusRequest(["stories"]))
    assert by_path["c_v"].value == by_name["c_v"].value != judged(store, "notices")["c_v"].value
    assert "of 100 words are not in it" in by_path["c_v"].detail
    assert {run.id for run in list_runs(store)} == before


def test_reading_another_corpus_leaves_the_latest_as_it_was(held_out: Cache) -> None:
    before = find(held_out, "latest", "corpus").id
    judged(held_out, corpus=TALES, unseen=TALES)
    assert find(held_out, "latest", "corpus").id == before


def test_the_models_own_word_rule_cannot_be_changed(trained: Cache) -> None:
    characters = replace(TALES, tokenizer=TokenizerSettings("characters"))
    with pytest.raises(RequestError, match="own rule"):
        judged(trained, "notices", corpus=characters)


def test_documents_held_out_are_predicted(held_out: Cache) -> None:
    found = judged(held_out)["held_out_perplexity"]
    n_terms = len(open_topic_model(find(held_out, "split")).words)
    assert found.value is not None and 10 < found.value < n_terms
    assert "100 documents" in found.detail and "seed 3" in found.detail


def test_the_run_records_what_was_held_out(held_out: Cache) -> None:
    run = find(held_out, "split")
    record = run.manifest["mask"]["held_out"]
    assert (record["share"], record["seed"], record["documents"]) == (0.25, 3, 100)
    assert record["digest"][:12] in judged(held_out)["held_out_perplexity"].detail
    assert np.count_nonzero(open_topic_model(run).doc_lengths) == 300
    assert run.manifest["corpus"]["documents"] == 400


def test_phrases_are_said_to_know_the_documents_held_out(store: Cache, notes: Notes) -> None:
    joined = CorpusRequest(NOTICES.inputs, phrases=PhraseSettings())
    request = TopicsRequest("lsi", k=3, held_out=0.1)
    topics(store, joined, request, observer=notes)
    assert "phrases were found in all documents, those held out included" in notes
    notes.lines.clear()
    topics(store, NOTICES, request, observer=notes)
    assert "phrases were found" not in notes


def test_a_share_held_out_is_part_of_the_request(held_out: Cache, tmp_path: Path) -> None:
    store = Cache(Path(shutil.copytree(held_out.root, tmp_path / "copied")))
    notes = Notes()
    same = TopicsRequest(k=10, held_out=0.25, seed=3)
    topics(store, NOTICES, same, observer=notes)
    assert "is in the cache already" in notes and "100 of 400 documents are held out" in notes
    topics(store, NOTICES, replace(same, held_out=0.1))
    topics(store, NOTICES, replace(same, held_out=None))
    assert len([run for run in list_runs(store) if run.kind == "topic-model"]) == 3


def test_held_out_documents_are_no_part_of_training_nor_of_its_words(tmp_path: Path) -> None:
    store = Cache(tmp_path / "cache")
    path = tmp_path / "texts"
    path.write_text("".join(f"common words here only{i} only{i}\n" for i in range(40)))
    request = TopicsRequest(k=2, held_out=0.5, mask=MaskOptions("none", 1, 1.0))
    topics(store, CorpusRequest([str(path)], ReaderSettings("lines")), request)
    model = open_topic_model(find(store, "latest"))
    assert len(model.words) == 3 + 20
    assert model.term_counts.min() == 2 and model.doc_lengths.tolist().count(0) == 20


def test_without_documents_held_out_the_line_says_how_to_get_a_figure(trained: Cache) -> None:
    found = judged(trained, "notices")["held_out_perplexity"]
    assert found.value is None and "--held-out" in found.detail and "--unseen" in found.detail


def test_lsi_has_no_perplexity_and_says_what_has(trained: Cache) -> None:
    found = judged(trained, "notices-lsi", unseen=NOTICES)
    for name in ("held_out_perplexity", "unseen_perplexity"):
        assert found[name].value is None
        assert "lsi" in found[name].detail and "lda" in found[name].detail


def test_unseen_documents_are_predicted(held_out: Cache, trained: Cache) -> None:
    own = judged(trained, "notices", unseen=NOTICES)["unseen_perplexity"]
    other = judged(trained, "notices", unseen=TALES)["unseen_perplexity"]
    assert own.value is not None and other.value is not None
    assert own.value < other.value
    assert "400 documents" in own.detail


def test_documents_that_were_trained_on_are_told_from_unseen_ones(
    trained: Cache, notes: Notes, tmp_path: Path
) -> None:
    copied = tmp_path / "other.jsonl"
    copied.write_bytes(Path(NOTICES.inputs[0]).read_bytes())
    for unseen in (NOTICES, CorpusRequest([str(copied)])):
        found = evaluate(trained, EvaluationRequest("notices", unseen=unseen), notes)
        [row] = [row for row in found if row.measure == "unseen_perplexity"]
        assert "trained on these very documents" in row.detail
        assert "trained on these very documents" in notes
        notes.lines.clear()
    found = evaluate(trained, EvaluationRequest("notices", unseen=TALES), notes)
    assert "very documents" not in notes and "very documents" not in found[-3].detail


def test_unseen_documents_without_known_words_have_no_figure(trained: Cache) -> None:
    typed = CorpusRequest(["-"], ReaderSettings("lines"), stdin=io.BytesIO(b"qzx\nsoup\n"))
    found = judged(trained, "notices", unseen=typed)["unseen_perplexity"]
    assert found.value is None and "two words" in found.detail
    with pytest.raises(InputError, match="no tokens"):
        judged(
            trained,
            "notices",
            unseen=CorpusRequest(["-"], ReaderSettings("lines"), stdin=io.BytesIO(b"\n \n")),
        )


def test_a_corpus_without_labels_says_so(tmp_path: Path) -> None:
    store = Cache(tmp_path / "cache")
    topics(store, TALES, TopicsRequest(k=5))
    found = judged(store)
    assert found["nmi"].value is None and "no labels" in found["purity"].detail


def test_a_corpus_that_was_cut_is_judged_as_it_was_cut(tmp_path: Path) -> None:
    store = Cache(tmp_path / "cache")
    path = tmp_path / "one"
    path.write_text((SAMPLES / "tales.txt").read_text().replace("\n", " "))
    request = TopicsRequest(k=3, held_out=0.2)
    topics(store, CorpusRequest([str(path)], ReaderSettings("lines")), request)
    found = judged(store)
    assert "windows of 110 tokens of one, 1 document," not in found["c_v"].detail
    assert found["u_mass"].value is not None and found["u_mass"].value < -0.01
    assert found["held_out_perplexity"].value is not None


def test_topics_from_elsewhere_need_no_model(tmp_path: Path) -> None:
    store = Cache(tmp_path / "cache")
    path = tmp_path / "topics.txt"
    path.write_text("Ship sea king castle\nboat,WATER,qqq\nxx yy\n")
    found = judged(store, topics=str(path), corpus=TALES, per_topic=True)
    assert list(found)[-1] == "diversity" and found["diversity"].value == 1
    assert found["c_v topic 0"].value is not None and found["c_v topic 1"].value is not None
    none = found["c_v topic 2"]
    assert none.value is None and none.detail == (
        "fewer than two of its words are in the corpus, or all are everywhere: xx yy"
    )
    assert found["c_v"].value == pytest.approx(
        (found["c_v topic 0"].value + found["c_v topic 1"].value) / 2
    )
    assert "3 of 9 words are not in it; 1 of 3 topics have no figure" in found["c_v"].detail
    assert judged(store, topics=str(path), corpus=TALES, top=2)["c_v"].value is not None


def test_topics_from_elsewhere_are_judged_by_the_latest_corpus(
    trained: Cache, tmp_path: Path, notes: Notes
) -> None:
    path = tmp_path / "topics.txt"
    path.write_text("soup butter onion\n")
    [row, *_] = evaluate(trained, EvaluationRequest(topics=str(path)), notes)
    assert "notices.jsonl" in row.detail and "the one used last" in notes


def rated(folder: Path) -> str:
    path = folder / "rated.tsv"
    path.write_text("King\tqueen\t9\nking\tship\t2\nship\tsea\t8\nqueen\tsea\t1\nking\tqzx\t5\n")
    return str(path)


def test_similarity_has_a_figure_an_interval_and_its_coverage(
    trained: Cache, tmp_path: Path
) -> None:
    found = judged(trained, "tales", similarity=[rated(tmp_path)])
    [row] = found.values()
    assert row.measure == "spearman rated.tsv"
    assert row.value is not None and -1 <= row.value <= 1
    assert "4 of 5 pairs covered" in row.detail and "95 % interval" in row.detail
    assert row == judged(trained, "tales", similarity=[rated(tmp_path)])[row.measure]
    other = judged(trained, "tales", similarity=[rated(tmp_path)], seed=2)[row.measure]
    assert other.value == row.value and "seed 2" in other.detail


def test_analogies_have_figures_in_all_and_by_section(trained: Cache, tmp_path: Path) -> None:
    path = tmp_path / "q.txt"
    path.write_text(
        ": family\nking queen man woman\n: gram1-x\nqueen king woman man\nship sea king qzx\n"
    )
    found = judged(trained, "tales", analogies=[str(path)])
    sections = ["", ": semantic", ": syntactic", ": family", ": gram1-x"]
    assert list(found) == [f"{m} q.txt{s}" for m in ("3cosadd", "3cosmul") for s in sections]
    assert "2 of 3 questions covered" in found["3cosadd q.txt"].detail
    none = judged(trained, "tales", analogies=[str(path)], restrict_vocab=2)["3cosadd q.txt"]
    assert none.value is None and "0 of 3 questions covered" in none.detail


def test_files_of_the_same_name_are_told_apart(trained: Cache, tmp_path: Path) -> None:
    folders = tmp_path / "a", tmp_path / "b"
    for folder in folders:
        folder.mkdir()
    paths = [rated(folder) for folder in folders]
    found = judged(trained, "tales", similarity=paths)
    assert list(found) == [f"spearman {path}" for path in paths]


def test_an_embedding_needs_data_to_be_judged_by(trained: Cache) -> None:
    with pytest.raises(RequestError) as failure:
        judged(trained, "tales")
    assert "--similarity" in failure.value.hint and failure.value.exit_code == 2


def test_a_wrong_line_is_told_before_anything_is_computed(trained: Cache, tmp_path: Path) -> None:
    path = tmp_path / "q.txt"
    path.write_text("a b c\n")
    with pytest.raises(InputError, match=r"q\.txt:1"):
        judged(trained, "tales", similarity=[rated(tmp_path)], analogies=[str(path)])


@pytest.mark.parametrize(
    ("ref", "option", "value"),
    [
        ("tales", "corpus", TALES),
        ("tales", "unseen", TALES),
        ("tales", "per_topic", True),
        ("notices", "analogies", ["q"]),
        ("notices", "similarity", ["q"]),
    ],
)
def test_options_of_the_other_kind_are_refused(
    ref: str, option: str, value: object, trained: Cache
) -> None:
    with pytest.raises(RequestError, match=f"--{option.replace('_', '-')} is not for"):
        judged(trained, ref, **{option: value})


def test_a_list_of_topics_is_judged_in_place_of_a_model(trained: Cache, tmp_path: Path) -> None:
    path = tmp_path / "topics.txt"
    path.write_text("soup butter\n")
    with pytest.raises(RequestError, match="REF is not for a list of topics"):
        judged(trained, "notices", topics=str(path))


def test_only_models_are_judged(trained: Cache) -> None:
    with pytest.raises(RequestError, match="is a corpus"):
        judged(trained, find(trained, "latest", "corpus").id)


def test_the_latest_model_of_the_kind_that_the_options_are_for_is_judged(
    trained: Cache, tmp_path: Path
) -> None:
    assert list(judged(trained))[0] == "c_npmi"  # the latest of all is a topic model
    assert list(judged(trained, similarity=[rated(tmp_path)])) == ["spearman rated.tsv"]


def test_tokens_without_probability_are_told_from_the_others() -> None:
    found = described_completion(Completion(-20.0, 1, 12, 2, 0), "")
    assert "2 of 12 tokens have probability 0 (7.4 without them" in found
    assert "2 of 2 tokens" in described_completion(Completion(0.0, 1, 2, 2, 0), "")
