"""``check`` finds every fault that was planted, at its place, and nothing in what is clean."""

from __future__ import annotations

import base64
import gzip
import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from latentcli.corpus.decoding import Encoding
from latentcli.corpus.readers import ReaderSettings
from latentcli.corpus.readers.fields import FieldNames
from latentcli.errors import InputError
from latentcli.observer import Observer
from latentcli.store.cache import Cache
from latentcli.workflows.check import check
from latentcli.workflows.findings import Finding
from latentcli.workflows.reading import CorpusRequest
from tests.conftest import SAMPLES

STOPS = "the of and to in that was he is for it with as his on be at by had not".split()
SYLLABLES = [a + b for a in "bdfgklmnprstv" for b in "aeiou"]


class Notes(Observer):
    """Keeps the notes."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def prose(draw: random.Random, n_words: int) -> str:
    """Return words as English has them: half of them stop words."""
    words = []
    for _ in range(n_words):
        if draw.random() < 0.5:
            words.append(draw.choice(STOPS))
        else:
            rank = draw.randrange(900)
            words.append(SYLLABLES[rank % 65] + SYLLABLES[rank // 65] + SYLLABLES[rank % 60])
    return " ".join(words)


def clean_documents(n: int = 300) -> list[str]:
    draw = random.Random(1)
    return [prose(draw, draw.randrange(60, 140)) for _ in range(n)]


def found_in(
    path: Path, tmp_path: Path, observer: Observer | None = None, **reader: object
) -> list[Finding]:
    settings = ReaderSettings(**reader)  # type: ignore[arg-type]
    request = CorpusRequest([str(path)], settings)
    return check(Cache(tmp_path / "cache"), request, observer or Observer(), n=5)


def by_name(found: Sequence[Finding]) -> dict[str, Finding]:
    first: dict[str, Finding] = {}
    for finding in found:
        first.setdefault(finding.finding, finding)
    return first


def test_nothing_is_found_in_a_clean_corpus(tmp_path: Path) -> None:
    path, notes = tmp_path / "clean.txt", Notes()
    path.write_text("\n".join(clean_documents()) + "\n")
    assert found_in(path, tmp_path, notes, format="lines") == []
    assert "nothing found: fit to train on" in notes.notes
    assert any(note.startswith("300 documents, ") for note in notes.notes)
    assert any(note.startswith("language: 'en'") for note in notes.notes)


# Line of a corpus of lines, text (None: as it is there): finding, and what stands in `where`.
LINES = {
    10: ("", "empty-documents"),
    20: ("1984 2001", "empty-documents"),
    40: ("the cafÃ© of {} was closed", "mojibake"),
    45: ("a lost \ufffd character in {}", "replacement-characters"),
    50: ("smart \x93quotes\x94 around {}", "c1-controls"),
    55: ("a bell \x07 in {}", "control-characters"),
    60: ("zero\u200bwidth in {}", "invisible-characters"),
    65: ("a soft hy\u00adphen in {}", "soft-hyphens"),
    70: ("<p>tags in {}</p>", "html-tags"),
    75: ("entities &amp; such in {}", "html-entities"),
    80: ("[[wiki]] markup in {}", "wiki-markup"),
    85: (r"as \cite{{knuth}} says in {}", "latex"),
    90: ("{} and " + "x" * 300, "overlong-words"),
    95: ("ahem", "very-short-documents"),
}


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of lines with every fault that a line can have."""
    path = tmp_path_factory.mktemp("dirty") / "dirty.txt"
    documents = clean_documents()
    for line, (text, _) in LINES.items():
        documents[line - 1] = text.format(documents[line - 1])
    documents[99] = documents[4].upper() + "!"  # line 100: the same words as line 5
    documents[104] = documents[4]  # line 105, too
    words = documents[5].split()
    documents[109] = " ".join(words[:20] + ["perhaps"] + words[20:])  # line 110: nearly line 6
    documents[114] = " ".join(clean_documents(80))  # line 115: very long
    documents[119] = (
        "le chat est dans la maison et il ne veut pas que les autres le voient car " * 2
    )
    documents[124] = "cafe\u0301 in " + documents[124]
    documents[129] = "café and naïve in " + documents[129]
    documents[130] = "château in " + documents[130]
    for line in (140, 141, 142, 143):
        documents[line - 1] = (
            f"see http://example.org/{line} by joe@example.org in " + documents[line - 1]
        )
    data = "\n".join(documents).encode() + b"\n"
    lines = data.split(b"\n")
    lines[149] = b"na\xefve and " + lines[149]  # line 150: Latin-1
    lines[159] = lines[159].replace(b" ", b"\0", 1)  # line 160
    path.write_bytes(b"\n".join(lines))
    return path


