"""Write the golden artefacts of the current format version, which later versions must read.

    python tests/data/make_golden.py

makes golden-vN/ beside this file, one artefact of each kind, by training on the lines below. Of
one that is there already nothing is written: what a release wrote is never written again.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from latentcli.formats.artefact import FORMAT_VERSION

LESSONS = {
    "baking": """\
The baker kneads the dough, and the oven warms the flour and the bread.
Fresh bread from the oven, butter, salt: the baker asks for no more.
Rye flour makes dark bread; wheat flour makes a lighter dough.
The dough rests while the baker lights the oven for a crêpe.
Salt and butter go into the dough before the flour.
A loaf of bread cools beside the oven.
""",
    "sailing": """\
The ship left the harbour with the tide, her sails full of wind.
Wind and tide brought the ship home to the harbour.
Sailors mend the sails while the ship lies in the harbour.
The captain waits for the tide; the sailors wait for the captain.
A storm tore the sails, and the wind drove the ship from the harbour.
Sailors fear the storm more than the captain.
""",
    "stars": """\
The telescope shows the moon, the planets and a faint comet.
Stars rise over the hill, and the telescope follows the planets.
A comet passed between the stars on a night without moon.
The moon hides the stars; the planets shine all night.
Through the telescope the comet has a tail, and the stars have none.
Night after night the moon moves among the stars.
""",
}
COMMANDS = {
    "corpus": ("corpus", "lessons.jsonl"),
    "embedding": ("embed", "--dim", "6", "--min-count", "2", "--epochs", "40", "--threads", "1"),
    "fasttext": (
        "embed",
        "-a",
        "fasttext",
        "--dim",
        "6",
        "--min-count",
        "2",
        "--epochs",
        "40",
        "--buckets",
        "400",
        "--threads",
        "1",
    ),
    "lda": ("topics", "--k", "3", "--threads", "1"),
    "lsi": ("topics", "--k", "3", "-a", "lsi", "--threads", "1"),
}
# The record of how it was called shall hold no path of this machine.
PROGRAM = "import sys; sys.argv[0] = 'latent'; from latentcli.cli.app import main; main()"


def main() -> None:
    target = Path(__file__).parent / f"golden-v{FORMAT_VERSION}"
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch, "lessons.jsonl").write_text("".join(records()), "utf-8")
        cache = Path(scratch, "cache")
        published: set[Path] = set()
        for kind, arguments in COMMANDS.items():
            subprocess.run(
                [sys.executable, "-c", PROGRAM, *arguments],
                cwd=scratch,
                env={**os.environ, "LATENT_CACHE_DIR": str(cache)},
                stdin=subprocess.DEVNULL,
                check=True,
            )
            [run] = set((cache / "runs").iterdir()) - published
            published.add(run)
            if not (target / kind).exists():
                shutil.copytree(run, target / kind)


def records() -> Iterator[str]:
    """Yield the lessons as JSON lines; the backslash in each id is one that a list must escape."""
    for label, lines in LESSONS.items():
        for number, line in enumerate(lines.splitlines()):
            record = {"id": f"{label}\\{number}", "label": label, "text": line}
            yield json.dumps(record, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
