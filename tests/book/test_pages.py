"""The built pages as files: complete, with working links, and nothing from the network."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from build import missing_pages, toc_documents
from notebook_files import ROOT
from serve import HTML

pytestmark = pytest.mark.browser

PAGES = sorted(HTML.rglob("*.html")) if HTML.exists() else []
PAGES = [page for page in PAGES if "_static" not in page.relative_to(HTML).parts]
# What makes a browser fetch something by itself; plain links do not.
LOADING = {
    "script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src",
    "audio": "src", "embed": "src", "object": "data", "link": "href",
}  # fmt: skip


class Links(HTMLParser):
    """Collects what a page loads, links to, and can be linked at."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.pictures_without_alt: list[str] = []
        self.titles = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        self.anchors.update(values[key] for key in ("id", "name") if values.get(key))
        fetches = tag != "link" or values.get("rel") not in ("canonical", "next", "prev", "search")
        if tag in LOADING and values.get(LOADING[tag]) and fetches:
            self.loads.append(values[LOADING[tag]])
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        if tag == "img" and not values.get("alt", "").strip():
            self.pictures_without_alt.append(values.get("src", "")[:60])
        self.titles += tag == "h1"


@cache
def read(page: Path) -> Links:
    parser = Links()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser


def name(page: Path) -> str:
    return page.relative_to(HTML).as_posix()


each_page = pytest.mark.parametrize("page", PAGES, ids=name)


def test_there_are_pages(html: Path) -> None:
    assert (html / "index.html").exists()
    assert len(PAGES) >= 10


def test_every_document_of_the_table_of_contents_has_a_page(html: Path) -> None:
    assert missing_pages(html) == []


def test_every_notebook_is_in_the_table_of_contents() -> None:
    """Solutions stay out; everything else that exists is shown."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    shown = set(toc_documents(toc))
    for path in sorted((ROOT / "chapters").glob("*/*.ipynb")):
        document = path.relative_to(ROOT).with_suffix("").as_posix()
        assert (document in shown) == (path.stem != "solution"), document


@each_page
def test_page_loads_nothing_from_the_network(page: Path) -> None:
    assert [target for target in read(page).loads if urlsplit(target).netloc] == []


@each_page
def test_links_inside_the_book_lead_somewhere(page: Path) -> None:
    for target in [*read(page).links, *read(page).loads]:
        parts = urlsplit(target)
        if parts.scheme or parts.netloc or target.startswith("data:"):
            continue
        there = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        assert there.exists(), f"{name(page)} -> {target}"
        if parts.fragment and there.suffix == ".html" and there in PAGES:
            fragment = unquote(parts.fragment)
            assert fragment in read(there).anchors, f"{name(page)} -> {target}"


@each_page
def test_pictures_have_alt_text(page: Path) -> None:
    assert read(page).pictures_without_alt == []


def test_style_sheets_and_scripts_load_nothing_from_the_network(html: Path) -> None:
    for path in html.rglob("*.css"):
        text = path.read_text(encoding="utf-8", errors="ignore")
        assert not re.search(r"(?:@import|url\()\s*[\"']?(?:https?:)?//", text), name(path)


def test_index_redirects_to_the_landing_page(html: Path) -> None:
    text = (html / "index.html").read_text(encoding="utf-8")
    assert "book/index.html" in text
