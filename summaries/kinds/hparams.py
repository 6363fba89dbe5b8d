"""Hparams: the values that a session was started with, and the metrics that judge it.

One encoding: the value stands in the metadata, and there is nothing beside them. Three records make a session, each
under a tag of its own: the experiment (what hparams and metrics there are), the start with its values, and the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import DecodeError
from google.protobuf.struct_pb2 import NULL_VALUE, ListValue
from google.protobuf.struct_pb2 import Value as ProtoValue

from summaries.kinds.contract import Kind
from summaries.proto import hparams_pb2 as pb
from summaries.proto.summary_pb2 import Summary, SummaryMetadata
from summaries.values import to_number

EXPERIMENT_TAG = "_hparams_/experiment"
SESSION_START_TAG = "_hparams_/session_start_info"
SESSION_END_TAG = "_hparams_/session_end_info"

HparamValue = bool | float | str
_PLUGIN_NAME = "hparams"
_TYPES = {"": 0, "string": 1, "bool": 2, "float": 3}
_DATASETS = {"": 0, "training": 1, "validation": 2}
_STATUSES = {"unknown": 0, "success": 1, "failure": 2, "running": 3}


@dataclass(frozen=True)
class Interval:
    """The range of an hparam, both ends inside."""

    min_value: float
    max_value: float


@dataclass(frozen=True)
class Hparam:
    """An hparam that sessions of an experiment have.

    Attributes:
        name: Its name.
        type: `string`, `bool` or `float`; "" if the file does not say.
        domain: What values it may take: these, an interval, or None for any.
        display_name: As shown; "" for `name`.
        description: Markdown.
    """

    name: str
    type: str = ""
    domain: tuple[HparamValue, ...] | Interval | None = None
    display_name: str = ""
    description: str = ""


@dataclass(frozen=True)
class Metric:
    """A scalar that sessions are judged by.

    Attributes:
        tag: Its tag.
        group: Where it lies below the session's folder; "" for that folder itself.
        dataset: `training` or `validation`; "" if the file does not say.
        display_name: As shown; "" for the tag.
        description: Markdown.
    """

    tag: str
    group: str = ""
    dataset: str = ""
    display_name: str = ""
    description: str = ""


@dataclass(frozen=True)
class Experiment:
    """What hparams and metrics there are.

    Attributes:
        hparams: The hparams, in the order of the table.
        metrics: The metrics, in the order of the table.
        name: Its name.
        description: Markdown.
        user: Who made it.
        time_created_secs: Seconds since the Unix epoch; 0 if the file does not say.
    """

    hparams: tuple[Hparam, ...] = ()
    metrics: tuple[Metric, ...] = ()
    name: str = ""
    description: str = ""
    user: str = ""
    time_created_secs: float = 0.0


@dataclass(frozen=True)
class SessionStart:
    """A session begins.

    Attributes:
        hparams: The values by name; what is neither a number, a string nor a bool is read as None.
        group_name: Sessions of one group are repetitions; "" for a group of its own.
        start_time_secs: Seconds since the Unix epoch; 0 if the file does not say.
        model_uri: Where the model lies.
        monitor_url: Where the session is watched.
    """

    hparams: Mapping[str, HparamValue | None] = field(default_factory=dict)
    group_name: str = ""
    start_time_secs: float = 0.0
    model_uri: str = ""
    monitor_url: str = ""


@dataclass(frozen=True)
class SessionEnd:
    """A session ends.

    Attributes:
        status: `success`, `failure`, `running` or `unknown`.
        end_time_secs: Seconds since the Unix epoch; 0 if the file does not say.
    """

    status: str = "success"
    end_time_secs: float = 0.0


Record = Experiment | SessionStart | SessionEnd


def make_session(
    hparams: Mapping[str, Any], metric_tags: Sequence[str], domains: Mapping[str, Sequence[Any]] | None = None
) -> tuple[Experiment, SessionStart]:
    """The records of one session, with the values checked.

    Args:
        hparams: Bools, numbers, strings, arrays of one element; None is left out.
        metric_tags: Tags of the scalars that judge the session.
        domains: All values that an hparam may take, by its name.

    Raises:
        TypeError: If a value is none of these, or a domain is not a list of the type of its hparam.
    """
    domains = domains or {}
    for name, domain in domains.items():
        _check_domain(name, domain, hparams)
    values = {name: to_hparam_value(name, value) for name, value in hparams.items() if value is not None}
    infos = tuple(Hparam(name, _type_of(value), _to_domain(name, domains)) for name, value in values.items())
    return Experiment(infos, tuple(Metric(tag) for tag in metric_tags)), SessionStart(values)


def to_hparam_value(name: str, value: Any) -> HparamValue:
    """`value` as a bool, a float or a string.

    Raises:
        TypeError: If it is none of these.
    """
    if isinstance(value, (bool, str)):
        return value
    try:
        if isinstance(value, (list, tuple)):
            raise TypeError("it holds several")
        return to_number(value)
    except (ValueError, TypeError) as error:
        rule = "a bool, a number, a string or None"
        raise TypeError(f"hparam {name!r} must be {rule}; got {value!r}. Log its parts, or its repr.") from error


def _type_of(value: HparamValue) -> str:
    return "bool" if isinstance(value, bool) else "string" if isinstance(value, str) else "float"


def _to_domain(name: str, domains: Mapping[str, Sequence[Any]]) -> tuple[HparamValue, ...] | None:
    return tuple(to_hparam_value(name, value) for value in domains[name]) if name in domains else None


def _check_domain(name: str, domain: Any, hparams: Mapping[str, Any]) -> None:
    if name not in hparams:
        raise TypeError(f"hparam_domain_discrete must name hparams; got {name!r}. Add it to hparam_dict.")
    expected = type(hparams[name])
    if not isinstance(domain, list) or not all(isinstance(value, expected) for value in domain):
        rule = f"a list of {expected.__name__}, as the hparam is"
        raise TypeError(f"hparam_domain_discrete[{name!r}] must be {rule}; got {domain!r}.")


def encode_hparams(tag: str, record: Record) -> bytes:
    """A `Summary.Value` with `record` in its metadata."""
    if isinstance(record, Experiment):
        data = pb.HParamsPluginData(experiment=_to_experiment(record))
    elif isinstance(record, SessionStart):
        data = pb.HParamsPluginData(session_start_info=_to_session_start(record))
    else:
        end = pb.SessionEndInfo(status=_to_enum(record.status, _STATUSES), end_time_secs=record.end_time_secs)
        data = pb.HParamsPluginData(session_end_info=end)
    content = data.SerializeToString(deterministic=True)
    plugin_data = SummaryMetadata.PluginData(plugin_name=_PLUGIN_NAME, content=content)
    return Summary.Value(tag=tag, metadata=SummaryMetadata(plugin_data=plugin_data)).SerializeToString()


def decode_hparams(blob: bytes) -> Record:
    """The record in a `Summary.Value`.

    Raises:
        ValueError: If there is none.
    """
    try:
        value = Summary.Value.FromString(blob)
        data = pb.HParamsPluginData.FromString(value.metadata.plugin_data.content)
    except DecodeError as error:
        raise ValueError("blob must be a Summary.Value with hparams; got other bytes.") from error
    which = data.WhichOneof("data")
    if which == "experiment":
        return _from_experiment(data.experiment)
    if which == "session_start_info":
        return _from_session_start(data.session_start_info)
    if which == "session_end_info":
        end = data.session_end_info
        return SessionEnd(_from_enum(end.status, _STATUSES), end.end_time_secs)
    raise ValueError(f"hparams must hold an experiment, a session's start or its end; got {value.tag!r} with nothing.")


def _to_experiment(record: Experiment) -> pb.Experiment:
    return pb.Experiment(
        name=record.name,
        description=record.description,
        user=record.user,
        time_created_secs=record.time_created_secs,
        hparam_infos=[_to_hparam(hparam) for hparam in record.hparams],
        metric_infos=[_to_metric(metric) for metric in record.metrics],
    )


def _from_experiment(message: pb.Experiment) -> Experiment:
    return Experiment(
        hparams=tuple(_from_hparam(info) for info in message.hparam_infos),
        metrics=tuple(_from_metric(info) for info in message.metric_infos),
        name=message.name,
        description=message.description,
        user=message.user,
        time_created_secs=message.time_created_secs,
    )


def _to_hparam(hparam: Hparam) -> pb.HParamInfo:
    info = pb.HParamInfo(
        name=hparam.name,
        display_name=hparam.display_name,
        description=hparam.description,
        type=_to_enum(hparam.type, _TYPES),
    )
    if isinstance(hparam.domain, Interval):
        info.domain_interval.CopyFrom(pb.Interval(min_value=hparam.domain.min_value, max_value=hparam.domain.max_value))
    elif hparam.domain is not None:
        info.domain_discrete.CopyFrom(ListValue(values=[_to_value(value) for value in hparam.domain]))
    return info


def _from_hparam(info: pb.HParamInfo) -> Hparam:
    domain: tuple[Any, ...] | Interval | None = None
    if info.HasField("domain_interval"):
        domain = Interval(info.domain_interval.min_value, info.domain_interval.max_value)
    elif info.HasField("domain_discrete"):
        domain = tuple(_from_value(value) for value in info.domain_discrete.values)
    return Hparam(info.name, _from_enum(info.type, _TYPES), domain, info.display_name, info.description)


def _to_metric(metric: Metric) -> pb.MetricInfo:
    return pb.MetricInfo(
        name=pb.MetricName(group=metric.group, tag=metric.tag),
        display_name=metric.display_name,
        description=metric.description,
        dataset_type=_to_enum(metric.dataset, _DATASETS),
    )


def _from_metric(info: pb.MetricInfo) -> Metric:
    dataset = _from_enum(info.dataset_type, _DATASETS)
    return Metric(info.name.tag, info.name.group, dataset, info.display_name, info.description)


def _to_session_start(record: SessionStart) -> pb.SessionStartInfo:
    return pb.SessionStartInfo(
        hparams={name: _to_value(value) for name, value in record.hparams.items()},
        group_name=record.group_name,
        start_time_secs=record.start_time_secs,
        model_uri=record.model_uri,
        monitor_url=record.monitor_url,
    )


def _from_session_start(message: pb.SessionStartInfo) -> SessionStart:
    return SessionStart(
        hparams={name: _from_value(value) for name, value in sorted(message.hparams.items())},
        group_name=message.group_name,
        start_time_secs=message.start_time_secs,
        model_uri=message.model_uri,
        monitor_url=message.monitor_url,
    )


def _to_value(value: HparamValue | None) -> ProtoValue:
    if isinstance(value, bool):
        return ProtoValue(bool_value=value)
    if isinstance(value, str):
        return ProtoValue(string_value=value)
    return ProtoValue(null_value=NULL_VALUE) if value is None else ProtoValue(number_value=value)


def _from_value(value: ProtoValue) -> HparamValue | None:
    name = value.WhichOneof("kind")
    return getattr(value, name) if name in ("bool_value", "string_value", "number_value") else None


def _to_enum(name: str, numbers: Mapping[str, int]) -> Any:
    if name not in numbers:
        raise ValueError(f"name must be one of {sorted(numbers)}; got {name!r}.")
    return numbers[name]


def _from_enum(number: int, numbers: Mapping[str, int]) -> str:
    """The name of `number`; that of 0 for a number that a later version may use."""
    names = {value: name for name, value in numbers.items()}
    return names.get(number, names[0])


HPARAMS = Kind(name=_PLUGIN_NAME, encode=encode_hparams, decode=decode_hparams)
