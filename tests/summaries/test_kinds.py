"""One contract over all kinds, then what is each kind's own."""

from __future__ import annotations

import contextlib
from datetime import datetime
from random import Random
from typing import Any

import numpy as np
import pytest
from plotly import graph_objects

from summaries.kinds import (
    HISTOGRAMS,
    KINDS,
    SCALARS,
    TEXT,
    Annotation,
    Audio,
    ConfusionMatrix,
    ConsoleText,
    Environment,
    Histogram,
    Images,
    Kind,
    MeshPart,
    MetricDeclaration,
    PrCurve,
    RunInfo,
    Status,
    XlaProgram,
    decode,
)
from summaries.kinds.confusion_matrices import make_confusion_matrix
from summaries.kinds.histograms import encode_buckets, encode_rows
from summaries.kinds.hparams import Experiment, Hparam, Interval, Metric, SessionEnd, SessionStart
from summaries.kinds.json_values import encode_json_text
from summaries.kinds.plotly_figures import to_figure_json
from summaries.kinds.scalars import encode_tensor_scalar
from summaries.kinds.tables import Column, Table, make_table
from summaries.kinds.xla_programs import Kernel
from summaries.pixels import encode_png
from summaries.proto.event_pb2 import Event
from summaries.proto.graph_pb2 import GraphDef, NodeDef
from summaries.proto.run_metadata_pb2 import DeviceStepStats, NodeExecStats, RunMetadata, StepStats
from summaries.proto.summary_pb2 import HistogramProto, Summary, SummaryMetadata
from summaries.proto.tensor_pb2 import TensorProto, TensorShapeProto
from summaries.records import frame
from summaries.scan import make_scanner
from summaries.sounds import encode_wav
from summaries.tensors import encode_tensor

