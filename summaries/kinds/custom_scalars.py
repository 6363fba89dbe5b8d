"""Custom scalars: which scalars stand together in one chart.

One encoding: a tensor of one string with plugin `custom_scalars` under a tag of its own; the string is a `Layout`.
The value is a dictionary as torch has it: `{category: {chart: ["Multiline" | "Margin", [tag, ...]]}}`. A multiline
chart names tags by regular expressions; a margin chart has three tags a line: value, lower, upper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf.message import DecodeError

from summaries.kinds.contract import Kind
from summaries.proto.custom_scalars_pb2 import Category, Chart, Layout, MarginChartContent, MultilineChartContent
from summaries.proto.summary_pb2 import Summary, SummaryMetadata
from summaries.proto.tensor_pb2 import DataType, TensorProto, TensorShapeProto
from summaries.tensors import decode_tensor

LAYOUT_TAG = "custom_scalars__config__"
MULTILINE, MARGIN = "Multiline", "Margin"

LayoutDict = Mapping[str, Mapping[str, Sequence[Any]]]
_TAGS_PER_LINE = 3


def encode_layout(tag: str, layout: LayoutDict) -> bytes:
    """A `Summary.Value`.

    Raises:
        ValueError: If `layout` is not such a dictionary.
    """
    if not isinstance(layout, Mapping):
        raise ValueError(f"layout must be a dictionary of categories; got {layout!r}.")
    message = Layout(category=[_to_category(title, charts) for title, charts in layout.items()])
    tensor = TensorProto(
        dtype=DataType.DT_STRING, tensor_shape=TensorShapeProto(), string_val=[message.SerializeToString()]
    )
    return Summary.Value(tag=tag, tensor=tensor).SerializeToString()


def _to_category(title: str, charts: Any) -> Category:
    if not isinstance(charts, Mapping):
        raise ValueError(f"category {title!r} must be a dictionary of charts; got {charts!r}.")
    return Category(title=title, chart=[_to_chart(name, chart) for name, chart in charts.items()])


def _to_chart(title: str, chart: Any) -> Chart:
    rule = 'a pair like ["Multiline", ["loss", "accuracy"]]'
    if isinstance(chart, str) or len(chart) != 2 or chart[0] not in (MULTILINE, MARGIN) or isinstance(chart[1], str):
        raise ValueError(f"chart {title!r} must be {rule}, or {MARGIN!r} in place of {MULTILINE!r}; got {chart!r}.")
    style, tags = chart
    if style == MULTILINE:
        return Chart(title=title, multiline=MultilineChartContent(tag=tags))
    if not tags or len(tags) % _TAGS_PER_LINE:
        raise ValueError(f"chart {title!r} must have 3 tags a line (value, lower, upper); got {list(tags)!r}.")
    lines = zip(*(tags[start::_TAGS_PER_LINE] for start in range(_TAGS_PER_LINE)), strict=True)
    series = [MarginChartContent.Series(value=value, lower=lower, upper=upper) for value, lower, upper in lines]
    return Chart(title=title, margin=MarginChartContent(series=series))


def decode_layout(blob: bytes) -> dict[str, dict[str, list[Any]]]:
    """The layout in a `Summary.Value`; whether a category is closed at first is left out.

    Raises:
        ValueError: If there is none.
    """
    try:
        strings = decode_tensor(Summary.Value.FromString(blob).tensor)
        if strings.size != 1 or strings.dtype != object:
            raise ValueError(f"layout must be one string; got {strings.dtype} of shape {strings.shape}.")
        layout = Layout.FromString(strings.item())
    except DecodeError as error:
        raise ValueError("blob must be a Summary.Value with a Layout; got other bytes.") from error
    return {
        category.title: {chart.title: _from_chart(chart) for chart in category.chart} for category in layout.category
    }


def _from_chart(chart: Chart) -> list[Any]:
    if chart.HasField("margin"):
        return [MARGIN, [tag for line in chart.margin.series for tag in (line.value, line.lower, line.upper)]]
    return [MULTILINE, list(chart.multiline.tag)]


CUSTOM_SCALARS = Kind(
    name="custom_scalars",
    encode=encode_layout,
    decode=decode_layout,
    metadata=SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="custom_scalars")).SerializeToString(),
)
