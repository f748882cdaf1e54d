"""What ``latent check`` says of what it saw: findings, where, how many, and what to do.

Which sights are worth a word: faults of the text always, what belongs to a kind of text (markup,
headers, quotes) from one document in a thousand on.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.encoding_guess import likely_encoding
from latentcli.corpus.languages import LanguageGuess
from latentcli.corpus.lenient import Faults
from latentcli.corpus.near_duplicates import Duplicates, Group
from latentcli.corpus.sights import Places, RepeatedLine, Sighting
from latentcli.corpus.strings import Strings
from latentcli.errors import InputError
from latentcli.wording import counted, listed

_EXAMPLE_CHARACTERS = 60
_GUESSED_FILES = 100


class Finding(NamedTuple):
    """One thing that is found, the first places where, and in how many ``unit``.

    ``share`` is that of the documents which have it, None of what no document has; ``example`` is
    what stands at the first place.
    """

    finding: str
    where: list[str]
    count: int  # type: ignore[assignment]  # of which tuples have a method
    advice: str
    unit: str
    share: float | None = None
    example: str = ""


class _Rule(NamedTuple):
    """What to say of a sight, and from which share of the documents on."""

    advice: str
    least: float = 0.0


_SOME = 0.001
_MANY = 0.01
# The most important first.
_RULES = {
    "mojibake": _Rule(
        "UTF-8 that was read as Latin-1 or Windows-1252 and saved: undo it at the source (in "
        "Python, ftfy or text.encode('cp1252').decode())"
    ),
    "replacement-characters": _Rule(
        "U+FFFD: characters were lost when the text was last converted; convert the original again"
    ),
    "c1-controls": _Rule(
        "control characters U+0080 to U+009F, as Windows-1252 read as Latin-1 gives: read the "
        "original with --encoding cp1252"
    ),
    "mail-headers": _Rule(
        "mail headers become words of topics (from, subject, lines): remove all up to the first "
        "blank line",
        _SOME,
    ),
    "quoted-lines": _Rule(
        "quoted lines count twice, in the quoting document, too: remove lines that begin with >",
        _MANY,
    ),
    "quote-introducers": _Rule("'... writes:' before quotes: remove these lines", _MANY),
    "encoded-blocks": _Rule("base64 or uuencoded data are no words: remove the attachments"),
    "html-tags": _Rule("tags become words (br, href): strip the markup first", _SOME),
    "html-entities": _Rule("entities become words (amp, nbsp, quot): decode them first", _SOME),
    "wiki-markup": _Rule("wiki markup: extract the plain text first", _SOME),
    "latex": _Rule("LaTeX commands become words (begin, cite): strip them, as detex does", _SOME),
    "hyphenation": _Rule(
        "words parted at line ends become two wrong ones: join a line that ends in a hyphen with "
        "the next",
        _SOME,
    ),
    "soft-hyphens": _Rule("soft hyphens (U+00AD) part words: remove them"),
    "signatures": _Rule("signatures below '--' repeat in all their author wrote: cut them", _MANY),
    "control-characters": _Rule("control characters part words: remove them"),
    "invisible-characters": _Rule("invisible characters part words: remove them"),
    "overlong-words": _Rule(
        "'words' of more than 256 characters are left out: is white space missing?"
    ),
    "urls": _Rule("addresses become words (http, www, com): remove or replace them", _MANY),
    "email-addresses": _Rule("mail addresses become words: remove or replace them", _MANY),
}  # fmt: skip


def most_important_first(findings: Iterable[Finding]) -> list[Finding]:
    """Order findings: what would stop training, then by the share of documents; groups follow."""
    blocks: list[list[Finding]] = []
    for finding in findings:
        if finding.finding.endswith(("-group", "-line")):
            blocks[-1].append(finding)
        else:
            blocks.append([finding])
    blocks.sort(key=lambda block: -_weight(block[0]))
    return [finding for block in blocks for finding in block]


def _weight(finding: Finding) -> float:
    if finding.share is None:
        return 2.0
    return finding.share * (_HARMLESS if finding.finding in ("empty-documents",) else 1.0)


_HARMLESS = 0.1


def encoding_findings(faults: Faults, n: int) -> Iterator[Finding]:
    """Yield what is wrong with the bytes of the files."""
    if faults.refused:
        first: InputError = faults.refused[0][1]
        yield Finding(
            "unreadable-files",
            [name for name, _ in faults.refused[:n]],
            len(faults.refused),
            f"not text in the encoding asked for, and passed over; training would stop there: "
            f"{first.message.rsplit(': ', 1)[-1]}; {first.hint}",
            "files",
        )
    wrong = [file for file in faults.files if file.n_bytes]
    if wrong:
        places = [f"{file.name}:{p.line}:{p.offset}" for file in wrong for p in file.places[:1]]
        places += [f"{file.name}:{p.line}:{p.offset}" for file in wrong for p in file.places[1:]]
        guesses = Counter(likely_encoding(file.sample) for file in wrong[:_GUESSED_FILES])
        guess = likely_encoding(wrong[0].sample)
        yield Finding(
            "undecodable-bytes",
            places[:n],
            sum(file.n_bytes for file in wrong),
            f"not valid {wrong[0].encoding} in {counted(len(wrong), 'file')}, training would stop "
            f"there: {_likely(guesses)}, or --encoding-errors replace",
            "bytes",
            example=_cut(wrong[0].sample.decode(guess or "latin-1", "replace")),
        )
    nul = [file for file in faults.files if file.n_nul]
    if nul:
        places = [f"{f.name}:{p.line}:{p.offset}" for f in nul for p in f.nul_places]
        yield Finding(
            "nul-bytes",
            places[:n],
            sum(file.n_nul for file in nul),
            "training would stop there, for it looks binary: remove them, or --encoding-errors "
            "replace",
            "bytes",
        )


def _likely(guesses: Counter[str | None]) -> str:
    """Return what to say of the guessed encodings of files."""
    known = [guess for guess, _ in guesses.most_common() if guess]
    if not known:
        return "name the --encoding"
    if len(known) == 1:
        return f"likely {known[0]}: --encoding {known[0]}"
    return f"likely {listed(known[:4])}: convert each file to UTF-8"


def record_findings(skipped: Sequence[InputError], n: int) -> Iterator[Finding]:
    """Yield the records that could not be read."""
    if skipped:
        wheres = [error.message.split(": ", 1)[0] for error in skipped[:n]]
        yield Finding(
            "invalid-records",
            wheres,
            len(skipped),
            f"training would stop there: {skipped[0].message.split(': ', 1)[-1]}; mend them, or "
            "--skip-invalid",
            "records",
        )


def line_findings(sightings: dict[str, Sighting], n_docs: int) -> Iterator[Finding]:
    """Yield what lines have that is no plain text, as far as it matters."""
    for name, rule in _RULES.items():
        seen = sightings[name]
        if not seen.lines or seen.documents < rule.least * n_docs:
            continue
        within = f"in {counted(seen.documents, 'document')}"
        yield Finding(
            name,
            seen.places,
            seen.lines,
            f"{within}: {rule.advice}",
            "lines",
            seen.documents / n_docs,
            _cut(seen.texts[0]),
        )
    apart, together = sightings["decomposed"], sightings["composed"]
    if apart.lines and together.lines:
        rarer = min(apart, together, key=lambda seen: seen.lines)
        yield Finding(
            "mixed-normal-forms",
            rarer.places,
            rarer.lines,
            "accents both as characters of their own (NFD) and in one with their letter (NFC): "
            "latent composes them, other tools may not; normalise to NFC",
            "lines",
            rarer.documents / n_docs,
            _cut(rarer.texts[0]),
        )


def boilerplate_findings(lines: Sequence[RepeatedLine], n_docs: int, n: int) -> Iterator[Finding]:
    """Yield that lines recur across documents, and the most widespread of them."""
    if not lines:
        return
    most = lines[0].documents
    least = f"{lines[-1].documents:,} to " if lines[-1].documents < most else ""
    yield Finding(
        "boilerplate",
        [line.place for line in lines[:n]],
        len(lines),
        f"lines that recur in {least}{most:,} documents say nothing of any: remove them",
        "distinct lines",
        lines[0].documents / n_docs,
    )
    for line in lines[:n]:
        yield Finding(
            "boilerplate-line",
            [line.place],
            line.documents,
            "remove this line",
            "documents",
            line.documents / n_docs,
            _cut(line.text),
        )


def duplicate_findings(
    found: Duplicates, places: Places, labels: Strings | None, n_docs: int, n: int
) -> Iterator[Finding]:
    """Yield the documents that are there more than once, and the largest groups."""
    part = partial(_part, places, labels)
    parts = "labels" if labels is not None and not places.are_files else "folders"
    for name, noun, groups, what in (
        ("duplicates", "duplicate", found.same, "the same words in the same order"),
        ("near-duplicates", "near-duplicate", found.alike, "nearly the same words"),
    ):
        if not groups:
            continue
        too_many = sum(len(group.documents) - 1 for group in groups)
        across = sum(len({part(d) for d in group.documents}) > 1 for group in groups)
        crossing = f", {across:,} of them across {parts}" if across else ""
        yield Finding(
            name,
            [places[group.documents[1]] for group in groups[:n]],
            too_many,
            f"{what} as another, in {counted(len(groups), 'group')}{crossing}: keep one of each, "
            "or they weigh double and leak into what is held out",
            "documents",
            too_many / n_docs,
        )
        for group in groups[:n]:
            within = sorted({part(document) for document in group.documents})
            crossing = f"; {parts}: {_listed(within)}" if len(within) > 1 else ""
            yield _group(f"{noun}-group", group, places, crossing, n)


def _part(places: Places, labels: Strings | None, document: int) -> str:
    """Return the folder that a document's file stands in, or its label."""
    if places.are_files:
        return places.file(document).rpartition("/")[0]
    return "" if labels is None else labels[document]


