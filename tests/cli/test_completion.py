"""What the shell completes: commands, options, formats, names of models, words."""

from __future__ import annotations

import pytest

from tests.conftest import Run


def _completed(asked: Run, line: str) -> list[str]:
    words = line.split(" ")
    env = {
        "_LATENT_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    return asked(env=env).stdout.split()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("latent neig", {"neighbors"}),
        ("latent cache v", {"verify"}),
        ("latent neighbors --met", {"--metric"}),
        ("latent embed --format para", {"paragraphs"}),
        ("latent neighbors king -m ta", {"tales"}),
        ("latent show notices", {"notices", "notices-lsi"}),
    ],
)
def test_the_shell_completes(line: str, found: set[str], asked: Run) -> None:
    assert set(_completed(asked, line)) == found


def test_words_of_the_latest_embedding_are_completed_the_most_frequent_first(asked: Run) -> None:
    words = _completed(asked, "latent neighbors cas")
    assert words and words[0] == "castle"
    assert all(word.startswith("cas") for word in words)
    for line in ("interpolate king cas", "odd-one-out cas", "axis poor rich cas", "vector cas"):
        assert _completed(asked, f"latent {line}") == words


def test_an_empty_cache_completes_nothing_and_fails_nothing(latent: Run) -> None:
    assert _completed(latent, "latent neighbors ki") == []
    assert _completed(latent, "latent show ") == []
