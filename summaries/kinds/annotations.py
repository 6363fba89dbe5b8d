"""Annotations: what happened at a step, drawn over the charts of its run.

One encoding: a JSON object, with plugin `annotations`; the step is that of the event.
"""

from __future__ import annotations

from dataclasses import dataclass

from summaries.kinds.json_values import check_choice, check_text, make_record_kind

ANNOTATIONS_TAG = "__run__/annotations"
ANNOTATION_KINDS = ("note", "alert", "checkpoint", "restart")
LEVELS = ("info", "warning", "error", "")


@dataclass(frozen=True)
class Annotation:
    """One thing that happened.

    Attributes:
        text: What; the first line is the title.
        kind: `note`, `alert`, `checkpoint` or `restart`.
        level: How bad an alert is: `info`, `warning` or `error`; "" for the others.
    """

    text: str
    kind: str = "note"
    level: str = ""

    def __post_init__(self) -> None:
        check_text("text", self.text)
        check_choice("kind", self.kind, ANNOTATION_KINDS)
        check_choice("level", self.level, LEVELS)


ANNOTATIONS = make_record_kind("annotations", Annotation)
