"""The built pages in a real browser: quiet, complete without a network, readable everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from serve import HTML

pytestmark = pytest.mark.browser

# A redirect and two generated lists are not worth a look at each size and colour.
SKIPPED = {"index.html", "genindex.html", "py-modindex.html"}
NAMES = [
    name
    for name in sorted(path.relative_to(HTML).as_posix() for path in HTML.rglob("*.html"))
    if name not in SKIPPED and not name.startswith("_static/")
]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}


class Watched:
    """A page whose complaints and requests are noted."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("requestfailed", self._on_failure)

    def _on_failure(self, request: object) -> None:
        # The icon does not count for "networkidle": leaving the page may cut its loading short.
        aborted = request.failure == "net::ERR_ABORTED"  # type: ignore[attr-defined]
        if not (aborted and request.url.endswith("favicon.svg")):  # type: ignore[attr-defined]
            self.complaints.append(f"failed: {request.url}")  # type: ignore[attr-defined]

    def _on_console(self, message: object) -> None:
        if message.type in ("error", "warning"):  # type: ignore[attr-defined]
            self.complaints.append(message.text)  # type: ignore[attr-defined]

    def open(self, target: str) -> None:
        self.page.goto(f"{self.base}/{target}")
        self.page.wait_for_load_state("networkidle")

    def external(self) -> list[str]:
        inside = (self.base, "data:", "blob:", "about:")
        return [url for url in self.requests if not url.startswith(inside)]


@pytest.fixture(params=["http", "file"])
def watched(request: pytest.FixtureRequest, browser: Browser, html: Path) -> Iterator[Watched]:
    """A desktop page, over http and as plain files."""
    base = request.getfixturevalue("site") if request.param == "http" else html.as_uri()
    context = browser.new_context(viewport=DESKTOP)
    yield Watched(context.new_page(), base)
    context.close()


def test_pages_are_quiet_and_stay_at_home(watched: Watched) -> None:
    for target in NAMES:
        watched.open(target)
        assert watched.complaints == [], target
        assert watched.external() == [], target


def test_formulas_are_set(watched: Watched) -> None:
    watched.open("book/notation.html")
    watched.page.wait_for_selector("mjx-container", timeout=10_000)
    assert watched.page.locator("mjx-container").count() > 10
    assert watched.page.locator("mjx-merror").count() == 0
    assert r"\frac" not in watched.page.locator("article").inner_text()


def test_search_finds_unclip_ratio(watched: Watched) -> None:
    watched.open("search.html?q=unclip+ratio")
    results = watched.page.locator("#search-results ul.search li")
    expect(results.first).to_be_visible(timeout=15_000)
    # One more moment: the list grows page by page.
    expect(watched.page.locator("#search-results")).to_contain_text("Glossary", timeout=15_000)
    watched.page.locator("#search-results a", has_text=re.compile("glossary", re.I)).first.click()
    expect(watched.page.locator("article")).to_contain_text("unclip ratio")
    assert watched.external() == []


def test_landing_page_tells_what_to_type(watched: Watched) -> None:
    watched.open("index.html")
    watched.page.wait_for_url("**/book/index.html")
    text = watched.page.locator("article").inner_text()
    assert "make book" in text
    assert "make lab" in text


def test_no_page_scrolls_sideways_on_a_phone(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport=PHONE, device_scale_factor=2)
    page = context.new_page()
    for target in NAMES:
        page.goto(f"{site}/{target}")
        page.wait_for_load_state("networkidle")
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], f"{target} is {width} px wide"
    context.close()


def luminance(colour: str) -> float:
    """Brightness 0-1 of a CSS colour, as WCAG defines it."""
    channels = [int(value) / 255 for value in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_reader_chooses_light_or_dark(browser: Browser, site: str, scheme: str) -> None:
    context = browser.new_context(viewport=DESKTOP, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    for target in NAMES:
        page.goto(f"{site}/{target}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.dataset.theme") == scheme
        back, text = page.evaluate(
            "[document.body, document.querySelector('article p, main p')].map("
            "(e, i) => getComputedStyle(e)[i ? 'color' : 'backgroundColor'])"
        )
        dark, bright = sorted([luminance(back), luminance(text)])
        assert (luminance(back) < 0.05) == (scheme == "dark"), f"{target}: {back}"
        assert (bright + 0.05) / (dark + 0.05) >= 7, f"{target}: {text} on {back}"
    context.close()


def test_the_theme_switch_works(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport=DESKTOP, color_scheme="light")
    page = context.new_page()
    page.goto(f"{site}/book/index.html")
    seen = set()
    for _ in range(3):
        page.locator("button.theme-switch-button:visible").first.click()
        seen.add(page.evaluate("document.documentElement.dataset.theme"))
    assert seen == {"light", "dark"}
    context.close()


def test_solutions_are_folded_until_asked_for(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.goto(f"{site}/book/how_to_use.html")
    folded = page.locator("details.sd-dropdown").first
    assert folded.get_attribute("open") is None
    folded.locator("summary").click()
    expect(folded.locator(".sd-card-text").first).to_be_visible()
    context.close()
