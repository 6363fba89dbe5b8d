"""Types, devices, times and memory that boxes are coloured by."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.graph import Hierarchy, build_hierarchy, drawing_answer, read_graph, sum_costs
from dashboard.graph.quantities import device_of, missing_quantities
from summaries.proto.graph_pb2 import GraphDef, NodeDef
from summaries.proto.run_metadata_pb2 import (
    AllocatorMemoryUsed,
    DeviceStepStats,
    NodeExecStats,
    RunMetadata,
    StepStats,
)

GPU, CPU = "/job:localhost/replica:0/task:0/device:GPU:0", "/cpu:0"


def graph_on(*places: tuple[str, str]) -> Hierarchy:
    nodes = [NodeDef(name=name, op="Relu", device=device) for name, device in places]
    return build_hierarchy(read_graph(GraphDef(node=nodes)))


def device(hierarchy: Hierarchy, item: str) -> str:
    return device_of(hierarchy, hierarchy.index_by_id[item])


def test_a_scope_is_on_the_device_of_its_nodes() -> None:
    graph = graph_on(("a/b/x", GPU), ("a/b/y", GPU), ("a/z", CPU), ("free/x", ""))

    assert [device(graph, item) for item in ("a/b/x", "a/b", "a", "free")] == ["gpu:0", "gpu:0", "2 devices", ""]


def test_boxes_tell_the_type_of_what_they_give(iris: Hierarchy) -> None:
    boxes = {box["id"]: box["dtype"] for box in drawing_answer(iris, frozenset())["boxes"]}

    assert boxes["dense_0"] == "f32"


def test_what_a_graph_does_not_tell_has_a_reason(iris: Hierarchy) -> None:
    bare = graph_on(("x", ""))

    assert set(missing_quantities(bare)) == {"dtype", "device", "params", "flops", "saved"}
    assert "params" not in missing_quantities(iris)


def test_costs_of_all_runs_of_all_nodes_add_up(make_hierarchy: Callable[..., Hierarchy]) -> None:
    graph = make_hierarchy(("net/a", "Relu", []), ("net/b", "Relu", ["net/a"]))
    memory = [AllocatorMemoryUsed(total_bytes=900, peak_bytes=700)]
    stats = [
        NodeExecStats(node_name="net/a", op_end_rel_micros=30, memory=memory),
        NodeExecStats(node_name="net/a", op_end_rel_micros=12),
        NodeExecStats(node_name="net/b", all_end_rel_micros=8),
        NodeExecStats(node_name="elsewhere", op_end_rel_micros=1000),
    ]
    metadata = RunMetadata(step_stats=StepStats(dev_stats=[DeviceStepStats(device=CPU, node_stats=stats)]))

    costs = sum_costs(graph, metadata)

    at = {what: {graph.items[item].id: value for item, value in held.items()} for what, held in costs.items()}
    assert at["time"] == {"net/a": 42.0, "net/b": 8.0, "net": 50.0, "": 50.0}
    assert at["memory"] == {"net/a": 700.0, "net": 700.0, "": 700.0}