def _listed(parts: list[str]) -> str:
    """Return some names, of paths what differs."""
    shared = os.path.commonprefix(parts)
    behind = max(shared.rfind("/"), shared.rfind(":")) + 1
    shown = [part[behind:] for part in parts[:_PARTS]]
    return ", ".join(shown) + (", ..." if len(parts) > _PARTS else "")


_PARTS = 4


def _group(name: str, group: Group, places: Places, crossing: str, n: int) -> Finding:
    alike = "" if group.similarity == 1 else f", Jaccard index {group.similarity:.2f} at least"
    shown = max(2, n)
    return Finding(
        name,
        [places[document] for document in group.documents[:shown]],
        len(group.documents),
        f"keep one{alike}{crossing}",
        "documents",
    )


def length_findings(
    lengths: npt.NDArray[np.int64], places: Places, faults: Faults, n: int
) -> Iterator[Finding]:
    """Yield documents without words, much shorter than the rest, and much longer."""
    n_docs = len(lengths)
    full = lengths[lengths > 0]
    empty = np.flatnonzero(lengths == 0)
    refused = {name for name, _ in faults.refused}
    if refused and places.are_files:  # is said already
        read = [places.file(document) not in refused for document in empty.tolist()]
        empty = empty[np.array(read, np.bool_)]
    if len(empty):
        yield Finding(
            "empty-documents",
            [places[document] for document in empty[:n].tolist()],
            len(empty),
            "no word in them: harmless, but topics and vectors of these say nothing",
            "documents",
            len(empty) / n_docs,
        )
    if len(full) < _FEW_LENGTHS:
        return
    middle = float(np.median(full))
    short = np.flatnonzero((lengths > 0) & (lengths < min(_SHORT, middle / 10)))
    if len(short):
        yield Finding(
            "very-short-documents",
            [places[document] for document in short[:n].tolist()],
            len(short),
            f"under {min(_SHORT, middle / 10):.0f} words, the median is {middle:,.0f}: too little "
            "to tell a topic by; are they headings or remains?",
            "documents",
            len(short) / n_docs,
        )
    bound = max(_LONG, _TIMES_MEDIAN * middle)
    long = np.flatnonzero(lengths > bound)
    if len(long):
        longest = long[np.argsort(-lengths[long], kind="stable")]
        tokens = int(lengths[long].sum())
        yield Finding(
            "very-long-documents",
            [places[document] for document in longest[:n].tolist()],
            len(long),
            f"up to {int(lengths[longest[0]]):,} words, the median is {middle:,.0f}; together "
            f"{tokens / full.sum():.0%} of all words: --chunk 1000 cuts them",
            "documents",
            len(long) / n_docs,
        )


