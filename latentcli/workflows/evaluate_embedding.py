"""Judge an embedding by analogies and by people's ratings of similarity."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from latentcli.corpus.sources import printable_path
from latentcli.errors import RequestError
from latentcli.evaluation.analogies import METHODS, Solved, solve
from latentcli.evaluation.word_similarity import SAMPLES, RankCorrelation, rank_correlation
from latentcli.formats.analogy_questions import Section, read_analogies
from latentcli.formats.artefact import Artefact
from latentcli.formats.models import open_embedding
from latentcli.formats.word_pairs import read_pairs
from latentcli.models.embedding import Embedding
from latentcli.models.subword_embedding import SubwordEmbedding
from latentcli.observer import Observer
from latentcli.workflows.evaluation_request import EvaluationRequest, Measure

# The sections of word2vec's own questions that are about meaning, and how those about form begin.
_SEMANTIC = (
    "capital-common-countries", "capital-world", "currency", "city-in-state", "family",
)  # fmt: skip
_SYNTACTIC = "gram"


def evaluate_embedding(
    run: Artefact, request: EvaluationRequest, observer: Observer
) -> list[Measure]:
    """Return the figures of each file, those of similarity first; RequestError for no file."""
    if not request.analogies and not request.similarity:
        raise RequestError(
            "an embedding is judged by data that people made, and none was given",
            "--similarity FILE takes rated pairs of words (WordSim-353, SimLex-999), "
            "--analogies FILE questions (questions-words.txt)",
        )
    # All files are read before anything is computed, so that a wrong line is told at once.
    rated = [(path, read_pairs(path, request.encoding)) for path in request.similarity]
    asked = [(path, read_analogies(path, request.encoding)) for path in request.analogies]
    model = open_embedding(run)
    found = []
    for path, (pairs, heading, skipped) in rated:
        name = _name(path, request.similarity)
        if skipped:
            observer.note(f"{name}: its first line is taken for headings: {skipped}")
        found += _similarity(name, heading, model, pairs, request)
    for path, sections in asked:
        name = _name(path, request.analogies)

        def tell(done: float, total: float, name: str = name) -> None:
            observer.progress(f"{name}, words", done, total)

        found += _analogies(name, sections, model, request.restrict_vocab, tell)
    return found


def _name(path: str, paths: Sequence[str]) -> str:
    """Return a file's name, or its path where another has the same name."""
    names = [printable_path(other).rsplit("/", 1)[-1] for other in paths]
    name = printable_path(path).rsplit("/", 1)[-1]
    return name if names.count(name) == 1 else printable_path(path)


def _similarity(
    name: str,
    heading: str,
    model: Embedding,
    pairs: Sequence[tuple[str, str, float]],
    request: EvaluationRequest,
) -> list[Measure]:
    """Return the figure of known words and, where other words can be composed, that of all."""
    limit, seed = request.restrict_vocab, request.seed
    found = rank_correlation(model, pairs, limit, seed)
    measures = [_correlation(f"spearman {name}", heading, found, len(pairs), seed)]
    if isinstance(model, SubwordEmbedding):
        found = rank_correlation(model, pairs, limit, seed, compose=True)
        if found.composed:
            of_all = f"spearman {name}: with composed words"
            measures.append(_correlation(of_all, heading, found, len(pairs), seed))
    return measures


def _correlation(
    measure: str, heading: str, found: RankCorrelation, n_pairs: int, seed: int
) -> Measure:
    coverage = f"{found.covered:,} of {n_pairs:,} pairs covered"
    if found.composed:
        coverage += f", {found.composed:,} of them with a vector composed of n-grams"
    if found.rho is None:
        return Measure(measure, None, f"{coverage}: too few, or all alike, to rank")
    column = f" (column {heading!r})" if heading else ""
    detail = (
        f"rank correlation of cosines with people's ratings{column}; 95 % interval "
        f"{found.low:.3f} to {found.high:.3f} by {SAMPLES:,} bootstrap samples of seed "
        f"{seed}; {coverage}"
    )
    return Measure(measure, found.rho, detail)


def _analogies(
    name: str,
    sections: Sequence[Section],
    model: Embedding,
    limit: int,
    tell: Callable[[float, float], None],
) -> list[Measure]:
    solved = solve(model, [section.questions for section in sections], limit, tell)
    by_name = list(zip([section.name for section in sections], solved, strict=True))
    groups = [("", solved), *_halves_of_googles(by_name)]
    if len(by_name) > 1 or by_name[0][0]:
        groups += [(section or "no section", [score]) for section, score in by_name]
    among = f"answers are among the first {min(limit, len(model.words)):,} words"
    return [
        _share(f"{method} {name}{section and ': ' + section}", scores, number, among)
        for number, method in enumerate(METHODS)
        for section, scores in groups
    ]


def _halves_of_googles(by_name: Sequence[tuple[str, Solved]]) -> list[tuple[str, list[Solved]]]:
    """Return semantic and syntactic questions apart, where all sections are as in word2vec's."""
    kinds: dict[str, list[Solved]] = {"semantic": [], "syntactic": []}
    for section, score in by_name:
        if section in _SEMANTIC:
            kinds["semantic"].append(score)
        elif section.startswith(_SYNTACTIC):
            kinds["syntactic"].append(score)
        else:
            return []
    return [
        (kind, scores) for kind, scores in kinds.items() if scores and len(scores) < len(by_name)
    ]


def _share(measure: str, scores: Sequence[Solved], method: int, among: str) -> Measure:
    asked = sum(score.asked for score in scores)
    covered = sum(score.covered for score in scores)
    right = sum(score.right[method] for score in scores)
    coverage = f"{covered:,} of {asked:,} questions covered"
    if not covered:
        return Measure(measure, None, f"{coverage}: no question has four known words")
    return Measure(measure, right / covered, f"{right:,} answered rightly; {coverage}; {among}")
