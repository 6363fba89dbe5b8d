"""Folds the sub-runs that torch's writer makes back into their run.

Torch writes each number of `add_scalars("loss", {"a": …})` to a run of its own: folder `loss_a`, tag `loss`; and
tensorboardX to folder `loss/a`. `add_hparams` makes a run named by the time, of hparams and the metrics that they
declare. Such a run is folded into the nearest run above it: its tag becomes `loss/a` there, hparams and metrics keep
their tags. A run that holds anything else stays a run, and so does one whose tag would then be there twice: five calls
of `add_hparams` are five trials.

Synopsis:
    >>> runs = {"x": Content({("acc", "scalars")}), "x/loss_a": Content({("loss", "scalars")})}
    >>> find_folds(runs, runs.__getitem__)["x/loss_a"].rename("loss")
    'loss/a'
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from summaries.columns import Tag
from summaries.kinds.hparams import SESSION_START_TAG

_TIME = re.compile(r"\d{9,10}\.\d+")
_UNCLEAN = re.compile(r"[^-/\w.]")
"""What older writers replace by `_` in tags, but not in names of folders."""

Key = tuple[str, str]
"""Name and kind of a tag."""


@dataclass(frozen=True)
class Content:
    """What a run holds.

    Attributes:
        tags: Name and kind of each of its tags.
        read_metrics: Gives the tags that its hparams declare as metrics.
    """

    tags: Set[Key]
    read_metrics: Callable[[], Set[str]] = frozenset


@dataclass(frozen=True)
class Fold:
    """Where a sub-run goes.

    Attributes:
        sub_run: Its name.
        run: The run that it is folded into.
        names: New names of its tags; one that is not there keeps its own.
    """

    sub_run: str
    run: str
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def rename(self, tag: str) -> str:
        """What a tag of the sub-run is called in the run."""
        return self.names.get(tag, tag)

    def move(self, tags: tuple[Tag, ...]) -> tuple[Tag, ...]:
        """The sub-run's tags as tags of the run."""
        return tuple(replace(tag, name=self.rename(tag.name), folded_from=self.sub_run) for tag in tags)


def may_be_folded(run: str, runs: Collection[str]) -> bool:
    """Whether the name of `run` is such that it may be folded into one of `runs`."""
    parent = _find_parent(run, runs)
    if parent is None:
        return False
    name = _relative_name(run, parent)
    return "_" in name or "/" in name or _TIME.fullmatch(name) is not None


def find_folds(runs: Collection[str], read: Callable[[str], Content]) -> dict[str, Fold]:
    """The sub-runs that are to be folded, by name.

    Args:
        runs: Names of all runs.
        read: Tells what a run holds.
    """
    folds = {run: fold for run in runs if (fold := _find_fold(run, runs, read)) is not None}
    folds = {run: fold for run, fold in folds.items() if fold.run not in folds}
    num_claims = Counter(claim for fold in folds.values() for claim in _iter_claims(fold, read))
    for run in {fold.run for fold in folds.values()}:
        num_claims.update((run, *key) for key in read(run).tags)
    return {
        run: fold for run, fold in folds.items() if all(num_claims[claim] == 1 for claim in _iter_claims(fold, read))
    }


def _iter_claims(fold: Fold, read: Callable[[str], Content]) -> Iterator[tuple[str, str, str]]:
    """Run, name and kind of each tag that a fold would make."""
    return ((fold.run, fold.rename(name), kind) for name, kind in read(fold.sub_run).tags)


def _find_fold(run: str, runs: Collection[str], read: Callable[[str], Content]) -> Fold | None:
    parent = _find_parent(run, runs)
    if parent is None or not may_be_folded(run, runs):
        return None
    content, name = read(run), _relative_name(run, parent)
    if len(content.tags) == 1:
        ((tag, kind),) = content.tags
        sub_tag = _find_sub_tag(name, tag)
        if kind == "scalars" and sub_tag:
            return Fold(run, parent, MappingProxyType({tag: f"{tag}/{sub_tag}"}))
    if _TIME.fullmatch(name) and _is_hparams_session(content):
        return Fold(run, parent)
    return None


def _find_sub_tag(folder: str, tag: str) -> str:
    """`a` for the folder `loss_a` or `loss/a` and the tag `loss`; "" where they do not match."""
    folder_as_tag = _UNCLEAN.sub("_", folder)  # of the same length
    for prefix in (tag.replace("/", "_") + "_", tag + "/"):
        if folder_as_tag.startswith(_UNCLEAN.sub("_", prefix)):
            return folder[len(prefix) :]
    return ""


def _is_hparams_session(content: Content) -> bool:
    """Whether a run holds the hparams of one session, its metrics, and nothing else."""
    if (SESSION_START_TAG, "hparams") not in content.tags:
        return False
    others = {(tag, kind) for tag, kind in content.tags if kind != "hparams"}
    return all(kind == "scalars" for _, kind in others) and content.read_metrics() >= {tag for tag, _ in others}


def _find_parent(run: str, runs: Collection[str]) -> str | None:
    """The nearest run above `run`."""
    above = run
    while "/" in above:
        above = above.rpartition("/")[0]
        if above in runs:
            return above
    return "." if run != "." and "." in runs else None


def _relative_name(run: str, parent: str) -> str:
    return run if parent == "." else run[len(parent) + 1 :]
