from __future__ import annotations

from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pandas as pd
import pytest

from trainer import Estimator, heads, inputs
from trainer import feature_columns as fc
from trainer.inputs import CSVFiles

TEXT = 'name,age,score,rich\n"Ann, née O",31,,1\n"Bob\nthe 2nd",45,0.5,0\nÇem,20,-1e3,1\n'


@pytest.fixture
def people(tmp_path: Path) -> Path:
    (tmp_path / "people.csv").write_text(TEXT)
    return tmp_path / "people.csv"


def test_cells_are_those_that_pandas_reads(people: Path) -> None:
    (batch,) = inputs.csv_files(people)

    expected = pd.read_csv(people)
    assert list(batch) == list(expected)
    assert {name: column.dtype.name for name, column in batch.items()} == {
        "name": "object",
        "age": "int64",
        "score": "float32",
        "rich": "int64",
    }
    for name, column in batch.items():
        np.testing.assert_array_equal(column, expected[name].to_numpy().astype(column.dtype))


def test_columns_types_label_and_weight_are_chosen(people: Path) -> None:
    options: dict[str, Any] = {"columns": ["age", "rich"], "dtypes": {"age": str}, "label": "rich"}

    batches = list(CSVFiles(people, 2, **options))
    (weighted,) = CSVFiles(people, label="rich", weight="age")

    assert [
        ({name: column.tolist() for name, column in features.items()}, labels.tolist()) for features, labels in batches
    ] == [
        ({"age": ["31", "45"]}, [1, 0]),
        ({"age": ["20"]}, [1]),
    ]
    assert weighted[2].tolist() == [31, 45, 20]


def test_files_of_an_address_and_with_other_separators_are_read(memory: str) -> None:
    for number in range(2):
        with fsspec.open(f"{memory}/{number}.csv", "wb") as file:
            file.write(f"\ufeffa;b\r\n{number};x\r\n\r\n".encode())

    (batch,) = CSVFiles(f"{memory}/*.csv", delimiter=";")

    assert {name: column.tolist() for name, column in batch.items()} == {"a": [0, 1], "b": ["x", "x"]}


def test_rows_train_a_model_on_feature_columns(people: Path) -> None:
    columns = [fc.categorical_column_with_hash_bucket("name", 50), fc.numeric_column("score", default_value=0)]
    model = Estimator(fc.LinearFeatures(columns), head=heads.BinaryHead(), learning_rate=0.1)

    model.fit(CSVFiles(people, label="rich", shuffle=True), epochs=60)

    assert model.predict(CSVFiles(people)).tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("a,b\n1\n", {}, r"rows of .*people\.csv must have 2 cells; got 1 in line 2\."),
        ("", {}, r"people\.csv must begin with a line of different names of columns; got None\."),
        ("a,a\n1,2\n", {}, r"must begin with a line of different names of columns; got \['a', 'a'\]\."),
        ("a\n1\n", {"label": "y"}, r"label and weight must be among 'a'; got 'y'\."),
        ("a\n1\n", {"columns": ["y"]}, r"columns must be among 'a' of .*people\.csv; got 'y'\."),
        (
            "a\n1\nx\n",
            {"dtypes": {"a": float}},
            r"column 'a' must hold float64 numbers; got 'x' in line 3 of .*people\.csv",
        ),
    ],
)
def test_files_that_are_not_as_they_should_be_are_refused(people: Path, text: str, options: Any, message: str) -> None:
    people.write_text(text)

    with pytest.raises(ValueError, match=message):
        list(CSVFiles(people, **options))


def test_other_encodings_are_refused(people: Path) -> None:
    people.write_bytes(TEXT.encode("latin-1", "replace"))

    with pytest.raises(ValueError, match=r"people\.csv must be UTF-8; got another encoding"):
        CSVFiles(people)


def test_later_file_without_a_column_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("a,b\n1,2\n")
    (tmp_path / "2.csv").write_text("a\n1\n")

    with pytest.raises(ValueError, match=r"2\.csv must hold the column 'b' as .*1\.csv does; got \['a'\]\."):
        list(CSVFiles(tmp_path / "*.csv"))
