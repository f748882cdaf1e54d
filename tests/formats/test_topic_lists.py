"""Topics as other programs write them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from gensim.corpora import Dictionary
from gensim.models import LdaModel

from latentcli.errors import InputError
from latentcli.formats.topic_lists import read_topics

TOPICS = [["ship", "sea", "don't"], ["soup", "l'eau"]]


def read(folder: Path, content: str) -> list[list[str]]:
    path = folder / "topics.txt"
    path.write_text(content, newline="")
    return read_topics(str(path))


@pytest.mark.parametrize(
    "content",
    [
        "ship sea don't\nsoup l'eau\n",
        "ship,sea,don't\r\nsoup, l'eau",
        "# mine\nship\tsea\tdon't\n\nsoup l'eau,\n",
        "0\t2.5\tship sea don't \n1\t0.05\tsoup l'eau \n",  # MALLET's --output-topic-keys
        '0.050*"ship" + 0.030*"sea" + -0.012*"don\'t"\n(1, \'5e-05*"soup" + 1*"l\'eau"\')\n',
        "0: ship sea don't\n1: soup l'eau\n",
        "0\tship sea don't sea\n1\tsoup l'eau\n",
        """(0, [('ship', 0.05), ('sea', 0.03), ("don't", np.float32(0.02))])
(1, [('soup', 5e-05), ("l'eau", -0.1)])""",
        "0\t0.6\t-0.1\t1e-05\tship sea don't\t\n1\t0.4\t\t0.3\tsoup l'eau\tmeals\n",
        "topic,share,coherence,exclusivity,words,seeds\n0,0.6,,0.5,ship sea don't,\n"
        "1,0.4,0.1,0.3,soup l'eau,meals\n",
        json.dumps({"topics": TOPICS, "metrics": {"npmi": [1, 2]}}),
        "\n".join(json.dumps({"topic": 0, "share": 0.5, "words": words}) for words in TOPICS),
        json.dumps(TOPICS),
        json.dumps(TOPICS, indent=1),
        "\n".join(map(json.dumps, TOPICS)),
    ],
)
def test_the_lists_of_other_programs_are_read(content: str, tmp_path: Path) -> None:
    assert read(tmp_path, content) == TOPICS


def test_what_gensim_prints_is_read(tmp_path: Path) -> None:
    texts = [["a", "b", "d"], ["e", "a", "f"]]
    words = Dictionary(texts)
    bags = [words.doc2bow(text) for text in texts]
    model = LdaModel(bags, 2, words, random_state=np.random.RandomState(1))
    printed = model.print_topics(num_words=6)
    expected = [[word for word, _ in topic] for _, topic in model.show_topics(formatted=False)]
    assert read(tmp_path, "\n".join(map(str, printed))) == expected


@pytest.mark.parametrize(
    ("content", "place"), [("", ""), ("# none\n", ""), ("[1, 2]\n", ":1"), ("a b\n[[1]]\n", ":2")]
)
def test_what_is_no_list_of_topics_is_refused(content: str, place: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"topics\.txt{place}: "):
        read(tmp_path, content)