HISTOGRAM = Histogram(
    min=-1.0,
    max=2.0,
    num=4.0,
    sum=2.0,
    sum_squares=6.0,
    lefts=np.array([-1.0, 0.0, 1.0]),
    rights=np.array([0.0, 1.0, 2.0]),
    counts=np.array([1.0, 0.0, 3.0]),
)
PNG = encode_png(np.array([[[255, 0, 0], [0, 0, 255]]], dtype=np.uint8))
WAV = encode_wav(np.array([[0, -5], [7, 9]], dtype=np.int16), 8000)
STEP = RunMetadata(
    step_stats=StepStats(
        dev_stats=[DeviceStepStats(device="/cpu:0", node_stats=[NodeExecStats(node_name="a", all_end_rel_micros=3)])]
    )
)
EXAMPLES: dict[str, list[Any]] = {
    "scalars": [0.5, -0.0, float("inf")],
    "histograms": [HISTOGRAM],
    "text": ["", "two\nlines", "ünï ✓"],
    "graphs": [GraphDef(), GraphDef(node=[NodeDef(name="a", op="Add", input=["b"]), NodeDef(name="b")])],
    "graph_tagged_run_metadata": [STEP],
    "graph_run_metadata": [RunMetadata(), STEP],
    "graph_run_metadata_graph": [RunMetadata(), RunMetadata(partition_graphs=[GraphDef(node=[NodeDef(name="a")])])],
    "graph_keras_model": [{"class_name": "Sequential", "config": {"name": "ü", "layers": []}}],
    "xla_programs": [
        XlaProgram("f"),
        XlaProgram("f", "cpu", {"flops": 3.0}, (Kernel("fusion.1", "loop", ("forward/a",), (), 3, 24, 12),)),
    ],
    "hparams": [
        Experiment(),
        Experiment(
            hparams=(
                Hparam("lr", "float", Interval(1e-4, 1.0), "learning rate", "of *Adam*"),
                Hparam("optimizer", "string", ("adam", "sgd")),
                Hparam("is_deep", "bool"),
            ),
            metrics=(Metric("accuracy", "eval", "validation", "Accuracy", "higher is better"), Metric("loss")),
            name="first",
            description="try",
            user="me",
            time_created_secs=1.5e9,
        ),
        SessionStart(),
        SessionStart({"is_deep": True, "lr": 0.5, "optimizer": "adam", "seed": None}, "group", 1.5, "model", "url"),
        SessionEnd("failure", 2.5),
    ],
    "images": [
        Images(2, 1, (PNG,), 3),
        Images(2, 1, (), 0),
        Images(2, 1, (PNG, b"not a picture"), 0),
    ],
    "audio": [Audio((WAV,)), Audio((WAV, b"other"), ("a", "ü")), Audio((b"ogg",), ("",), "audio/ogg"), Audio((), ())],
    "mesh": [
        MeshPart("m/a_b", "vertices", np.ones((2, 4, 3), np.float32), ("vertices",), {"camera": {"fov": 75}}),
        MeshPart("m", "colors", np.zeros((1, 1, 3), np.float32), ("vertices", "faces", "colors")),
    ],
    "pr_curves": [PrCurve(*np.arange(18, dtype=np.float32).reshape(6, 3))],
    "custom_scalars": [
        {},
        {"losses": {"both": ["Multiline", ["loss/.*"]], "band": ["Margin", ["mean", "low", "high"]]}, "empty": {}},
    ],
    "tables": [
        Table(()),
        Table(
            (
                Column("word", "string", ("ü", None)),
                Column("loss", "float", (0.5, float("inf"))),
                Column("count", "int", (2**60, None)),
                Column("is_right", "bool", (True, False)),
                Column("at", "time", (datetime(2026, 1, 2, 3, 4, 5), None)),
                Column("rest", "any", ([1, "a"], None)),
            )
        ),
    ],
    "plotly": [{"data": [], "layout": {"title": {"text": "ü"}}}],
    "confusion_matrices": [
        ConfusionMatrix(np.zeros((0, 0))),
        ConfusionMatrix(np.array([[1.0, 2.0], [0.0, 0.5]]), ("cat", "dog")),
    ],
    "config": [{}, {"layers": [64, {"units": 3}], "name": None, "lr": float("inf"), "is_deep": True}],
    "run_info": [RunInfo(), RunInfo("first", "# notes", ("a", "b"), "group"), RunInfo(notes="", tags=())],
    "status": [
        Status("running", 1.5, "box", 7, 30.0),
        Status("failed", 1.5, "box", 7, None, "KeyError: x", "line 1"),
    ],
    "environment": [Environment(), Environment(("python", "a.py"), packages={"numpy": "2.0"}, git_diff_stat="a | 1 +")],
    "console": [ConsoleText("stderr", "ü\n")],
    "metrics": [MetricDeclaration("val/*", "min", "epoch")],
    "annotations": [Annotation("ckpt-3", "checkpoint"), Annotation("loss is NaN", "alert", "error"), Annotation("ü")],
    "tensors": [np.arange(6, dtype=np.float32).reshape(2, 3), np.array(3, dtype=np.int64)],
}
CASES = [
    pytest.param(KINDS[name], value, id=f"{name}-{i}") for name in EXAMPLES for i, value in enumerate(EXAMPLES[name])
]


def assert_same(one: Any, other: Any) -> None:
    if isinstance(one, ConfusionMatrix | Histogram | MeshPart | PrCurve):
        for name in vars(one):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    elif isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other, strict=True)
    else:
        assert one == other


def test_every_kind_has_examples_and_its_own_name():
    assert set(EXAMPLES) == set(KINDS)
    assert all(name == kind.name for name, kind in KINDS.items())


@pytest.mark.parametrize(("kind", "value"), CASES)
def test_decode_of_what_encode_gave_is_the_value(kind: Kind, value: Any):
    assert_same(kind.decode(kind.encode("a/b", value)), value)


