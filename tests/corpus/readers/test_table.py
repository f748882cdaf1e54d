"""``csv`` and ``tsv``: against Python's csv, on the variants that people write."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latentcli.corpus.documents import Document
from latentcli.corpus.readers.fields import FieldNames
from latentcli.corpus.readers.table import TableStyle, read_table, table_style
from latentcli.errors import InputError

Read = Callable[..., list[Document]]
Write = Callable[[str, bytes | str], Path]

CSV = TableStyle(",", '"')


def rows(
    text: str, style: TableStyle = CSV, *fields: str | None, skip: Any = None
) -> list[Document]:
    return list(read_table([text], "f.csv", style, FieldNames(*fields), skip))


cells = st.text(alphabet="ab ,;\t\"'\n\\", max_size=8)


@given(
    st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=6),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(['"', "'"]),
    st.booleans(),
)
def test_every_cell_that_csv_writes_is_read_back(
    table: list[tuple[str, str, str]], delimiter: str, quote: str, quote_all: bool
) -> None:
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    csv.writer(
        out, delimiter=delimiter, quotechar=quote, quoting=quoting, lineterminator="\n"
    ).writerows(table)
    found = rows(out.getvalue(), TableStyle(delimiter, quote, header=False), "2", "1", "3")
    assert found == [Document(first, text, label) for first, text, label in table]


def test_ag_news_is_read_as_csv_reads_it(read: Read, shared_data: Path) -> None:
    path = shared_data / "labelled/ag_news_test.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        table = list(csv.reader(lines))
    found = read(path, header=False, fields=FieldNames("2,3", None, "1"))
    expected = [(f"{title}\n{description}", label) for label, title, description in table]
    assert [(document.text, document.label) for document in found] == expected
    assert len(found) == 7600


def test_german_news_are_read_as_csv_reads_them(read: Read, shared_data: Path) -> None:
    path = shared_data / "nonenglish/10kgnad_test.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        table = list(csv.reader(lines, delimiter=";", quotechar="'"))
    found = read(path, header=False, delimiter=";", quote="'", fields=FieldNames("2", None, "1"))
    assert [[document.label, document.text] for document in found] == table
    assert len(found) == 1028


def test_quotes_are_ordinary_in_tsv(read: Read, written: Write) -> None:
    path = written("f.tsv", 'label\ttext\nx\t"half quoted\ny\tit\'s "so"\n')
    assert [document.text for document in read(path)] == ['"half quoted', 'it\'s "so"']


def test_columns_go_by_name_number_or_usual_name() -> None:
    text = "id,label,text,note\n1,x,first,aside\n"
    assert rows(text) == [Document("1", "first", "x")]
    assert rows(text, CSV, "note", "2", "1") == [Document("x", "aside", "1")]
    assert rows(text, CSV, "note,3") == [Document("1", "aside\nfirst", "x")]


def test_ids_are_the_lines_on_which_rows_start() -> None:
    # fault 74
    assert rows('text\n"one\ntwo"\n\nthree\n') == [
        Document("2", "one\ntwo"),
        Document("5", "three"),
    ]


def test_a_byte_order_mark_is_not_part_of_the_first_heading(read: Read, written: Write) -> None:
    # fault 56
    path = written("f.csv", "\ufefftext,id\r\nhello,7\r\n")
    assert read(path) == [Document("7", "hello")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('text,b\n"open,1\n2,3\n', r"f\.csv:2: not a well-formed table row"),
        ('text,b\na,b\n"a"b,c\n', r"f\.csv:3: not a well-formed table row"),
        ("a,b\n1,2\n", r"f\.csv:1: which field is the text"),
        ("id,text\n1,hello there, my friend\n", r"f\.csv:2: has 3 columns, the first row has 2"),
        ("Titel;Inhalt\na;b, c\n", r"f\.csv:1: the header is one column, though it has a ';'"),
        ("text\twords\na\tb\n", r"f\.csv:1: the header is one column, though it has a 'tab'"),
        ("a,text\n1,2\n3\n", r"f\.csv:3: has 1 columns, the first row has 2"),
    ],
)
def test_a_bad_row_is_named_by_its_line(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        rows(text)


@pytest.mark.parametrize("column", ["c", "0", "3", "-1", "\u00b2"])
def test_a_column_that_is_not_there_is_named_with_those_there_are(column: str) -> None:
    with pytest.raises(InputError, match=f"no column '{column}'") as caught:
        rows("a,b\n1,2\n", CSV, column)
    assert "'a', 'b'" in caught.value.hint


def test_uneven_rows_can_be_skipped_and_counted() -> None:
    skipped: list[InputError] = []
    found = rows("a,text\n1,2\n3\n6,7,8\n4,5\n", skip=skipped.append)
    assert [document.text for document in found] == ["2", "5"]
    assert len(skipped) == 2


@pytest.mark.parametrize("wrong", [{"delimiter": "ab"}, {"quote": "xy"}, {"delimiter": "\n"}])
def test_a_delimiter_or_quote_is_one_character(wrong: dict[str, str]) -> None:
    with pytest.raises(InputError, match="must be one character"):
        table_style("csv", wrong.get("delimiter"), wrong.get("quote"), True)


def test_a_field_may_be_longer_than_csv_s_own_limit() -> None:
    long = "word " * 200_000
    assert rows(f'text\n"{long}"\n') == [Document("2", long)]


def test_a_table_that_is_not_as_thought_says_what_may_be_meant() -> None:
    first = "Wirtschaft;'" + ", ".join(
        ["ein Satz mit vielen langen Worten, die niemand zählt"] * 20
    )
    with pytest.raises(InputError, match="which field is the text") as caught:
        rows(f"{first}'\nPolitik;'und so fort'\n")
    hint = caught.value.hint
    assert "--text-field" in hint and "--delimiter ';'" in hint and "--no-header" in hint
    assert len(hint) < 600 and hint.count("'ein Satz") <= 8 and "more" in hint


def test_a_table_of_short_names_is_not_said_to_lack_a_header() -> None:
    with pytest.raises(InputError, match="which field is the text") as caught:
        rows("one,two\n1,2\n")
    assert caught.value.hint == "choose with --text-field: 'one', 'two'"


def test_a_column_that_is_not_there_is_answered_with_some_of_those_that_are() -> None:
    with pytest.raises(InputError, match="there is no column 'x'") as caught:
        rows(",".join("abcdefghij") + "\n", CSV, "x")
    assert caught.value.hint == (
        "columns are 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h' and 2 more, or numbers from 1 to 10"
    )
