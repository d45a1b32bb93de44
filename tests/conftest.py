"""What holds for all tests, whichever are chosen.

They iterate the operation table, so every chapter enters it; and nothing in them is timed.
"""

from pathlib import Path

import pytest
from hypothesis import settings

from tinygrad_edu import later

later.load_all()
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

collect_ignore_glob = ["scripts/*"]
"""They are programs, which test_scripts.py runs: importing one would run it, too."""

CHROMIUM = next(
    (p for p in map(Path, ("/usr/bin/chromium", "/usr/bin/chromium-browser")) if p.exists()), None
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser():
    """Start Debian's chromium; what needs it is skipped where it, or playwright, is not there."""
    sync_api = pytest.importorskip(
        "playwright.sync_api",
        reason="the page is tested with playwright: pip install '.[browser]'",
    )
    if CHROMIUM is None:
        pytest.skip("the page is tested in Debian's chromium: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield started
        started.close()
