"""Files that other people and programs have made, against Python's own reading of them."""

from __future__ import annotations

import bz2
import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from latentcli.corpus.decoding import Encoding, checked_encoding, decoded_chunks
from latentcli.corpus.documents import Document
from latentcli.corpus.encoder import encode
from latentcli.corpus.tokenizers import TokenizerSettings, make_tokenizer
from latentcli.errors import InputError
from tests.corpus.word_rule import words_of

Read = Callable[..., list[Document]]

CODECS = {
    "Big5": "big5", "EUC-JP": "euc_jp", "EUC-KR": "cp949", "GB2312": "gb18030", "IBM866": "cp866",
    "KOI8-R": "koi8_r", "MacCyrillic": "mac_cyrillic", "SHIFT_JIS": "cp932", "TIS-620": "tis_620",
    "UTF-16": "utf_16", "UTF-16BE": "utf_16_be", "UTF-16LE": "utf_16_le", "UTF-32": "utf_32",
    "UTF-32BE": "utf_32_be", "UTF-32LE": "utf_32_le", "ascii": "ascii",
    "iso-2022-jp": "iso2022_jp", "iso-2022-kr": "iso2022_kr", "iso-8859-1": "latin_1",
    "utf-8": "utf_8", "utf-8-sig": "utf_8", "windows-1251-russian": "cp1251",
    "windows-1252": "cp1252", "windows-1255-hebrew": "cp1255", "windows-1256-arabic": "cp1256",
}  # fmt: skip


def as_python_reads(data: bytes, codec: str = "utf-8") -> str:
    text = io.TextIOWrapper(io.BytesIO(data), codec, newline=None).read()
    return text.removeprefix("\ufeff")


def tokens(text: str) -> list[str]:
    return make_tokenizer(TokenizerSettings()).tokenize(text)


@pytest.fixture(scope="module")
def encodings(shared_data: Path) -> dict[str, dict[str, bytes]]:
    """The files of the encodings' test collection: bytes by directory and name."""
    found: dict[str, dict[str, bytes]] = {name: {} for name in CODECS}
    with tarfile.open(shared_data / "nasty/encodings.tar.gz") as archive:
        for entry in archive:
            if entry.isfile():
                *_, folder, name = entry.name.split("/")
                file = archive.extractfile(entry)
                assert file is not None
                found[folder][name] = file.read()
    return found


def assert_read_as_python_does(name: str, data: bytes, codec: str) -> None:
    """The same text, or an error at the same byte; ASCII with NUL bytes is called binary."""
    chunks = decoded_chunks(io.BytesIO(data), name, checked_encoding(codec, "strict"))
    if b"\0" in data and not codec.startswith(("utf_16", "utf_32")):
        with pytest.raises(InputError, match=rf"^{name}:[0-9]+: byte [0-9]+ is NUL: looks binary"):
            list(chunks)
        return
    try:
        expected = as_python_reads(data, codec)
    except UnicodeDecodeError as error:
        with pytest.raises(InputError, match=rf"^{name}:\d+: byte {error.start} is not valid"):
            list(chunks)
    else:
        assert "".join(chunks) == expected


@pytest.mark.parametrize("folder", CODECS)
def test_a_file_in_its_own_encoding_is_read_as_python_reads_it(
    folder: str, encodings: dict[str, dict[str, bytes]]
) -> None:
    # faults 55, 56, 58 and 59
    for name, data in encodings[folder].items():
        assert_read_as_python_does(name, data, CODECS[folder])


@pytest.mark.parametrize("folder", CODECS)
def test_a_file_in_another_encoding_than_utf_8_is_refused_not_garbled(
    folder: str, encodings: dict[str, dict[str, bytes]]
) -> None:
    # faults 55 and 57
    for name, data in encodings[folder].items():
        if folder.startswith(("UTF-16", "UTF-32")):
            with pytest.raises(InputError, match=f"{name}: looks like {folder[:6]}"):
                list(decoded_chunks(io.BytesIO(data), name, Encoding()))
        else:
            assert_read_as_python_does(name, data, "utf-8")


def test_bulgarian_utf_16_is_recognised_and_then_read(shared_data: Path, read: Read) -> None:
    # fault 57
    [path] = (shared_data / "docs").glob("bgwiki*")
    with pytest.raises(InputError, match="looks like UTF-16$"):
        read(path)
    text = bz2.decompress(path.read_bytes()).decode("utf-16")
    found = read(path, format="files", encoding=checked_encoding("utf-16", "strict"))
    assert "".join(document.text for document in found).split() == text.split()
    assert "\u0431\u044a\u043b\u0433\u0430\u0440\u0438\u044f" in tokens(found[0].text)


