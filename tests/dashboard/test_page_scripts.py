"""The modules of the page as one script: what one may look like, their order, and the map that leads back to them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import dashboard
from dashboard.page_scripts import Module, collect, is_module, read_module, write_map, write_script

FOLDER = Path(dashboard.__file__).parent
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@pytest.fixture(scope="module")
def modules() -> list[Module]:
    """Those of the page."""
    names = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("static/js/**/*.js"))
    return collect(filter(is_module, names), lambda name: (FOLDER / name).read_text())


@pytest.mark.parametrize(
    ("line", "body", "exports"),
    [
        ('import "./b.js";', '$need("static/js/b.js");', ()),
        ('import { c, d as e } from "../b.js";', 'const { c, d: e } = $need("static/b.js");', ()),
        ('import {\n  c,\n} from "./b.js";', 'const { c } = $need("static/js/b.js");\n\n', ()),
        ('import c from "./b.js";', 'const { default: c } = $need("static/js/b.js");', ()),
        ('import c, { d } from "./b.js";', 'const { default: c, d } = $need("static/js/b.js");', ()),
        ('import * as c from "./b.js";', 'const c = $need("static/js/b.js");', ()),
        ("export const c = 1;", "const c = 1;", ("c",)),
        ("export const { c, d: e } = React;", "const { c, d: e } = React;", ("c", "e")),
        ("export async function c() {}", "async function c() {}", ("c",)),
        ("export default function C() {}", "function C() {}", ("default",)),
        ("export { c as default, d };", "", ("default", "d")),
        ('const c = await import("./b.js");', 'const c = await $later("static/js/b.js");', ()),
        ("const c = import.meta.url;", 'const c = $address("static/js/a.js");', ()),
        ("/*\nexport const c = 1;\n*/", "/*\nexport const c = 1;\n*/", ()),
    ],
)
def test_module_as_a_part_of_the_script(line: str, body: str, exports: tuple[str, ...]) -> None:
    module = read_module("static/js/a.js", line)

    assert module.body.rpartition("\nreturn")[0] == body.rstrip()
    assert module.exports == exports


@pytest.mark.parametrize(
    "line", ["export let c = 1;", 'export * from "./b.js";', 'import c from "./b.js"', "export default 1;"]
)
def test_other_imports_and_exports_are_an_error(line: str) -> None:
    with pytest.raises(ValueError, match=r"static/js/a\.js must import and export by names"):
        read_module("static/js/a.js", line)


def test_modules_that_import_each_other_are_an_error() -> None:
    texts = {"static/js/a.js": 'import "./b.js";', "static/js/b.js": 'import "./a.js";'}

    with pytest.raises(ValueError, match="circle"):
        collect(texts, texts.__getitem__)


def test_what_a_module_imports_comes_before_it_and_each_comes_once(modules: list[Module]) -> None:
    names = [module.name for module in modules]

    assert len(set(names)) == len(names) > 200
    assert "vendor/uplot/uPlot.esm.js" in names
    for i, module in enumerate(modules):
        assert set(module.imports) <= set(names[:i])


def test_map_leads_from_each_line_to_the_same_in_a_module(modules: list[Module]) -> None:
    script, told = write_script(modules).split("\n"), json.loads(write_map(modules))
    assert script[-2] == "//# sourceMappingURL=board.js.map"
    source = line = num_mapped = 0
    for text, mapping in zip(script, told["mappings"].split(";"), strict=False):
        if not mapping:
            continue
        column, to_source, to_line, to_column = read_numbers(mapping)
        source, line, num_mapped = source + to_source, line + to_line, num_mapped + 1
        own = (FOLDER / "static" / told["sources"][source]).read_text().split("\n")[line]
        assert (column, to_column) == (0, 0)
        is_changed = own.startswith(("import ", "export ", "} from ")) or "import" in own
        assert own == text or is_changed
    assert num_mapped > 10_000


def read_numbers(mapping: str) -> list[int]:
    """The numbers of a segment in the Base64 VLQ of source maps."""
    numbers, number, shift = [], 0, 0
    for digit in map(DIGITS.index, mapping):
        number |= (digit & 31) << shift
        shift += 5
        if not digit & 32:
            numbers.append(-(number >> 1) if number & 1 else number >> 1)
            number = shift = 0
    return numbers
