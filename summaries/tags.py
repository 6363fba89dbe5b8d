"""The tags of one event file, each with a number that never changes.

Metadata stand on one value of a tag only, as a rule the first, so the table remembers them for the values that follow.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field

from summaries.columns import Tag
from summaries.kinds import DEFAULT_KIND, KINDS
from summaries.proto.summary_pb2 import Summary, SummaryMetadata

_KIND_OF_FIELD = {
    "simple_value": "scalars",
    "histo": "histograms",
    "image": "images",
    "audio": "audio",
    "obsolete_old_style_histogram": "obsolete_histograms",
}
_KIND_OF_PLUGIN = {"tensor": "tensors"}
"""Kinds that are named otherwise than their plugin; torch's writer announces plain tensors so."""
_KINDS_IN_METADATA = frozenset({"hparams"})
"""Kinds whose value lies in the metadata; without a value, metadata of other kinds say nothing but what the tag is."""


@dataclass
class TagTable:
    """Tags found so far in one file.

    Attributes:
        tags: The tags; an id is an index into it.
        scalar_ids: Ids of the tags that hold scalars, by name.
    """

    tags: list[Tag] = field(default_factory=list)
    scalar_ids: dict[str, int] = field(default_factory=dict)
    _ids: dict[tuple[str, str], int] = field(default_factory=dict)
    _metadata: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    @staticmethod
    def make(tags: Iterable[Tag]) -> TagTable:
        """The table that found these tags, in their order."""
        table = TagTable()
        for tag in tags:
            metadata = tag.plugin_name, tag.display_name, tag.description
            if any(metadata):
                table._metadata[tag.name] = metadata
            table.get_id(tag.name, tag.kind)
        return table

    def find_kind(self, value: Summary.Value) -> str | None:
        """The kind of `value`, None if it holds nothing; remembers its metadata."""
        if value.HasField("metadata") and not self._metadata.get(value.tag, ("",))[0]:
            self._remember(value.tag, value.metadata)
        name = value.WhichOneof("value")
        if name in _KIND_OF_FIELD:
            return _KIND_OF_FIELD[name]
        plugin_name = self._metadata.get(value.tag, ("",))[0]
        if name is None:
            return plugin_name if plugin_name in _KINDS_IN_METADATA else None
        return _KIND_OF_PLUGIN.get(plugin_name, plugin_name) or DEFAULT_KIND

    def _remember(self, name: str, metadata: SummaryMetadata) -> None:
        """Keeps what a value says of its tag, for the tags of this name that are known and those to come."""
        words = metadata.plugin_data.plugin_name, metadata.display_name, metadata.summary_description
        self._metadata[name] = words
        for number in [number for (tag, _), number in self._ids.items() if tag == name]:
            self.tags[number] = dataclasses.replace(
                self.tags[number], plugin_name=words[0], display_name=words[1], description=words[2]
            )

    def get_id(self, name: str, kind: str) -> int:
        """The id of tag `name` of kind `kind`, a new one the first time."""
        known = self._ids.get((name, kind))
        if known is not None:
            return known
        number = self._ids[name, kind] = len(self.tags)
        if kind == KINDS["scalars"].name:
            self.scalar_ids[name] = number
        self.tags.append(Tag(name, kind, *self._metadata.get(name, ("", "", ""))))
        return number
