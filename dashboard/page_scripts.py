"""The modules of the page in one script, since a browser takes longer to fetch a module than to run it.

``static/board.js`` holds each module of ``static/js``, and those of ``vendor`` that they import, as a function that
runs when the module is first needed. Each keeps its lines, and ``static/board.js.map`` leads a browser's developer
tools from them to the modules themselves, which are served too: workers and other pages import those.

What is joined here is written as this project writes modules: imports and exports begin a line, end with a semicolon
and name what they move; nothing imports in a circle, and what is exported is never assigned again.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

SCRIPT = "static/board.js"
MAP = f"{SCRIPT}.map"
_CLASSIC = frozenset({"static/js/appearance_boot.js", "static/js/components.js", "static/js/docs.js"})
_MOVE = re.compile(
    r"^(?:(?P<comment>/\*[\s\S]*?\*/)"
    r'|import (?:(?P<names>[^;"]+?)\s+from )?"(?P<path>[^"]+)";'
    r"|export \{(?P<listed>[^}]*)\};"
    r"|export (?P<default>default )?"
    r"(?P<kept>(?:async )?(?:function\*?|class|const) (?:(?P<name>[\w$]+)|\{(?P<taken>[^}]*)\})))",
    re.MULTILINE,
)
_LATER_IMPORT = re.compile(r'import\("(?P<path>[^"]+)"\)')
_COMMENT = re.compile(r"^/\*[\s\S]*?\*/", re.MULTILINE)
_REST = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_HEAD = """\
const $made = new Map();
function $need(name) {
  if (!$made.has(name)) $made.set(name, $modules[name]());
  return $made.get(name);
}
export { $need as need };
const $later = async (name) => $need(name);
const $address = (name) => new URL(`../${name}`, import.meta.url).href;
const $modules = {
"""
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@dataclass(frozen=True)
class Module:
    """A module of the page, as a part of the script.

    Attributes:
        name: Its path below the package, like ``static/js/session.js``.
        body: The body of a function that gives what it exports; line for line the module, and one line more.
        exports: Names of what it exports; ``default`` among them.
        imports: Names of the modules that it imports at once.
    """

    name: str
    body: str
    exports: tuple[str, ...]
    imports: tuple[str, ...]


def is_module(name: str) -> bool:
    """Whether a file is a module of the page: no classic script, and no worker's."""
    return (
        name.startswith("static/js/")
        and name.endswith(".js")
        and not name.endswith("_worker.js")
        and name not in _CLASSIC
    )


def read_module(name: str, text: str) -> Module:
    """Turns a module into a part of the script.

    Raises:
        ValueError: The module imports or exports in another way than this project does.
    """
    folder = posixpath.dirname(name)
    imports: list[str] = []
    exports: dict[str, str] = {}

    def find(path: str) -> str:
        return posixpath.normpath(f"{folder}/{path}")

    def move(found: re.Match[str]) -> str:
        if found["comment"]:
            return found[0]
        if found["path"]:
            imports.append(find(found["path"]))
            line = f'{_write_names(found["names"])}$need("{imports[-1]}");'
            return line + "\n" * found[0].count("\n")
        exports.update(_read_exports(found))
        return found["kept"] or ""

    body = _LATER_IMPORT.sub(lambda found: f'$later("{find(found["path"])}")', _MOVE.sub(move, text))
    body = body.replace("import.meta.url", f'$address("{name}")')
    rest = _REST.search(body) and _REST.search(_COMMENT.sub("", body))
    if rest:
        raise ValueError(f"{name} must import and export by names, at the start of a line; got {rest[0]!r}.")
    given = ", ".join(outer if outer == inner else f"{outer}: {inner}" for outer, inner in exports.items())
    return Module(name, f"{body.rstrip()}\nreturn {{ {given} }};", tuple(exports), tuple(imports))


def _read_exports(found: re.Match[str]) -> Iterator[tuple[str, str]]:
    """What an export gives out: the names that others know, and those in the module."""
    if found["listed"] is not None:
        yield from ((outer, inner) for inner, outer in _read_names(found["listed"]))
    elif found["taken"] is not None:
        yield from ((inner, inner) for _, inner in _read_names(found["taken"], ":"))
    else:
        yield "default" if found["default"] else found["name"], found["name"]


def _write_names(names: str | None) -> str:
    """What stands before what a module gives: `{ a, b as c }`, `a` or `* as a` as a constant."""
    if names is None:
        return ""
    if names.startswith("* as "):
        return f"const {names.removeprefix('* as ')} = "
    default, _, listed = names.rstrip("} \n").rpartition("{")
    taken = [*_read_names(listed)] if "{" in names else []
    alone = (default if "{" in names else names).strip(", ")
    pairs = ([("default", alone)] if alone else []) + taken
    return f"const {{ {', '.join(a if a == b else f'{a}: {b}' for a, b in pairs)} }} = "


def _read_names(listed: str, as_: str = " as ") -> Iterator[tuple[str, str]]:
    """The pairs of ``a, b as c``: a name, and that which it gets."""
    for one in filter(None, map(str.strip, listed.split(","))):
        first, _, second = one.partition(as_)
        yield first.strip(), (second or first).strip()


def collect(names: Iterable[str], read: Callable[[str], str]) -> list[Module]:
    """Some modules and all that they import, each after those.

    Args:
        names: Of the modules.
        read: Gives the text of a module.

    Raises:
        ValueError: Modules import each other in a circle, or as `read_module`.
    """
    found: dict[str, Module | None] = {}

    def visit(name: str) -> None:
        if name in found:
            if found[name] is None:
                raise ValueError(f"modules must not import each other in a circle; got {name!r} in one.")
            return
        found[name] = None
        module = read_module(name, read(name))
        for other in module.imports:
            visit(other)
        del found[name]
        found[name] = module

    for name in names:
        visit(name)
    return [module for module in found.values() if module is not None]


def write_script(modules: Iterable[Module]) -> str:
    """The script of some modules: an ES module that exports ``need(name)``, which gives what one of them exports."""
    parts = "".join(f'"{module.name}"() {{\n{module.body}\n}},\n' for module in modules)
    return f"{_HEAD}{parts}}};\n//# sourceMappingURL={posixpath.basename(MAP)}\n"


def write_map(modules: Iterable[Module]) -> str:
    """The source map of the same script (version 3): each line of a module leads to that line of its file."""
    modules = list(modules)
    mappings = [""] * _HEAD.count("\n")
    source = line = 0
    for i, module in enumerate(modules):
        mappings.append("")
        count = module.body.count("\n")  # but the last line, which is not of the module
        for own in range(count):
            mappings.append(f"A{_write_number(i - source)}{_write_number(own - line)}A")
            source, line = i, own
        mappings += ["", ""]
    folder = posixpath.dirname(SCRIPT)
    sources = [posixpath.relpath(module.name, folder) for module in modules]
    return json.dumps({"version": 3, "names": [], "sources": sources, "mappings": ";".join(mappings)})


def _write_number(number: int) -> str:
    """A number in the Base64 VLQ of source maps.

    >>> [_write_number(number) for number in (0, 1, -1, 16)]
    ['A', 'C', 'D', 'gB']
    """
    rest = -number << 1 | 1 if number < 0 else number << 1
    digits = ""
    while True:
        rest, digit = rest >> 5, rest & 31
        digits += _DIGITS[digit | (32 if rest else 0)]
        if not rest:
            return digits
