"""Rated pairs of words in the forms that people have them, and what is no pair."""

from __future__ import annotations

from pathlib import Path

import pytest

from latentcli.errors import InputError
from latentcli.formats.text_lines import cells
from latentcli.formats.word_pairs import RatedPair, RatedPairs, read_pairs

PAIRS = [RatedPair("love", "sex", 6.77), RatedPair("tiger", "tiger", 10.0)]


def read(folder: Path, content: str) -> RatedPairs:
    path = folder / "pairs.txt"
    path.write_bytes(content.encode())
    return read_pairs(str(path))


@pytest.mark.parametrize(
    ("content", "heading"),
    [
        ("love\tsex\t6.77\ntiger\ttiger\t10.00\n", ""),
        ("love sex 6.77\r\ntiger tiger 1e1", ""),
        ("love,sex,6.77\rtiger,tiger,10\r", ""),
        (
            "\ufeff# WordSim\n# Word 1\tWord 2\tHuman\n\nlove\tsex\t6.77\ntiger\ttiger\t10\n",
            "",
        ),
        (
            "Word 1,Word 2,Human (Mean),1,2\nlove,sex,6.77,9,6\ntiger,tiger,10,10,10\n",
            "Human (Mean)",
        ),
        ('"Word1","Word2","Score"\n"love","sex",6.77\n"tiger","tiger",10\n', "Score"),
        (
            "word1\tword2\tPOS\tSimLex999\tconc(w1)\nlove\tsex\tN\t6.77\t1.5\ntiger\ttiger\tN\t10\t4\n",
            "SimLex999",
        ),
        ("love\tsex\tN\t6.77\tSYNONYMS\ntiger\ttiger\tN\t10.0\tNONE\n", ""),
        ("a\tb\tid\tscore\nlove\tsex\t1\t6.77\ntiger\ttiger\t2\t10\n", "score"),
    ],
)
def test_a_file_may_be_written_in_many_ways(content: str, heading: str, tmp_path: Path) -> None:
    assert read(tmp_path, content) == RatedPairs(PAIRS, heading)


@pytest.mark.parametrize(
    "line", ["tiger tiger", "tiger tiger x", "tiger tiger nan", "tiger 5", "tiger\t\t5", "tiger"]
)
def test_a_line_that_is_no_pair_is_named(line: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"pairs\.txt:2: "):
        read(tmp_path, f"love sex 6.77\n{line}\n")


@pytest.mark.parametrize(
    "line", ["tiger tiger x", "tiger\ttiger\tN/A", "love,sex,6.7.7", "love sex nan", "a b"]
)
def test_a_malformed_first_line_is_no_heading(line: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"pairs\.txt:1: "):
        read(tmp_path, f"{line}\nlove sex 6.77\n")


@pytest.mark.parametrize("line", ["word1\tword2\tpoints", "Word 1,Word 2,points", "a b points"])
def test_headings_of_no_known_rating_are_handed_on(line: str, tmp_path: Path) -> None:
    content = "love,sex,6.77\ntiger,tiger,10\n".replace(",", "," if "," in line else "\t")
    found = read(tmp_path, f"{line}\n{content}")
    assert (found.pairs, found.skipped) == (PAIRS, ", ".join(cells(line)))


@pytest.mark.parametrize("content", ["", "# only this\n", "a\tb\tscore\n", "word\n", "a b\nc d\n"])
def test_a_file_without_pairs_is_refused(content: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="pairs"):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("name", "n_pairs", "heading", "last"),
    [
        ("word-sim/EN-WS-353-ALL.txt", 353, "", ("architecture", "century", 3.78)),
        ("word-sim/EN-WS-353-SIM.txt", 203, "", ("king", "cabbage", 0.23)),
        ("word-sim/EN-WS-353-REL.txt", 252, "", ("king", "cabbage", 0.23)),
        ("word-sim/EN-SIMLEX-999.txt", 999, "", ("attend", "arrive", 6.08)),
        ("word-sim/EN-MEN-TR-3k.txt", 3000, "", ("bakery", "zebra", 0.0)),
        ("word-sim/EN-MTurk-287.txt", 287, "", ("marriage", "anniversary", 4.333333333)),
        ("word-sim/simlex-german.txt", 999, "score", ("beiwohnen", "ankommen", 2.615384615)),
        ("word-sim/wordsim353-german.txt", 350, "Score", ("Architektur", "Jahrhundert", 3.08)),
        ("word-sim/wordsim353-german-sim.txt", 201, "Score", ("Architektur", "Jahrhundert", 3.08)),
        ("word-sim/wordsim353-german-rel.txt", 252, "Score", ("Architektur", "Jahrhundert", 3.08)),
        ("wordsim353.tsv", 353, "", ("architecture", "century", 3.78)),
        ("simlex999.txt", 999, "", ("attend", "arrive", 6.08)),
    ],
)
def test_real_files_are_read_whole(
    name: str, n_pairs: int, heading: str, last: tuple[str, str, float], shared_data: Path
) -> None:
    found = read_pairs(str(shared_data / "eval" / name))
    assert (len(found.pairs), found.heading, found.pairs[-1]) == (n_pairs, heading, last)
