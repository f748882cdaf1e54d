"""The tutorials are true: their commands run, one after the other, and answer as they show."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.test_docs import COMMANDS, OPTION, PROGRAM, _options
from tests.conftest import ROOT, SAMPLES, program_environment

TUTORIALS = ("topics.md", "spaces.md")
CHANGING = re.compile(r"\b[0-9a-f]{12,}\b|\bin \d+\.\d+ s\b")
FIXED_NOTES = ("note: format", "note: read", "note: stop words", "note: joined", "hint:")
FIXED_COMMANDS = ("ls", "cat", "head", "mkdir", "latent corpus")
END = "\x1e"


class Example(NamedTuple):
    """A command of the tutorial and the lines that it shows of the answer."""

    command: str
    shown: list[str]


class Answer(NamedTuple):
    """What a command gave: notes and standard output as on a terminal, and its exit code."""

    lines: list[str]
    code: int


def examples(text: str) -> list[Example]:
    """Return the commands, lines after ``$``, or ``>`` where they go on, with what they show."""
    found: list[Example] = []
    for block in re.findall(r"(?:^    .*\n)+", text, flags=re.MULTILINE):
        for line in (line[4:] for line in block.splitlines()):
            if line.startswith("$ "):
                found.append(Example(line[2:], []))
            elif line == ">" or line.startswith("> "):
                command, shown = found.pop()
                found.append(Example(f"{command}\n{line[2:]}", shown))
            else:
                found[-1].shown.append(line)
    return found


def session(commands: list[str], folder: Path, path: str) -> list[Answer]:
    """Run commands in one bash whose standard output is a terminal of 100 columns."""
    notes = folder.parent / "notes"
    notes.mkdir()
    script = "".join(
        f"exec 2>'{notes}/{i}'\n{command}\nprintf '{END}%d{END}' $?\n"
        for i, command in enumerate(commands)
    )
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        ["bash", "-c", script],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        env=program_environment(folder.parent / "cache", PATH=path, COLUMNS="100", NO_COLOR="1"),
        cwd=folder,
    ):
        os.close(theirs)
        shown = _until_closed(ours)
    parts = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).replace("\r\n", "\n").split(END)
    return [
        Answer([*(notes / str(i)).read_text().splitlines(), *answer.splitlines()], int(code))
        for i, (answer, code) in enumerate(zip(parts[0::2], parts[1::2], strict=False))
    ]


def _until_closed(terminal: int) -> str:
    data = b""
    try:
        while piece := os.read(terminal, 1 << 16):
            data += piece
    except OSError:  # how Linux reports the end of file of a pty
        pass
    os.close(terminal)
    return data.decode()


def _plain(line: str) -> str:
    """Return a line without what another run or machine changes, and how a table spaces it."""
    return " ".join(CHANGING.sub("*", line).split())


def _header(lines: list[str]) -> str:
    """Return the names of the columns, the first line that is no note."""
    return next((_plain(line) for line in lines if not line.startswith(("note:", "..."))), "")


def _is_fixed(example: Example, line: str) -> bool:
    """Tell whether a line is the same on every machine."""
    return line.startswith(FIXED_NOTES) or (
        example.command.startswith(FIXED_COMMANDS) and line.strip() != "..."
    )


def read(name: str) -> str:
    """Return a tutorial's text."""
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("name", TUTORIALS)
def test_the_tutorials_commands_run_and_answer_as_shown(
    name: str, tmp_path: Path, program_folder: Path
) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "sample_corpora").symlink_to(SAMPLES)
    told = examples(read(name))
    path = f"{program_folder}{os.pathsep}{os.environ['PATH']}"
    answers = session([example.command for example in told], folder, path)
    assert len(answers) == len(told)
    for example, answer in zip(told, answers, strict=True):
        assert answer.code == 0, (example.command, answer.lines)
        if example.shown and "| " not in example.command:
            assert _header(example.shown) == _header(answer.lines), example.command
        produced = {_plain(line) for line in answer.lines}
        for line in example.shown:
            if _is_fixed(example, line):
                assert _plain(line) in produced, (example.command, answer.lines)


def test_a_commands_further_lines_and_what_it_shows_are_told_apart() -> None:
    text = "Text.\n\n    $ python3 - <<'END'\n    > x = 1\n    > END\n    $ ls\n    a\n    ...\n"
    assert examples(text) == [
        Example("python3 - <<'END'\nx = 1\nEND", []),
        Example("ls", ["a", "..."]),
    ]


@pytest.mark.parametrize("name", TUTORIALS)
def test_every_option_of_a_tutorial_exists(name: str) -> None:
    known = {option for command in COMMANDS for option in _options(command)}
    known |= {option for parameter in PROGRAM.params for option in parameter.opts}
    assert set(OPTION.findall(read(name))) <= known | {"--help"}


@pytest.mark.parametrize("name", TUTORIALS)
def test_the_readme_links_each_tutorial(name: str) -> None:
    assert f"(docs/{name})" in (ROOT / "README.md").read_text(encoding="utf-8")
