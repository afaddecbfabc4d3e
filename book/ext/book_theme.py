"""Mends what Jupyter Book's theme loads or shows twice, and adds the book's own style sheet.

Theme options cannot be set in ``_config.yml``: an ``html_theme_options`` there replaces the ones
that Jupyter Book itself computes, and the launch and repository buttons disappear.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config


def set_theme_options(app: Sphinx, config: Config) -> None:
    """Change single options of the theme, keeping the rest."""
    config.html_theme_options.update(
        navbar_end=[],  # the theme switch and
        navbar_persistent=[],  # the search field are in the article header and sidebar already
        pygments_light_style="a11y-high-contrast-light",
        pygments_dark_style="a11y-high-contrast-dark",
    )


def clean_page(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Drop Thebe (it needs the network) and scripts that are listed twice."""
    kept, seen = [], set()
    for script in context.get("script_files", []):
        filename = str(getattr(script, "filename", None) or "")
        body = getattr(script, "attributes", {}).get("body") or ""
        key = (filename.split("?")[0], body)
        if "thebe" in filename or "THEBE_JS_URL" in body or key in seen:
            continue
        seen.add(key)
        kept.append(script)
    context["script_files"] = kept
    context["css_files"] = [
        sheet
        for sheet in context.get("css_files", [])
        if "thebe" not in str(getattr(sheet, "filename", sheet))
    ]
    context["default_mode"] = "auto"  # follow the reader's system: light or dark


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("config-inited", set_theme_options)
    app.connect("html-page-context", clean_page, priority=900)
    app.add_css_file("book.css", priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