def test_every_fault_of_a_line_is_found_at_its_line(dirty: Path, tmp_path: Path) -> None:
    found = by_name(found_in(dirty, tmp_path, format="lines"))
    expected: dict[str, list[str]] = {}
    for line, (_, finding) in LINES.items():
        expected.setdefault(finding, []).append(f"{dirty}:{line}")
    expected |= {
        "duplicates": [f"{dirty}:100"],
        "duplicate-group": [f"{dirty}:{line}" for line in (5, 100, 105)],
        "near-duplicates": [f"{dirty}:110"],
        "near-duplicate-group": [f"{dirty}:6", f"{dirty}:110"],
        "very-long-documents": [f"{dirty}:115"],
        "other-languages": [f"{dirty}:120"],
        "mixed-normal-forms": [f"{dirty}:125"],
        "urls": [f"{dirty}:{line}" for line in (140, 141, 142, 143)],
        "email-addresses": [f"{dirty}:{line}" for line in (140, 141, 142, 143)],
    }
    data = dirty.read_bytes()
    for finding, byte, line in (("undecodable-bytes", b"\xefve", 150), ("nul-bytes", b"\0", 160)):
        assert found[finding].where == [f"{dirty}:{line}:{data.index(byte)}"]
        assert found.pop(finding).count == 1
    assert {name: finding.where for name, finding in found.items()} == expected
    assert found["duplicates"].count == 2
    assert found["empty-documents"].count == 2
    assert "(fr 1)" in found["other-languages"].advice


def test_what_stops_training_comes_first(dirty: Path, tmp_path: Path) -> None:
    names = [finding.finding for finding in found_in(dirty, tmp_path, format="lines")]
    assert names[:2] == ["undecodable-bytes", "nul-bytes"]
    place = names.index("duplicates")
    assert names[place + 1] == "duplicate-group"


def mail(draw: random.Random, i: int) -> str:
    return (
        f"From: joe{i}@example.org (Joe {i})\nSubject: Re: gardens {i}\nLines: {i}\n\n"
        f"In article <{i}@example.org> ann@example.org (Ann) writes:\n> {prose(draw, 12)}\n\n"
        f"{prose(draw, 80)}\n-- \nThis message was sent from a quiet room\n"
    )


def test_faults_of_files_are_found_in_their_file(tmp_path: Path) -> None:
    folder, draw = tmp_path / "mails", random.Random(2)
    (folder / "a").mkdir(parents=True)
    (folder / "b").mkdir()
    for i in range(60):
        (folder / "ab"[i % 2] / f"{i:02}").write_text(mail(draw, i))
    (folder / "a" / "00").write_text(prose(draw, 80) + "\nan exam-\nple of it\n" + prose(draw, 50))
    (folder / "b" / "01").write_text((folder / "a" / "02").read_text())  # a cross-post
    block = base64.b64encode(draw.randbytes(57 * 5)).decode()
    lines = "\n".join(block[i : i + 76] for i in range(0, len(block), 76))
    (folder / "a" / "04").write_text(f"{prose(draw, 80)}\n\n{lines}\n")
    (folder / "b" / "03").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 50)
    (folder / "b" / "05").write_bytes("Größe und Höhe".encode("utf-16"))
    (folder / "b" / "07").write_bytes("déjà vu, où est-il ? l'été".encode("latin-1"))
    (folder / "b" / "09").write_text("")
    found = by_name(found_in(folder, tmp_path))
    at = lambda *names: [f"{folder}/{name}" for name in names]  # noqa: E731
    assert found["unreadable-files"].where == at("b/03", "b/05")
    offsets = [i for i, byte in enumerate((folder / "b" / "07").read_bytes()) if byte >= 0x80]
    assert found["undecodable-bytes"].where == [f"{folder}/b/07:1:{i}" for i in offsets]
    assert "cp1252" in found["undecodable-bytes"].advice
    assert found["empty-documents"].where == at("b/09")
    assert found["duplicates"].where == at("b/01")
    assert found["duplicate-group"].where == at("a/02", "b/01")
    assert "folders: a, b" in found["duplicate-group"].advice
    assert found["hyphenation"].where == at("a/00:2")
    assert found["encoded-blocks"].where == at("a/04:4")
    n_mails = 60 - 6
    assert found["boilerplate-line"].example == "This message was sent from a quiet room"
    assert found["boilerplate-line"].count == n_mails
    assert found["mail-headers"].where[0] == f"{folder}/a/02:1"
    assert found["mail-headers"].count == 3 * n_mails
    assert found["quote-introducers"].where[0] == f"{folder}/a/02:5"
    assert found["quoted-lines"].where[0] == f"{folder}/a/02:6"
    assert found["signatures"].where[0] == f"{folder}/a/02:9"


