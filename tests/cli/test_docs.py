"""docs/commands.md and the program name the same commands, options, defaults and columns."""

from __future__ import annotations

import re
from typing import Any

import pytest
import typer.main

from latentcli.cli.app import COMMANDS, app
from tests.cli.test_answers import ANSWERS, RUN
from tests.conftest import ROOT

DOCS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
OPTION = re.compile(r"--[a-z][a-z-]*")


def _sections() -> dict[str, str]:
    """Return the text below each heading; the text before the first is called ''."""
    first, *rest = re.split(r"^## ", DOCS, flags=re.MULTILINE)
    return {"": first} | {heading: text for heading, _, text in (s.partition("\n") for s in rest)}


SECTIONS = _sections()
PROGRAM: Any = typer.main.get_command(app)
READING = "Reading a corpus"
PHRASES = "Phrases"


def _parts(name: str) -> list[Any]:
    """Return a command, or the commands of a family such as ``latent cache``."""
    command = PROGRAM.commands[name]
    return list(command.commands.values()) if hasattr(command, "commands") else [command]


def _options(name: str) -> dict[str, Any]:
    """Return the long options of a command, each with its parameter."""
    return {
        option: parameter
        for command in _parts(name)
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--")
    }


def _rows(text: str) -> list[list[str]]:
    """Return the cells of a section's table of options."""
    lines = [line for line in text.splitlines() if line.startswith("| `-")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_command_has_a_section_and_every_section_a_command() -> None:
    headings = [h.removeprefix("latent ") for h in SECTIONS if h.startswith("latent ")]
    assert sorted(headings) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_documented(name: str) -> None:
    documented = set(OPTION.findall(SECTIONS[""] + SECTIONS[f"latent {name}"]))
    for shared in (READING, PHRASES):
        if shared in SECTIONS[f"latent {name}"] or f"`{name}`" in SECTIONS[shared].split("\n\n")[0]:
            documented |= set(OPTION.findall(SECTIONS[shared]))
    assert set(_options(name)) <= documented


def test_every_option_of_the_program_itself_is_documented() -> None:
    own = {option for parameter in PROGRAM.params for option in parameter.opts}
    assert {option for option in own if option.startswith("--")} <= set(
        OPTION.findall(SECTIONS[""])
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_in_a_commands_table_is_one_of_the_command(name: str) -> None:
    for names, *_ in _rows(SECTIONS[f"latent {name}"]):
        assert set(OPTION.findall(names)) <= set(_options(name))


@pytest.mark.parametrize("name", ["embed", "topics", "corpus", "infer"])
def test_every_option_for_reading_is_one_of_the_commands_that_read(name: str) -> None:
    options = {option for names, *_ in _rows(SECTIONS[READING]) for option in OPTION.findall(names)}
    if name == "infer":
        options -= {"--tokenizer", "--keep-case", "--keep-numbers", "--no-text"}  # as it says
    assert options <= set(_options(name))


def test_every_option_named_anywhere_exists() -> None:
    known = {option for name in COMMANDS for option in _options(name)}
    known |= {option for parameter in PROGRAM.params for option in parameter.opts}
    assert set(OPTION.findall(DOCS)) <= known | {"--help", "--logdir"}  # TensorBoard's


def test_every_command_named_anywhere_exists() -> None:
    named = re.findall(r"(?:`|^    )latent ([a-z][a-z-]*)", DOCS, flags=re.MULTILINE)
    assert set(named) <= set(COMMANDS)
    parts = re.findall(r"latent cache ([a-z]+)", DOCS)
    assert set(parts) == set(PROGRAM.commands["cache"].commands)


@pytest.mark.parametrize("name", ["embed", "topics", "corpus"])
def test_every_option_for_phrases_is_one_of_the_commands_that_join_them(name: str) -> None:
    options = {option for names, *_ in _rows(SECTIONS[PHRASES]) for option in OPTION.findall(names)}
    assert options <= set(_options(name))


@pytest.mark.parametrize("name", [*COMMANDS, READING, PHRASES])
def test_documented_defaults_are_the_programs(name: str) -> None:
    section = SECTIONS[name if name in (READING, PHRASES) else f"latent {name}"]
    options = _options("corpus" if name in (READING, PHRASES) else name)
    for names, _, *default in _rows(section):
        for option in OPTION.findall(names):
            value = options[option].default
            if default and isinstance(value, int | float | str) and value not in (False, ""):
                assert str(value) in default[0], option


@pytest.mark.parametrize(
    ("name", "columns"), [(arguments[0], columns) for arguments, columns in ANSWERS]
)
def test_the_columns_of_an_answer_are_documented(name: str, columns: str) -> None:
    """That the answers have these columns is tested in test_answers.py."""
    section = " ".join(SECTIONS[f"latent {name}"].split())
    if name == "show":
        assert "what `latent models` prints" in section
        columns = columns.removeprefix(f"{RUN} ")
    assert f"`{columns}`" in section
