"""A picture of a map's page as headless Chromium shows it, for the docs.

docs/map-words.png and docs/map-documents.png are made by it, from pages of ``latent map``.

Run: python benchmarks/page_picture.py PAGE.html PICTURE.png
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from harness import ROOT
from PIL import Image

sys.path.insert(0, str(ROOT))
from tests.reports.browser import start_browser  # noqa: E402

SIZE = {"width": 1400, "height": 900, "deviceScaleFactor": 1, "mobile": False}


def main() -> None:
    """Open the page, wait until all names stand, and keep what is seen in 256 colours."""
    page, picture = (Path(argument).resolve() for argument in sys.argv[1:3])
    with tempfile.TemporaryDirectory() as profile, start_browser(Path(profile)) as browser:
        browser.devtools("Emulation.setDeviceMetricsOverride", **SIZE)
        browser.open(page.as_uri())
        browser.wait("latentMap.settled()")
        seen = Image.open(io.BytesIO(browser.screenshot())).convert("RGB")
    few = seen.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE)
    few.save(picture, optimize=True)


if __name__ == "__main__":
    main()
