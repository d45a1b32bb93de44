"""Build the site and check it: `python docs/make_site.py`, after `pip install -e ".[docs]"`.

The pages are written to `docs/_build/html`; open `index.html` there. Warnings are errors. Lessons
and pages that have not changed are not run again; `--fresh` runs all of them, as is right after a
change of the library. Then each link and picture of the built pages is looked up, and the spelling
of the sources. `--only-check` leaves out the building.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

DOCS = Path(__file__).resolve().parent
SITE = DOCS / "_build" / "html"
WRITTEN = ("_build", "_made", "lessons")
"""Folders that the build writes."""

BUILD = ("-W", "-n", "--keep-going", "-q", "-b", "html", str(DOCS), str(SITE))
SPELT = ("docs", "examples", "tinygrad_edu", "tests", "benchmarks", "README.md", "CONTRIBUTING.md")


class Page(HTMLParser):
    """The links of a page, and the places in it that can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note its links and names."""
        for name, value in attrs:
            if name in ("href", "src") and value is not None:
                self.links.append(value)
            if name == "id" or (tag == "a" and name == "name"):
                self.places.add(value or "")


def broken(site: Path) -> Iterator[str]:
    """Tell of each link within a site that leads to nothing."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        for link in dict.fromkeys(page.links):
            if not _leads_somewhere(link, path, pages):
                yield f"{path.relative_to(site)}: {link}"


def _leads_somewhere(link: str, path: Path, pages: dict[Path, Page]) -> bool:
    if urlsplit(link).scheme or link.startswith("//"):
        return True  # of the network, or data
    address, place = urldefrag(link)
    target = (path.parent / unquote(urlsplit(address).path)).resolve() if address else path
    if target.is_dir():
        target /= "index.html"
    if not target.exists():
        return False
    return not place or target not in pages or unquote(place) in pages[target].places


def main() -> int:
    """Build and check; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--fresh", action="store_true", help="run all lessons and pages again")
    parser.add_argument("--only-check", action="store_true", help="check what has been built")
    options = parser.parse_args()
    if options.fresh:
        for name in WRITTEN:
            shutil.rmtree(DOCS / name, ignore_errors=True)
    if not options.only_check:
        built = subprocess.run([sys.executable, "-m", "sphinx", *BUILD]).returncode
        if built:
            return built
    wrong = list(broken(SITE))
    for line in wrong:
        print("leads to nothing:", line, file=sys.stderr)
    if wrong and not options.fresh:
        print("(pages that were not written anew may have old links: try --fresh)", file=sys.stderr)
    spelt = subprocess.run([sys.executable, "-m", "codespell_lib", *SPELT], cwd=DOCS.parent)
    if not (wrong or spelt.returncode):
        print(f"built and checked: {SITE / 'index.html'}")
    return int(bool(wrong)) or spelt.returncode


if __name__ == "__main__":
    sys.exit(main())
