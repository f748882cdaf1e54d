"""``lines``: a document a line."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from latentcli.corpus.documents import Document
from latentcli.corpus.readers.lines import read_lines


@given(st.text(alphabet="ab \n\u2028\x0c", max_size=60))
def test_documents_are_the_lines_that_python_reads(text: str) -> None:
    # faults 58 and 74
    lines = [line.removesuffix("\n") for line in io.StringIO(text, newline="\n")]
    documents = list(read_lines([text]))
    assert [document.text for document in documents] == lines


def test_an_empty_line_is_an_empty_document_so_that_ids_are_line_numbers() -> None:
    # fault 74
    assert list(read_lines(["one\n\n", "thr", "ee\n"])) == [
        Document("1", "one"),
        Document("2", ""),
        Document("3", "three"),
    ]
