"""What boxes are coloured by that is not in their totals: type of the output, device, measured time and memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dashboard.graph.drawing import Box
from dashboard.graph.flows import find_output, outgoing_links
from dashboard.graph.hierarchy import Hierarchy
from dashboard.graph.live_values import Values, carry_up

Answer = dict[str, Any]

TIME, MEMORY = "time", "memory"
MISSING_COSTS = {
    TIME: "This run logged no times of nodes (RunMetadata).",
    MEMORY: "This run logged no memory of nodes (RunMetadata).",
}


def box_quantities(hierarchy: Hierarchy, boxes: Iterable[Box]) -> list[Answer]:
    """Type of the output and device of each box; empty texts where they are not known."""
    answers = []
    for box in boxes:
        if not box.item:
            answers.append({"dtype": "", "device": ""})
            continue
        scope = hierarchy.items[box.item].parent
        links = hierarchy.once(outgoing_links, scope)
        output = find_output(hierarchy, box.item, links.get(box.item, []))
        answers.append({"dtype": output.dtype, "device": device_of(hierarchy, box.item)})
    return answers


def device_of(hierarchy: Hierarchy, index: int) -> str:
    """The device of an item in short, as ``gpu:0``; ``3 devices`` for several, empty if none is told."""
    devices = hierarchy.devices.get(index, ())
    return f"{len(devices)} devices" if len(devices) > 1 else short_device(next(iter(devices), ""))


def short_device(name: str) -> str:
    """The last part of a device's name.

    >>> short_device("/job:localhost/replica:0/task:0/device:GPU:0"), short_device("/cpu:0")
    ('gpu:0', 'cpu:0')
    """
    return name.rpartition("/")[2].removeprefix("device:").lower()


def missing_quantities(hierarchy: Hierarchy) -> dict[str, str]:
    """Why boxes cannot be coloured by a quantity, for each that this graph has nothing of."""
    root = hierarchy.items[0]
    reasons = {
        "dtype": "" if hierarchy.dtype else "This graph tells no types.",
        "device": "" if hierarchy.devices else "This graph names no devices.",
        "params": "" if root.params else "This graph tells no parameters.",
        "flops": "" if root.flops else "This graph tells no FLOPs; a graph traced from JAX does.",
        "saved": "" if root.saved_bytes else "This graph has no backward pass.",
    }
    return {quantity: reason for quantity, reason in reasons.items() if reason}


def sum_costs(hierarchy: Hierarchy, metadata: Any) -> dict[str, Values]:
    """Microseconds of compute and peak bytes of memory by item, summed over its nodes.

    Args:
        hierarchy: The graph.
        metadata: A RunMetadata message. A node that ran several times is the sum of its runs, as in TensorBoard.
    """
    times: Values = {}
    memory: Values = {}
    for device in metadata.step_stats.dev_stats:
        for stats in device.node_stats:
            item = hierarchy.item_by_name.get(stats.node_name)
            if item is None:
                continue
            times[item] = times.get(item, 0.0) + (stats.op_end_rel_micros or stats.all_end_rel_micros)
            num_bytes = sum(used.peak_bytes or used.total_bytes for used in stats.memory)
            memory[item] = memory.get(item, 0.0) + num_bytes
    costs = {TIME: times, MEMORY: {item: value for item, value in memory.items() if value}}
    return {quantity: carry_up(hierarchy, values) for quantity, values in costs.items()}
