"""Files that pages save, and what lies in their pictures."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from playwright.sync_api import Locator, Page

SVG = "{http://www.w3.org/2000/svg}"


def menu_of(page: Page, card: str) -> Locator:
    return page.get_by_role("button", name=f"Menu of {card}")


def save(page: Page, button: Locator, item: str, folder: Path) -> Path:
    """Chooses an item of a menu by keyboard; → the file that comes."""
    button.focus()
    page.keyboard.press("Enter")
    with page.expect_download() as download:
        page.get_by_role("menuitem", name=item).press("Enter")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def strokes_of(svg: Path) -> list[str]:
    """The colour of each trace of an SVG that has a line, which may be in pieces."""
    groups = [
        one for one in ElementTree.parse(svg).getroot().iter(f"{SVG}g") if "trace scatter" in one.get("class", "")
    ]
    lines = [one.find(f".//{SVG}path[@class='js-line']") for one in groups]
    styles = [line.get("style", "") for line in lines if line is not None]
    return [style.split("stroke: ")[1].split(";")[0] for style in styles]


def words_of(svg: Path) -> list[str]:
    """All texts of an SVG."""
    return ["".join(text.itertext()) for text in ElementTree.parse(svg).getroot().iter(f"{SVG}text")]


def ticks_of(svg: Path, axis: str) -> list[str]:
    """The labels of an axis of the first chart of an SVG."""
    texts = [one for one in ElementTree.parse(svg).getroot().iter(f"{SVG}g") if one.get("class") == f"{axis}tick"]
    return ["".join(one.itertext()) for one in texts]