def posts(path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path) as archive:
        for entry in archive:
            file = archive.extractfile(entry)
            if file is not None:
                yield entry.name, file.read()


def first_undecodable(path: Path) -> tuple[str, UnicodeDecodeError]:
    for name, data in posts(path):
        try:
            data.decode()
        except UnicodeDecodeError as error:
            return name, error
    raise AssertionError("all posts are UTF-8")


def test_the_first_undecodable_post_of_20_newsgroups_is_named(
    shared_data: Path, read: Read
) -> None:
    # fault 55
    path = shared_data / "labelled/20news-bydate.tar.gz"
    name, error = first_undecodable(path)
    line = 1 + as_python_reads(error.object[: error.start]).count("\n")
    with pytest.raises(InputError) as caught:
        read(path)
    where = f"20news-bydate.tar.gz:{name}:{line}: byte {error.start} "
    assert where in caught.value.message
    assert "--encoding-errors replace" in caught.value.hint


@pytest.mark.slow
def test_20_newsgroups_are_read_from_their_archive_with_bytes_replaced(
    shared_data: Path, read: Read
) -> None:
    # fault 55
    path = shared_data / "labelled/20news-bydate.tar.gz"
    found = read(path, encoding=checked_encoding("utf-8", "replace"))
    assert len(found) == 18_846
    for document, (name, data) in zip(found, posts(path), strict=True):
        assert document.id == name
        text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
        assert document.text.rstrip("\n") == text.rstrip("\n")


@pytest.mark.parametrize("book", ["98-0", "2591-0", "pg11"])
def test_a_gutenberg_book_loses_its_mark_and_none_of_its_words(
    book: str, shared_data: Path, read: Read
) -> None:
    # faults 56 and 58
    path = shared_data / f"nasty/gutenberg-{book}.txt.gz"
    text = gzip.decompress(path.read_bytes()).decode("utf-8-sig")
    found = [word for document in read(path) for word in tokens(document.text)]
    assert found == words_of(text)


@pytest.mark.slow
def test_text8_on_one_line_is_encoded_word_for_word(
    shared_data: Path, read: Read, tmp_path: Path
) -> None:
    # fault 53
    path = shared_data / "text/text8-first-6.9m.txt.gz"
    expected = gzip.decompress(path.read_bytes()).decode().split()
    corpus = encode(read(path), TokenizerSettings(), tmp_path).corpus
    words = list(corpus.vocabulary.words)
    assert [words[i] for i in corpus.token_ids.tolist()] == expected
    assert (corpus.n_docs, corpus.break_offsets.tolist()) == (1, [0])


def test_bare_carriage_returns_end_the_lines_of_german_simlex(
    shared_data: Path, read: Read
) -> None:
    # fault 58
    path = shared_data / "eval/word-sim/simlex-german.txt"
    assert path.read_bytes().count(b"\n") == 0
    with open(path, encoding="utf-8") as lines:
        expected = [line.rstrip("\n") for line in lines]
    assert [document.text for document in read(path, format="lines")] == expected
    assert len(expected) > 999


def test_the_big_list_of_naughty_strings_is_read_and_cut_into_words(
    shared_data: Path, read: Read
) -> None:
    # faults 58 and 67
    path = shared_data / "nasty/blns.txt"
    with open(path, encoding="utf-8") as lines:
        expected = [line.rstrip("\n") for line in lines]
    found = read(path, format="lines")
    assert [document.text for document in found] == expected
    for line in expected:
        assert tokens(line) == words_of(line)


def test_words_of_indian_languages_keep_their_marks(shared_data: Path, read: Read) -> None:
    path = shared_data / "nonenglish/nltk-indian.zip"
    found = {document.id: document.text for document in read(path)}
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        expected = {name: as_python_reads(archive.read(name)) for name in names}
    assert found.keys() == expected.keys()
    for name, text in expected.items():
        assert tokens(found[name]) == words_of(text)


def test_chinese_becomes_single_characters(shared_data: Path) -> None:
    with gzip.open(shared_data / "nonenglish/zhwiki-8m.txt.gz", "rt", encoding="utf-8") as articles:
        text = articles.read(100_000)
    found = tokens(text)
    assert found == words_of(text)
    assert {len(word) for word in found if "\u4e00" <= word[0] <= "\u9fff"} == {1}


def test_a_zip_named_gz_and_cut_short_is_an_error(shared_data: Path, read: Read) -> None:
    # fault 72
    with pytest.raises(InputError, match="not a readable zip archive"):
        read(shared_data / "nasty/text8-truncated-zip-named.gz")
