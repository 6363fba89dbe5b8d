"""docs/drop_in.md tells what is compared."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from tests.drop_in.cases import OF_BOTH_PEERS, OF_TORCH, TORCH
from tests.drop_in.page import APART, COMPARED, INTEGRATIONS, PAGE, make_methods_table

ROOT = Path(__file__).resolve().parent.parent.parent


def test_page_has_the_table_of_the_calls_that_are_compared():
    assert make_methods_table() in PAGE.read_text()
    assert {case.method for case in (*OF_BOTH_PEERS, *OF_TORCH)} == set(COMPARED)


def test_page_names_every_integration():
    modules = {path.stem for path in (ROOT / "summaries" / "integrations").glob("*.py")} - {"__init__"}

    assert modules == set(INTEGRATIONS)
    assert all(f"`summaries.integrations.{module}`" in PAGE.read_text() for module in modules)


@pytest.mark.peers
def test_every_public_method_of_torchs_writer_is_in_the_table():
    pytest.importorskip("torch")
    methods = {name for name in vars(importlib.import_module(TORCH).SummaryWriter) if not name.startswith("_")}

    assert methods <= {*COMPARED, *APART}