@pytest.mark.parametrize(("kind", "value"), CASES)
def test_envelope_makes_a_whole_event_that_the_scanner_finds_under_its_kind(kind: Kind, value: Any):
    scanner = make_scanner()
    envelope = kind.envelope(kind.encode("a/b", value), kind.metadata)
    record = frame(b"\x10\x07" + envelope)

    found = scanner.scan(record, offset=1000, is_growing=False)

    assert found.gaps == ()
    assert [tag.kind for tag in scanner.tags] == [kind.name]
    columns = scanner.take()
    if kind is SCALARS:
        assert (columns.steps.tolist(), columns.values.tolist()) == ([7], [value])
    else:
        start, length = columns.blob_offsets[0] - 1000, columns.blob_lengths[0]
        assert columns.blob_steps.tolist() == [7]
        assert_same(decode(kind.name, record[start : start + length]), value)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_bytes_made_are_those_of_protobuf(kind: Kind):
    for value in EXAMPLES[kind.name]:
        data = kind.envelope(kind.encode("a/b", value), kind.metadata)
        assert Event.FromString(data).SerializeToString(deterministic=True) == data


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_decode_of_other_bytes_raises_value_error(kind: Kind):
    with pytest.raises(ValueError, match="must be"):
        kind.decode(b"\xff\xff\xff")


def damage(blob: bytes, random: Random) -> bytes:
    """`blob` with a few bytes changed, cut out or put in."""
    data = bytearray(blob)
    for _ in range(random.randint(1, 4)):
        place = random.randrange(len(data) + 1)
        data[place : place + random.randint(0, 4)] = random.randbytes(random.randint(0, 4))
    return bytes(data)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_decode_of_damaged_bytes_gives_a_value_or_raises_value_error(kind: Kind):
    random = Random(0)

    for value in EXAMPLES[kind.name]:
        blob = kind.encode("a/b", value)
        for _ in range(300):
            with contextlib.suppress(ValueError):
                kind.decode(damage(blob, random))


def test_decode_of_an_unknown_kind_names_the_known_ones():
    with pytest.raises(ValueError, match="kind must be one of .*'scalars'.*; got 'movies'"):
        decode("movies", b"")


def test_metadata_name_the_plugin_of_their_kind():
    for kind in KINDS.values():
        name = SummaryMetadata.FromString(kind.metadata).plugin_data.plugin_name
        assert name in ("", kind.name)


@pytest.mark.parametrize("is_double", [True, False])
def test_decode_scalar_of_the_new_encoding_is_the_number(is_double: bool):
    assert decode("scalars", encode_tensor_scalar("a", 0.5, is_double=is_double)) == 0.5


def test_encode_scalar_too_large_for_float32_is_infinite():
    assert decode("scalars", SCALARS.encode("a", -1e300)) == -np.inf


def test_decode_scalar_of_two_numbers_raises():
    tensor = encode_tensor(np.zeros(2, np.float32))

    with pytest.raises(ValueError, match="one real number"):
        decode("scalars", Summary.Value(tensor=tensor).SerializeToString())


def test_decode_text_joins_strings_as_paragraphs_and_replaces_bad_bytes():
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=2)])
    tensor = TensorProto(dtype="DT_STRING", tensor_shape=shape, string_val=[b"one", b"\xfftwo"])

    assert decode("text", Summary.Value(tensor=tensor).SerializeToString()) == "one\n\n\ufffdtwo"


def test_decode_text_of_numbers_raises():
    with pytest.raises(ValueError, match="tensor of strings"):
        TEXT.decode(Summary.Value(tensor=encode_tensor(np.zeros(1))).SerializeToString())


def test_decode_histogram_of_the_new_encoding_is_its_rows():
    rows = np.array([[-1.0, 0.0, 2.0], [0.0, 3.0, 5.0]])

    histogram = HISTOGRAMS.decode(Summary.Value(tensor=encode_tensor(rows)).SerializeToString())

    assert (histogram.min, histogram.max, histogram.num) == (-1.0, 3.0, 7.0)
    assert np.isnan([histogram.sum, histogram.sum_squares]).all()
    assert histogram.lefts.tolist() == [-1.0, 0.0]
    assert histogram.rights.tolist() == [0.0, 3.0]
    assert histogram.counts.tolist() == [2.0, 5.0]


