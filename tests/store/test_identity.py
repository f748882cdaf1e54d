from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import run_latent
from tests.data.make_golden import records


@pytest.mark.slow
def test_the_same_text_and_seed_give_the_same_ids_anywhere(tmp_path: Path) -> None:
    ids = []
    for place in ("here", "there"):
        (tmp_path / place).mkdir()
        text = tmp_path / place / "lessons.jsonl"
        text.write_text("".join(records()), "utf-8")
        trainings = (
            ("embed", text, "--threads", "1", "--epochs", "1", "--dim", "10"),
            ("topics", text, "--threads", "1", "--k", "3", "-a", "lsi"),
        )
        for arguments in trainings:
            done = run_latent(tmp_path / place / "cache", *arguments)
            assert done.returncode == 0, done.stderr
        ids.append(sorted(path.name for path in (tmp_path / place / "cache" / "runs").iterdir()))
    assert len(ids[0]) == 3
    assert ids[0] == ids[1]