_FEW_LENGTHS = 5
_SHORT = 10
_LONG = 5000
_TIMES_MEDIAN = 20


def language_findings(
    guess: LanguageGuess, places: Places, n_docs: int, n: int
) -> Iterator[Finding]:
    """Yield that the default stop words are of another language, and documents in others."""
    if guess.language and guess.language != "en":
        yield Finding(
            "not-english",
            [],
            n_docs,
            f"the language looks like '{guess.language}', topics leave English stop words out by "
            f"default: --stopwords {guess.language}",
            "documents",
            1.0,
        )
    total = sum(map(len, guess.others.values()))
    if total:
        by_code = ", ".join(f"{code} {len(rows):,}" for code, rows in [*guess.others.items()][:6])
        first = sorted(row for rows in guess.others.values() for row in rows)[:n]
        yield Finding(
            "other-languages",
            [places[document] for document in first],
            total,
            f"documents not in '{guess.language}' ({by_code}) become topics of their own: train "
            "each language by itself",
            "documents",
            total / n_docs,
        )


def _cut(text: str) -> str:
    """Return a text as an example is shown: on one line, and no longer than need be."""
    text = " ".join(text.split())
    return text if len(text) <= _EXAMPLE_CHARACTERS else text[: _EXAMPLE_CHARACTERS - 1] + "…"
