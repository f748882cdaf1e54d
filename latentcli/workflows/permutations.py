"""Models of the documents of two corpora, dealt out anew: trained as two models were, and kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from latentcli.corpus.encoded import EncodedCorpus, documents_with_words
from latentcli.corpus.mask import frequent
from latentcli.corpus.pooled import PARTS, Permutation, dealt_part
from latentcli.engines import find_engine
from latentcli.engines.parameters import recorded_parameters
from latentcli.errors import InputError, RequestError
from latentcli.formats.artefact import Artefact
from latentcli.formats.models import EMBEDDING, embedding_parts
from latentcli.kernels import usable_cores
from latentcli.observer import Observer
from latentcli.store.cache import Cache
from latentcli.wording import counted
from latentcli.workflows.corpus_text import corpus_of_content
from latentcli.workflows.reference_corpus import needed_corpus
from latentcli.workflows.retraining import Member, duration, train_missing, training_seconds
from latentcli.workflows.training import Job, Parts, Train, TrainingOptions

_FEW_DOCUMENTS = 30


class Compared(NamedTuple):
    """An embedding, and the corpus that it was trained on."""

    run: Artefact
    corpus: EncodedCorpus


def permuted_models(
    cache: Cache, a: Artefact, b: Artefact, n: int, observer: Observer
) -> Iterator[tuple[Artefact, Artefact]]:
    """Return, for each of ``n`` permutations, the models of its two parts.

    The first is trained as ``a`` was (parameters, rare words left out, engine, threads), the
    second as ``b``, with seeds as far beyond theirs as the permutation's number, on documents of
    both corpora that chance dealt. Raises RequestError where that cannot be.
    """
    both = [Compared(run, needed_corpus(cache, run)) for run in (a, b)]
    _check(both, observer)
    members = [
        Member(f"permutation {number}, part {part}", _job(both, number, part))
        for number in range(1, n + 1)
        for part in PARTS
    ]
    runs = train_missing(
        cache, members, partial(part_training, cache), "permuted part",
        partial(_how_long, both), observer,
    )  # fmt: skip
    return zip(runs[::2], runs[1::2], strict=True)


def _job(both: Sequence[Compared], number: int, part: str) -> Job:
    """Return the job of training on one part: a seed of its own, all else as the model's."""
    own, other = both if part == PARTS[0] else both[::-1]
    manifest = own.run.manifest
    algorithm = manifest["algorithm"]
    parameters: Any = recorded_parameters(algorithm, manifest["parameters"])
    permutation = {
        "number": number,
        "part": part,
        "seed": both[0].run.manifest["parameters"]["seed"],
        "other": other.corpus.digest,
    }
    return Job(
        EMBEDDING,
        algorithm,
        find_engine(algorithm, manifest["engine"]),
        TrainingOptions(latest=False),
        manifest.get("threads") or usable_cores(),
        own.corpus,
        replace(parameters, seed=(parameters.seed + number) % 2**32),
        {**manifest["mask"], "permutation": permutation},
    )


def part_training(cache: Cache, job: Job, observer: Observer) -> Train:
    """Return what trains a job's embedding on the part that its mask names.

    No context vectors are kept. Raises RequestError where the other corpus is gone.
    """
    mask = dict(job.mask["permutation"])
    part, other = mask["part"], corpus_of_content(cache, mask["other"])
    permutation = Permutation(mask["number"], mask["seed"])
    if other is None:
        raise RequestError(
            "the corpus that its documents were dealt with is no longer in the cache",
            "encode it again as it was: 'latent corpus FILE'",
        )
    first, second = (job.corpus, other) if part == PARTS[0] else (other, job.corpus)

    def train(scratch: Path) -> tuple[Parts, Mapping[str, Any]]:
        corpus = dealt_part(first, second, permutation, part, scratch)
        kept = frequent(corpus.vocabulary, job.mask["min_count"])
        if len(kept) < 2:
            raise InputError(
                f"{counted(len(kept), 'word')} left in part {part} of permutation "
                f"{permutation.number} with --min-count {job.mask['min_count']}",
                "train the models with a smaller one, or on more text",
            )
        engine = job.engine.load()
        trained = engine.train(corpus, kept, job.parameters, job.threads, scratch, observer)
        return embedding_parts(replace(trained.model, context_vectors=None)), trained.metrics

    return train


def _check(both: Sequence[Compared], observer: Observer) -> None:
    for run, _ in both:
        for drawn in ("resample", "permutation"):
            if drawn in run.manifest["mask"]:
                raise RequestError(
                    f"{run.id[:12]} is of a {drawn} itself", "name the model that it was made for"
                )
    first, second = (each.corpus for each in both)
    if first.digest == second.digest:
        raise RequestError(
            f"both were trained on {first.name or 'one corpus'}: what differs between them is "
            "chance",
            "'latent compare A B' says how far two such models agree",
        )
    if first.tokenizer != second.tokenizer:
        raise RequestError(
            "the words of the two corpora were cut by different rules, so that documents cannot "
            "change places",
            "encode both with one --tokenizer, or judge words by others: --permutations 0",
        )
    _check_documents(both, observer)
    if _pairs(first) != _pairs(second):
        observer.note(
            "the phrases of the two were found apart: a word that one joins and the other does "
            "not may seem to have moved"
        )


def _pairs(corpus: EncodedCorpus) -> list[str]:
    return list(corpus.phrases or ())


def _check_documents(both: Sequence[Compared], observer: Observer) -> None:
    sizes = [len(documents_with_words(each.corpus)) for each in both]
    if min(sizes) < 2:
        name = both[sizes.index(min(sizes))].corpus.name
        raise RequestError(
            f"{name or 'a corpus'} is one document: there is nothing to permute",
            "train on smaller documents: 'latent embed FILE --format paragraphs' (or lines)",
        )
    if min(sizes) < _FEW_DOCUMENTS:
        observer.note(
            f"{sizes[0]:,} and {sizes[1]:,} documents are few to permute: expect to find little; "
            "smaller documents help (--format paragraphs or lines)"
        )


def _how_long(both: Sequence[Compared], missing: Sequence[Job]) -> str:
    took = {part: training_seconds(each.run) for part, each in zip(PARTS, both, strict=True)}
    parts = [took[job.mask["permutation"]["part"]] for job in missing]
    known = [seconds for seconds in parts if seconds is not None]
    a, b = took.values()
    if len(known) < len(parts) or a is None or b is None:
        return ""
    return f": about {duration(sum(known))} (the models took {duration(a)} and {duration(b)})"