@pytest.mark.parametrize("rows", [np.zeros((0, 3)), np.zeros((2, 2)), np.zeros(3)])
def test_decode_histogram_of_rows_of_another_shape_raises_or_is_empty(rows: np.ndarray):
    blob = Summary.Value(tensor=encode_tensor(rows)).SerializeToString()

    if rows.shape == (0, 3):
        assert len(HISTOGRAMS.decode(blob).counts) == 0
    else:
        with pytest.raises(ValueError, match="shape"):
            HISTOGRAMS.decode(blob)


def test_decode_histogram_drops_empty_buckets_at_both_ends_as_tensorboard_does():
    histo = HistogramProto(min=0.1, max=2.5, num=3, bucket_limit=[0, 1, 2, 3, 4], bucket=[0, 1, 0, 2, 0])

    histogram = HISTOGRAMS.decode(Summary.Value(histo=histo).SerializeToString())

    assert histogram.lefts.tolist() == [0.1, 1.0, 2.0]
    assert histogram.rights.tolist() == [1.0, 2.0, 2.5]
    assert histogram.counts.tolist() == [1.0, 0.0, 2.0]


def test_decode_histogram_without_values_is_empty():
    histo = HistogramProto(min=np.nan, max=np.nan, num=3, bucket_limit=[0.0], bucket=[0])

    histogram = HISTOGRAMS.decode(Summary.Value(histo=histo).SerializeToString())

    assert histogram.num == 3
    assert (len(histogram.lefts), len(histogram.rights), len(histogram.counts)) == (0, 0, 0)


def test_decode_histogram_of_unequal_columns_raises():
    histo = HistogramProto(bucket_limit=[1.0, 2.0], bucket=[1.0])

    with pytest.raises(ValueError, match="as many limits as counts; got 2 and 1"):
        HISTOGRAMS.decode(Summary.Value(histo=histo).SerializeToString())


def test_encode_rows_gives_the_bytes_of_the_message_of_each_row():
    tags = ["weights", "ungew\u00f6hnlich", "b", "c"]
    limits = np.array([-1.0, 0.5, 1e300, np.inf])
    moments = np.array([[-1.5, 2.5, 5, 6, 40], [0, -0.0, 0, 0, 0], [np.nan, np.nan, 3, 0, 0], [-np.inf, 1, 2, 3, 4]])
    counts = np.array([[0, 2, 3, 0], [0, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 1]], np.int32)
    buckets = [([-1.0, 0.5, 1e300], [0, 2, 3]), ([], []), ([], []), ([-1.0, 1e300, np.inf], [1, 0, 1])]

    blobs = encode_rows(tags, moments, limits, counts)

    for blob, tag, row, (kept, values) in zip(blobs, tags, moments.tolist(), buckets, strict=True):
        names = ("min", "max", "num", "sum", "sum_squares")
        histo = HistogramProto(**dict(zip(names, row, strict=True)), bucket_limit=kept, bucket=values)
        assert blob == Summary.Value(tag=tag, histo=histo).SerializeToString()


def test_encode_buckets_keeps_one_empty_bucket_before_each_run_of_used_ones():
    limits, counts = np.array([-2.0, -1.0, 0.0, 1.0, 2.0, 3.0]), np.array([0, 4, 0, 0, 0, 5])

    histo = Summary.Value.FromString(encode_buckets("h", np.array([-1.5, 2.5, 9, 6, 40.0]), limits, counts)).histo

    assert list(histo.bucket_limit) == [-2.0, -1.0, 2.0, 3.0]
    assert list(histo.bucket) == [0, 4, 0, 5]
    assert (histo.min, histo.max, histo.num, histo.sum, histo.sum_squares) == (-1.5, 2.5, 9, 6, 40)


@pytest.mark.parametrize(
    ("json", "complaint"),
    [
        ("[1]", "must be an object"),
        ("{", "must be JSON"),
        ('{"state": 1}', "must be a Status|state must be"),
        ("{}", "must be a Status"),
    ],
)
def test_decode_of_json_of_another_shape_raises_value_error(json: str, complaint: str):
    with pytest.raises(ValueError, match=complaint):
        decode("status", encode_json_text("a", json))


