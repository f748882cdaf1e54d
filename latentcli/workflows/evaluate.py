"""Judge a model, or topics from elsewhere: a figure a line, with what it means."""

from __future__ import annotations

from latentcli.errors import RequestError
from latentcli.formats.artefact import Artefact
from latentcli.formats.models import EMBEDDING, TOPIC_MODEL
from latentcli.observer import SILENT, Observer
from latentcli.store.cache import Cache
from latentcli.workflows.evaluation_request import EvaluationRequest, Measure
from latentcli.workflows.find import chosen_run


def evaluate(
    cache: Cache, request: EvaluationRequest, observer: Observer = SILENT
) -> list[Measure]:
    """Return the figures of a stored model, or of the topics in a file.

    Raises RequestError where options are not for such a model, and where an embedding is to be
    judged by nothing.
    """
    if request.topics is not None:
        _refuse("a list of topics", request, ("ref", "unseen", *_OF_EMBEDDINGS))
        from latentcli.workflows.evaluate_topics import evaluate_topic_list

        return evaluate_topic_list(cache, request, observer)
    run = _chosen(cache, request, observer)
    if run.kind == EMBEDDING:
        _refuse("an embedding", request, _OF_TOPICS)
        from latentcli.workflows.evaluate_embedding import evaluate_embedding

        return evaluate_embedding(run, request, observer)
    _refuse("a topic model", request, _OF_EMBEDDINGS)
    from latentcli.workflows.evaluate_topics import evaluate_topic_model

    return evaluate_topic_model(cache, run, request, observer)


_OF_TOPICS = ("top", "per_topic", "corpus", "unseen")
_OF_EMBEDDINGS = ("analogies", "similarity", "restrict_vocab", "seed")


def _chosen(cache: Cache, request: EvaluationRequest, observer: Observer) -> Artefact:
    """Open the model that is meant; where none is named, the latest that the options are for."""
    kind = None
    if request.ref is None and (request.analogies or request.similarity):
        kind = EMBEDDING
    elif request.ref is None and (request.corpus or request.unseen or request.per_topic):
        kind = TOPIC_MODEL
    run = chosen_run(cache, request.ref, kind, observer)
    if run.kind not in (EMBEDDING, TOPIC_MODEL):
        raise RequestError(f"'{request.ref}' is a {run.kind}", "only models can be evaluated")
    return run


def _refuse(what: str, request: EvaluationRequest, options: tuple[str, ...]) -> None:
    for option in options:
        if request.asks_for(option):
            shown = "REF" if option == "ref" else f"--{option.replace('_', '-')}"
            raise RequestError(f"{shown} is not for {what}", "see 'latent evaluate --help'")