def test_faults_of_records_are_found_at_their_line(tmp_path: Path) -> None:
    path = tmp_path / "notes.jsonl"
    documents = clean_documents(80)
    lines = [json.dumps({"id": f"n{i}", "text": text}) for i, text in enumerate(documents)]
    lines[9] = lines[9][:-10]
    lines[19] = json.dumps({"id": "again", "text": documents[3], "label": "x"})
    lines[29] = json.dumps({"id": "broken", "text": "cafÃ© " + documents[29]})
    path.write_text("\n".join(lines))
    found = by_name(found_in(path, tmp_path))
    assert found["invalid-records"].where == [f"{path}:10"]
    assert found["duplicate-group"].where == [f"{path}:4", f"{path}:20"]
    assert found["mojibake"].where == [f"{path}:30"]
    table = tmp_path / "notes.csv"
    rows = ["text,label", *(f"{text},x" for text in documents)]
    rows[40] = f'"<b>two\nlines</b>",{"x"}'
    rows[50] = "too,many,cells"
    table.write_text("\n".join(rows))
    found = by_name(found_in(table, tmp_path))
    assert found["html-tags"].where == [f"{table}:41"]
    assert found["invalid-records"].where == [f"{table}:52"]


def test_a_regular_expression_for_words_changes_no_place(dirty: Path, tmp_path: Path) -> None:
    from latentcli.corpus.tokenizers import TokenizerSettings

    request = CorpusRequest([str(dirty)], ReaderSettings("lines"), TokenizerSettings(r"regex:\w+"))
    found = by_name(check(Cache(tmp_path / "cache"), request, n=5))
    assert found["mojibake"].where == [f"{dirty}:40"]
    assert found["duplicate-group"].where == [f"{dirty}:{line}" for line in (5, 100, 105)]


def test_what_the_samples_have_is_little(tmp_path: Path) -> None:
    assert by_name(found_in(SAMPLES / "tales.txt", tmp_path)).keys() == {"very-short-documents"}
    assert found_in(SAMPLES / "notices.jsonl", tmp_path) == []


def test_another_encoding_is_decoded_by_it(tmp_path: Path) -> None:
    path = tmp_path / "latin.txt"
    path.write_bytes("\n".join(f"caf\xe9 {text}" for text in clean_documents()).encode("latin-1"))
    assert found_in(path, tmp_path, format="lines", encoding=Encoding("iso8859-1")) == []
    assert "undecodable-bytes" in by_name(found_in(path, tmp_path, format="lines"))


def test_german_wants_german_stop_words(tmp_path: Path, shared_data: Path) -> None:
    path = tmp_path / "de.csv"
    path.write_bytes(gzip.open(shared_data / "nonenglish/10kgnad_test.csv.gz").read())
    found = found_in(
        path, tmp_path, format="csv", delimiter=";", quote="'", header=False, fields=FieldNames("2")
    )
    assert "--stopwords de" in by_name(found)["not-english"].advice


def test_an_input_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        found_in(tmp_path / "missing", tmp_path)


def test_the_licence_of_gutenberg_books_is_boilerplate(tmp_path: Path, shared_data: Path) -> None:
    folder = tmp_path / "books"
    folder.mkdir()
    for path in (shared_data / "nasty").glob("gutenberg*.gz"):
        (folder / path.name).write_bytes(path.read_bytes())
    found = found_in(folder, tmp_path, format="files")
    lines = [finding.example for finding in found if finding.finding == "boilerplate-line"]
    assert by_name(found)["boilerplate"].count > 200
    assert all(finding.count == 3 for finding in found if finding.finding == "boilerplate-line")
    assert any("Gutenberg" in line for line in lines)


@pytest.mark.slow
def test_newsgroups_have_cross_posts_headers_and_quotes(tmp_path: Path, shared_data: Path) -> None:
    found = found_in(shared_data / "labelled/20news-bydate.tar.gz", tmp_path)
    first = by_name(found)
    assert found[0].finding == "undecodable-bytes"
    assert first["undecodable-bytes"].count == 199
    assert first["mail-headers"].share is not None and first["mail-headers"].share > 0.99
    for finding in ("quoted-lines", "quote-introducers"):
        share = first[finding].share
        assert share is not None and share > 0.5
    for finding, groups in (("duplicates", 3), ("near-duplicates", 50)):
        across = first[finding].advice.partition("groups, ")[2].partition(" ")[0]
        assert int(across) >= groups
    assert first["encoded-blocks"].count > 10_000
