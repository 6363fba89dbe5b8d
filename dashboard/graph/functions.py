"""Opens the calls of a GraphDef: the function that a call names becomes a scope with the function's nodes.

TensorFlow 2 keeps what a ``tf.function`` computes in the graph's library. A call gives its inputs to the function's
arguments and takes its results; a loop runs a condition and a body, a branch one of several functions. Afterwards
the graph is one without calls, which everything else reads as any other.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dashboard.graph.families import plain_op

MAX_NODES = 50_000
MAX_DEPTH = 24

_CALLS = frozenset({"partitionedcall", "statefulpartitionedcall", "tpupartitionedcall", "remotecall"})
_LOOPS = frozenset({"while", "statelesswhile"})
_BRANCHES = frozenset({"if", "statelessif", "case", "statelesscase"})

# Ops with several outputs, in order; of all others a reader in a function names the only one, or a list.
_OUTPUTS = {
    "FusedBatchNormV3": ("y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2", "reserve_space_3"),
    "FusedBatchNormGradV3": ("x_backprop", "scale_backprop", "offset_backprop", "reserve_space_4", "reserve_space_5"),
    "SoftmaxCrossEntropyWithLogits": ("loss", "backprop"),
    "SparseSoftmaxCrossEntropyWithLogits": ("loss", "backprop"),
    "TopKV2": ("values", "indices"),
    "Unique": ("y", "idx"),
    "UniqueWithCounts": ("y", "idx", "count"),
    "BroadcastGradientArgs": ("r0", "r1"),
    "Switch": ("output_false", "output_true"),
    "Merge": ("output", "value_index"),
    "Svd": ("s", "u", "v"),
    "Qr": ("q", "r"),
}

# What stands before the functions of one graph where several were put into one; their calls may lack it.
_PREFIX = re.compile(r"^graph_\d+_")


class Ref(NamedTuple):
    """An output of a node: its name and the number of the output; -1 for the node itself, which must run before."""

    name: str
    port: int


@dataclass(frozen=True)
class Opened:
    """A graph whose calls are opened.

    Attributes:
        definition: The GraphDef with the nodes of the functions; the given one if it calls none.
        function_by_scope: Name of the function whose nodes a scope holds.
        loops: The scopes that are the body of a loop.
        left: Names of the functions that are not in it, in the order of the library.
        notes: One sentence for each kind of call that stays closed.
    """

    definition: Any
    function_by_scope: Mapping[str, str] = field(default_factory=dict)
    loops: frozenset[str] = frozenset()
    left: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def open_calls(definition: Any, function: str = "", check: Callable[[], None] = lambda: None) -> Opened:
    """Opens what a graph calls, the outermost calls first, up to `MAX_NODES` nodes.

    Args:
        definition: A GraphDef message; not changed.
        function: A function of its library to open in place of its nodes; a graph without nodes opens those that
            nobody calls.
        check: Called between two nodes; what it raises ends the work.

    Raises:
        KeyError: If the library has no such function; carries a sentence.
    """
    if not definition.library.function:
        if function:
            raise KeyError(f"The graph has no function {function!r}. It may belong to another run.")
        return Opened(definition)
    opener = _Opener(definition, check)
    if function:
        opener.show([function])
    elif definition.node:
        opener.open_graph()
    else:
        opener.show(opener.find_uncalled())
    return opener.finish()


@dataclass(frozen=True)
class _Body:
    """Nodes to be placed in a scope.

    Attributes:
        prefix: Name of the scope with a slash behind it, or empty.
        key: Place among all nodes; `_Placed.key` begins with it.
        nodes: NodeDefs, of the graph or of a function.
        values: What the names in the inputs of the nodes stand for.
        chain: The functions around, the outermost first.
    """

    prefix: str
    key: tuple[int, ...]
    nodes: tuple[Any, ...]
    values: _Values
    chain: tuple[str, ...]


@dataclass(frozen=True)
class _Placed:
    key: tuple[int, ...]
    name: str
    node: Any
    inputs: list[Ref]


class _Values:
    """What the inputs of nodes name, as outputs of nodes of the opened graph."""

    def __init__(
        self, prefix: str, nodes: Iterable[Any], arguments: Mapping[str, Ref] | None, functions: Mapping[str, Any]
    ) -> None:
        self._arguments = arguments
        self._functions = functions
        self._node_by_name = {node.name: node for node in nodes}
        outer = _common_scope(self._node_by_name) if arguments is not None else ""
        self.name_by_name = {name: prefix + name[len(outer) :] for name in self._node_by_name}

    def find(self, text: str) -> Ref:
        """The output that an input of a node names: ``name:port``, or in a function ``name:output:number``."""
        if text.startswith("^"):
            return Ref(self.name_by_name.get(text[1:], text[1:]), -1)
        if self._arguments is None:
            name, _, port = text.rpartition(":")
            found = Ref(name, int(port)) if name and port.isdecimal() else Ref(text, 0)
            return found._replace(name=self.name_by_name.get(found.name, found.name))
        name, _, rest = text.partition(":")
        if name in self._arguments:
            return self._arguments[name]
        output, _, number = rest.rpartition(":")
        return Ref(self.name_by_name.get(name, name), self._port(name, output, number))

    def _port(self, name: str, output: str, number: str) -> int:
        node = self._node_by_name.get(name)
        called = self._functions.get(node.op) if node is not None else None
        names = (
            [arg.name for arg in called.signature.output_arg] if called else _OUTPUTS.get(node.op if node else "", ())
        )
        first = names.index(output) if output in names else 0
        return first + (int(number) if number.isdecimal() else 0)


def _common_scope(names: Iterable[str]) -> str:
    """The scopes that all names share, with a slash behind them: a loop's body repeats the name of the loop."""
    parts = [name.split("/")[:-1] for name in names]
    shared = 0
    for level in zip(*parts, strict=False):
        if len(set(level)) > 1:
            break
        shared += 1
    return "".join(f"{part}/" for part in parts[0][:shared]) if parts else ""


