"""What `make test-peers` promises: nothing in that tier is passed over because a library is missing."""

from __future__ import annotations

import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PYPROJECT = tomllib.loads((Path(__file__).resolve().parent.parent / "pyproject.toml").read_text())
PEERS = [Requirement(line) for line in PYPROJECT["project"]["optional-dependencies"]["peers"]]


@pytest.mark.peers
@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_every_library_of_the_tier_is_installed(peer: Requirement) -> None:
    assert peer.specifier.contains(version(peer.name))
