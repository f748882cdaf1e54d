"""Coherence ranks topics as people do, at least as well as the figures published with the ratings.

Hoyle et al. (2021) had 150 topics of three models rated from 1 to 3 by 15 persons each, and
computed coherence in Wikipedia. Ours is computed in other articles of Wikipedia.
"""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from latentcli.corpus.readers import ReaderSettings
from latentcli.evaluation.coherence import coherence
from latentcli.store.cache import Cache
from latentcli.workflows.corpus import load_corpus
from latentcli.workflows.reading import CorpusRequest

MODELS = ("mallet", "dvae", "etm")


@pytest.mark.slow
def test_coherence_ranks_topics_as_people_do(shared_data: Path, tmp_path: Path) -> None:
    rated = json.loads((shared_data / "eval/topic-ratings/wikitext_topics.json").read_text())
    models = [rated["wikitext"][model] for model in MODELS]
    people = mean_ratings(shared_data / "eval/topic-ratings/wikitext_human_scores.csv.gz")
    wikipedia = str(shared_data / "text/enwiki-100m.txt.gz")
    settings = ReaderSettings(format="paragraphs")
    corpus, _ = load_corpus(Cache(tmp_path), CorpusRequest([wikipedia], settings))
    known = [
        np.array([row for row in map(corpus.vocabulary.words.find, topic[:10]) if row is not None])
        for model in models
        for topic in model["topics"]
    ]
    found = coherence(known, corpus, ("c_npmi", "c_v"))
    for ours, theirs in (("c_npmi", "c_npmi_10_full"), ("c_v", "c_v_full")):
        published = np.concatenate([model["metrics"][theirs] for model in models])
        assert not np.isnan(found[ours]).any()
        ranks = [spearmanr(values, people).statistic for values in (found[ours], published)]
        assert ranks[0] >= ranks[1], ours


def mean_ratings(path: Path) -> list[float]:
    """The mean rating of each topic, model by model."""
    ratings: dict[tuple[str, int], list[float]] = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["task"] == "ratings":
                topic = row["model"], int(row["topic_idx"])
                ratings.setdefault(topic, []).append(float(row["scores_raw"]))
    return [float(np.mean(ratings[model, topic])) for model in MODELS for topic in range(50)]