class _Opener:
    """Places the nodes of a graph and of what it calls, outer calls before inner ones."""

    def __init__(self, definition: Any, check: Callable[[], None]) -> None:
        self._definition, self._check = definition, check
        self._functions = {function.signature.name: function for function in definition.library.function}
        self._name_by_plain = {_PREFIX.sub("", name): name for name in reversed(self._functions)}
        self._placed: list[_Placed] = []
        self._results: dict[str, list[Ref]] = {}
        self._waiting: deque[_Body] = deque()
        self._num_nodes = 0
        self._function_by_scope: dict[str, str] = {}
        self._loops: set[str] = set()
        self._scopes: set[str] = set()
        self._num_recursive = self._num_beyond = 0

    def find_uncalled(self) -> list[str]:
        """The functions that no function calls; all, if each calls another."""
        called = {
            name for function in self._functions.values() for node in function.node_def for _, name in self._calls(node)
        }
        return [name for name in self._functions if name not in called] or list(self._functions)

    def open_graph(self) -> None:
        """Places the nodes of the graph itself."""
        nodes = tuple(self._definition.node)
        self._num_nodes = len(nodes)
        for node in nodes:
            self._scopes.update(_scopes_of(node.name))
        self._work(_Body("", (), nodes, _Values("", nodes, None, self._functions), ()))

    def show(self, names: list[str]) -> None:
        """Places functions with their arguments and results, each in a scope if there are several."""
        for place, name in enumerate(names):
            if name not in self._functions:
                raise KeyError(f"The graph has no function {name!r}. It may belong to another run.")
            if self._num_nodes < MAX_NODES:
                prefix = f"{name}/" if len(names) > 1 else ""
                arguments = self._place_arguments(name, prefix, (place,))
                results = self._enqueue(name, prefix, (place,), arguments, ())
                for number, (arg, ref) in enumerate(zip(self._signature(name).output_arg, results, strict=True)):
                    key = (place, len(self._functions[name].node_def), number)
                    self._place(key, f"{prefix}{arg.name} (result)", _node(arg, "_Retval"), [ref])
        self._work()

    def finish(self) -> Opened:
        """The graph as it was opened."""
        opened = set(self._function_by_scope.values())
        notes = []
        if self._num_recursive:
            notes.append(f"{_count(self._num_recursive)} to functions that call themselves; they are not opened.")
        if self._num_beyond:
            notes.append(
                f"{_count(self._num_beyond)} beyond {MAX_NODES:,} nodes; they are not opened, and their functions are "
                "graphs of their own."
            )
        return Opened(
            self._write() if opened else self._definition,
            self._function_by_scope,
            frozenset(self._loops),
            tuple(name for name in self._functions if name not in opened),
            tuple(notes),
        )

    def _work(self, *bodies: _Body) -> None:
        self._waiting.extend(bodies)
        while self._waiting:
            body = self._waiting.popleft()
            for place, node in enumerate(body.nodes):
                self._check()
                self._place_or_open(body, (*body.key, place), node)

    def _place_or_open(self, body: _Body, key: tuple[int, ...], node: Any) -> None:
        name = body.values.name_by_name[node.name]
        inputs = [body.values.find(text) for text in node.input]
        calls = [(label, function) for label, function in self._calls(node) if function in self._functions]
        if not calls or not self._may_open([function for _, function in calls], body.chain):
            self._place(key, name, node, inputs)
            return
        scope = f"{name}/({name.rpartition('/')[2]})" if name in self._scopes else name
        data = [ref for ref in inputs if ref.port >= 0]
        plain = plain_op(node.op)
        if plain in _LOOPS:
            for place, (label, function) in enumerate(calls):
                results = self._call(function, f"{scope}/{label}", (*key, place), data, body.chain)
                if label == "body":
                    self._results[name] = results
                    self._loops.add(f"{scope}/{label}")
        elif plain in _CALLS or node.op in self._functions:
            self._results[name] = self._call(calls[0][1], scope, key, data[plain == "remotecall" :], body.chain)
        else:
            self._open_others(scope, key, node, name, inputs, calls, body.chain)

    def _open_others(
        self,
        scope: str,
        key: tuple[int, ...],
        node: Any,
        name: str,
        inputs: list[Ref],
        calls: list[tuple[str, str]],
        chain: tuple[str, ...],
    ) -> None:
        """Opens a node that chooses among functions or applies one: it reads their results."""
        given = [ref for ref in inputs if ref.port >= 0][1:] if plain_op(node.op) in _BRANCHES else None
        results: list[Ref] = []
        for place, (label, function) in enumerate(calls):
            inner = f"{scope}/{label}"
            arguments = self._place_arguments(function, f"{inner}/", (*key, place)) if given is None else None
            results += self._call(function, inner, (*key, place), given or list((arguments or {}).values()), chain)
        kept = inputs[:1] if given is not None else inputs
        self._place((*key, len(calls)), name, node, [*kept, *results])

    def _call(
        self, function: str, scope: str, key: tuple[int, ...], given: list[Ref], chain: tuple[str, ...]
    ) -> list[Ref]:
        names = [arg.name for arg in self._signature(function).input_arg]
        return self._enqueue(function, f"{scope}/", key, dict(zip(names, given, strict=False)), chain)

    def _enqueue(
        self, function: str, prefix: str, key: tuple[int, ...], arguments: Mapping[str, Ref], chain: tuple[str, ...]
    ) -> list[Ref]:
        """Lets the nodes of a function be placed; returns what its results are."""
        nodes = tuple(self._functions[function].node_def)
        values = _Values(prefix, nodes, arguments, self._functions)
        self._function_by_scope[prefix.rstrip("/")] = function
        self._num_nodes += len(nodes)
        self._waiting.append(_Body(prefix, key, nodes, values, (*chain, function)))
        returned = self._functions[function].ret
        return [values.find(returned[arg.name]) for arg in self._signature(function).output_arg]

    def _place_arguments(self, function: str, prefix: str, key: tuple[int, ...]) -> dict[str, Ref]:
        arguments = {}
        for number, arg in enumerate(self._signature(function).input_arg):
            name = f"{prefix}{arg.name} (argument)"
            self._place((*key, -1, number), name, _node(arg, "Placeholder"), [])
            arguments[arg.name] = Ref(name, 0)
        return arguments

    def _place(self, key: tuple[int, ...], name: str, node: Any, inputs: list[Ref]) -> None:
        self._placed.append(_Placed(key, name, node, inputs))

    def _may_open(self, functions: list[str], chain: tuple[str, ...]) -> bool:
        if any(function in chain for function in functions):
            self._num_recursive += 1
            return False
        size = sum(len(self._functions[function].node_def) for function in functions)
        if len(chain) >= MAX_DEPTH or self._num_nodes + size > MAX_NODES:
            self._num_beyond += 1
            return False
        return True

    def _signature(self, function: str) -> Any:
        return self._functions[function].signature

    def _calls(self, node: Any) -> Iterator[tuple[str, str]]:
        """The functions that a node names, as what, and under their names in the library."""
        named = [("", node.op)] if node.op in self._functions else _named_functions(node)
        return (
            (label, name if name in self._functions else self._name_by_plain.get(name, name)) for label, name in named
        )

    def _write(self) -> Any:
        written = type(self._definition)(versions=self._definition.versions)
        for placed in sorted(self._placed, key=lambda placed: placed.key):
            node = written.node.add()
            node.CopyFrom(placed.node)
            node.name = placed.name
            del node.input[:]
            node.input.extend(self._text(ref) for ref in placed.inputs)
        return written

    def _text(self, ref: Ref) -> str:
        """An input in writing; what a call gives is what its function returns."""
        for _ in range(MAX_DEPTH * 2):
            results = self._results.get(ref.name)
            if not results or ref.port >= len(results):
                break
            ref = results[ref.port] if ref.port >= 0 else Ref(results[0].name, -1)
        return f"^{ref.name}" if ref.port < 0 else f"{ref.name}:{ref.port}" if ref.port else ref.name


def _named_functions(node: Any) -> Iterator[tuple[str, str]]:
    for key in sorted(node.attr):
        value = node.attr[key]
        form = value.WhichOneof("value")
        if form == "func":
            yield key.removesuffix("_branch"), value.func.name
        elif form == "list":
            yield from ((f"branch_{place}", called.name) for place, called in enumerate(value.list.func))


def _scopes_of(name: str) -> Iterator[str]:
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name


def _node(argument: Any, op: str) -> Any:
    from summaries.proto.graph_pb2 import NodeDef

    node = NodeDef(op=op)
    if argument.type:
        node.attr["dtype"].type = argument.type
    return node


def _count(number: int) -> str:
    return "1 call" if number == 1 else f"{number:,} calls"
