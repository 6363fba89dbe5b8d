"""The tags of one event file, each with a number that never changes.

Metadata stand on one value of a tag only, as a rule the first, so the table remembers them for the values that follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from summaries.columns import Tag
from summaries.kinds import DEFAULT_KIND
from summaries.proto.summary_pb2 import Summary, SummaryMetadata

KIND_OF_FIELD = {
    "simple_value": "scalars",
    "histo": "histograms",
    "image": "images",
    "audio": "audio",
    "obsolete_old_style_histogram": "obsolete_histograms",
}
"""Kinds by member of the oneof `value`; the kind of a tensor is its plugin's."""
KIND_OF_NUMBER = {Summary.Value.DESCRIPTOR.fields_by_name[name].number: kind for name, kind in KIND_OF_FIELD.items()}
"""The same by field number."""
_KIND_OF_PLUGIN = {"tensor": "tensors"}
"""Kinds that are named otherwise than their plugin; torch's writer announces plain tensors so."""
_KINDS_IN_METADATA = frozenset({"hparams"})
"""Kinds whose value lies in the metadata; without a value, metadata of other kinds say nothing but what the tag is."""


Words = tuple[str, str, str]
"""Plugin name, display name and description."""
_NO_WORDS = "", "", ""


def find_words(metadata: SummaryMetadata) -> Words:
    """What metadata say of a tag."""
    return metadata.plugin_data.plugin_name, metadata.display_name, metadata.summary_description


@lru_cache(maxsize=4096)  # the same in many files
def decode_words(metadata: bytes) -> Words:
    """What serialised metadata say of a tag."""
    return find_words(SummaryMetadata.FromString(metadata))


@dataclass
class TagTable:
    """Tags found so far in one file.

    Attributes:
        tags: The tags; an id is an index into it.
        version: How often it changed.
    """

    tags: list[Tag] = field(default_factory=list)
    version: int = 0
    _first_ids: dict[str, int] = field(default_factory=dict)
    _other_ids: dict[str, list[int]] = field(default_factory=dict)
    _metadata: dict[str, Words] = field(default_factory=dict)

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
        if value.HasField("metadata"):
            self.remember(value.tag, find_words(value.metadata))
        name = value.WhichOneof("value")
        if name in KIND_OF_FIELD:
            return KIND_OF_FIELD[name]
        if name is None:
            plugin_name = self.get_plugin_name(value.tag)
            return plugin_name if plugin_name in _KINDS_IN_METADATA else None
        return self.get_tensor_kind(value.tag)

    def get_plugin_name(self, name: str) -> str:
        """The plugin that metadata gave to the tags of this name, "" if none did."""
        return self._metadata[name][0] if name in self._metadata else ""

    def get_tensor_kind(self, name: str) -> str:
        """The kind of a tensor under this name."""
        plugin_name = self.get_plugin_name(name)
        return _KIND_OF_PLUGIN.get(plugin_name, plugin_name) or DEFAULT_KIND

    def remember(self, name: str, words: Words) -> None:
        """Keeps what metadata say of a name, for the tags that are known and those to come; a plugin stays."""
        if self.get_plugin_name(name):
            return
        self._metadata[name] = words
        self.version += 1
        for number in self._find_ids(name):
            self.tags[number] = _make_tag(name, self.tags[number].kind, *words)

    def get_id(self, name: str, kind: str) -> int:
        """The id of tag `name` of kind `kind`, a new one the first time."""
        ids = self._find_ids(name)
        for known in ids:
            if self.tags[known].kind == kind:
                return known
        number = len(self.tags)
        tag = _make_tag(name, kind, *self._metadata.get(name, _NO_WORDS))
        if ids:
            self._other_ids.setdefault(name, []).append(number)
        else:
            self._first_ids[tag.name] = number  # the name that other files have too
        self.version += 1
        self.tags.append(tag)
        return number

    def _find_ids(self, name: str) -> Sequence[int]:
        """The ids of the tags of one name, each of another kind."""
        if name not in self._first_ids:
            return ()
        return (self._first_ids[name], *self._other_ids.get(name, ()))


_make_tag = lru_cache(maxsize=65_536)(Tag)  # the same in many files