def test_decode_of_a_record_passes_over_members_that_it_does_not_know():
    blob = encode_json_text("a", '{"text": "hi", "colour": "red"}')

    assert decode("annotations", blob) == Annotation("hi")


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: Status("done", 0.0, "", 0), "state must be one of 'running'.*; got 'done'"),
        (lambda: MetricDeclaration("loss", "down"), "direction must be one of 'min'.*; got 'down'"),
        (lambda: Annotation("x", "warning"), "kind must be one of 'note'.*; got 'warning'"),
        (lambda: Table((Column("a", "int", (1,)), Column("b", "int", ()))), "columns must have one length"),
        (lambda: ConfusionMatrix(np.zeros((2, 3))), r"shape \(k, k\); got \(2, 3\)"),
        (lambda: ConfusionMatrix(np.zeros((2, 2)), ("a",)), "each of the 2 classes; got 1"),
    ],
)
def test_values_that_break_a_rule_are_refused(make: Any, complaint: str):
    with pytest.raises(ValueError, match=complaint):
        make()


def test_status_is_stalled_after_three_heartbeats_without_a_sign():
    running = Status("running", 0.0, "box", 7, heartbeat_secs=10.0)

    assert [running.state_at(100.0, last) for last in (70.0, 69.9)] == ["running", "stalled"]
    assert Status("failed", 0.0, "box", 7, 10.0).state_at(100.0, 0.0) == "failed"
    assert Status("running", 0.0, "box", 7).state_at(100.0, 0.0) == "running"


def test_make_table_finds_the_type_of_each_column():
    columns = {"a": [1, 2.5], "b": [None, True], "c": ["x", 1], "d": [None, None], "e": [{"f": (1,)}, None]}

    table = make_table(columns)

    assert [(column.type, column.cells) for column in table.columns] == [
        ("float", (1.0, 2.5)),
        ("bool", (None, True)),
        ("any", ("x", 1)),
        ("any", (None, None)),
        ("any", ({"f": [1]}, None)),
    ]
    assert len(table) == 2


def test_make_confusion_matrix_counts_true_classes_in_rows():
    matrix = make_confusion_matrix(np.array([0, 0, 2]), np.array([0, 2, 2]), None)

    assert matrix.counts.tolist() == [[1, 0, 1], [0, 0, 0], [0, 0, 1]]


def test_make_confusion_matrix_takes_scores_and_names():
    scores = np.array([[0.9, 0.1, 0], [0.2, 0.8, 0]])
    names = np.array(["dog", "cat"])

    assert make_confusion_matrix(np.array([0, 0]), scores, ["a", "b", "c"]).counts[0].tolist() == [1, 1, 0]
    assert make_confusion_matrix(names, names[::-1], None).class_names == ("cat", "dog")


@pytest.mark.parametrize(
    ("labels", "predictions", "class_names", "complaint"),
    [
        ([0, 1], [0], None, "one shape"),
        ([0, 3], [0, 1], ["a", "b"], r"in \[0, 2\); got 3"),
        ([0, -1], [0, 1], None, "less than 0"),
        ([0.5], [1], None, "must be classes"),
        (["a"], [1], None, "both be numbers or both be names"),
        (["a"], ["b"], ["a"], "must hold all classes; got none of ..b"),
    ],
)
def test_make_confusion_matrix_refuses(labels: list, predictions: list, class_names: list | None, complaint: str):
    with pytest.raises(ValueError, match=complaint):
        make_confusion_matrix(np.array(labels), np.array(predictions), class_names)


def test_to_figure_json_takes_plotlys_figures_and_dicts():
    figure = graph_objects.Figure(graph_objects.Scatter(y=[1, 2]))

    assert decode("plotly", KINDS["plotly"].encode("a", figure))["data"][0]["y"] == [1, 2]
    assert to_figure_json({"data": [{"y": np.arange(2)}]}) == '{"data":[{"y":[0,1]}]}'
    with pytest.raises(ValueError, match="figure must be a Plotly figure .*; got list"):
        to_figure_json([])
