"""What can be given as a logdir."""

from __future__ import annotations

from pathlib import Path

import pytest

from summaries.logdirs import Logdir, find_run, parse_logdirs, show_path


def test_one_folder_has_no_name(tmp_path: Path):
    assert parse_logdirs(tmp_path) == parse_logdirs(str(tmp_path)) == (Logdir("", str(tmp_path)),)


def test_home_is_expanded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", "/home/ada")

    assert [logdir.path for logdir in parse_logdirs(["~/a", "b=~/b", Path("~/c")])] == [
        "/home/ada/a",
        "/home/ada/b",
        "/home/ada/c",
    ]


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (["/logs/a", "/logs/b"], ["a", "b"]),
        (["/logs/a/runs", "/logs/b/runs"], ["a/runs", "b/runs"]),
        (["runs=/logs/a", "/logs/runs"], ["runs", "logs/runs"]),
        (["/p/a", "/q/p/a"], ["/p/a", "q/p/a"]),
        (["/a/runs", "s3://a/runs"], ["/a/runs", "s3://a/runs"]),
        (["/logs/a", "/logs/a"], [""]),
        (["/logs/a*", "/logs/b*"], ["logs", "logs"]),
        (["only=/logs"], ["only"]),
    ],
)
def test_several_get_names_that_tell_them_apart(given: list[str], names: list[str]):
    assert [logdir.name for logdir in parse_logdirs(given)] == names


def test_folder_whose_name_looks_like_a_name_or_a_pattern_is_taken_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lr=0.1").mkdir()
    (tmp_path / "run[1]").mkdir()

    assert parse_logdirs(["lr=0.1", f"{tmp_path}/run[1]", "runs/lr=0.2"]) == (
        Logdir("lr=0.1", f"{tmp_path}/lr=0.1"),
        Logdir("run[1]", f"{tmp_path}/run[1]"),
        Logdir("lr=0.2", f"{tmp_path}/runs/lr=0.2"),
    )


@pytest.mark.parametrize(
    ("given", "path", "pattern"),
    [
        ("*", "", "*"),
        ("/*/a", "/", "*/a"),
        ("runs/**/seed-?/", "runs", "**/seed-?"),
        ("x=s3://bucket/2024-*/runs", "s3://bucket", "2024-*/runs"),
    ],
)
def test_pattern_is_split_from_the_folder_where_it_begins(given: str, path: str, pattern: str):
    (logdir,) = parse_logdirs(given)

    assert (logdir.path, logdir.pattern) == (path if "://" in path else str(Path.cwd() / path), pattern)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "logdir must be a folder, or several; got none"),
        ("=x", "logdir must be path or name=path; got '=x'"),
        ("x=", "logdir must be path or name=path; got 'x='"),
        ("", "logdir must be a folder; got an empty name"),
        (["x=a", "x=b"], "name of a logdir must be given once; got 'x' twice"),
    ],
)
def test_what_is_no_logdir_is_refused_in_words(given: str | list[str], message: str):
    with pytest.raises(ValueError, match=message):
        parse_logdirs(given)


def test_find_run_goes_by_the_nearest_logdir():
    logdirs = parse_logdirs(["all=/logs", "best=/logs/best", "s3://bucket/runs"])

    assert find_run(Path("/logs/a/b/x.tfevents"), logdirs) == "all/a/b"
    assert find_run(Path("/logs/best/x.tfevents"), logdirs) == "best"
    assert find_run(Path("s3://bucket/runs/1/x.tfevents"), logdirs) == "runs/1"
    assert find_run(Path("/elsewhere/x.tfevents"), logdirs) == "/elsewhere"


def test_label_shows_the_pattern_and_any_bytes():
    assert Logdir("", "/caf\udce9", "a*").label == "/caf\\xe9/a*"
    assert show_path(Path("é")) == "é"


def test_label_is_as_short_as_it_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    labels = [logdir.label for logdir in parse_logdirs(["runs", "x=a/*", str(tmp_path.parent), "s3://b/runs"])]

    assert labels == ["runs", "a/*", str(tmp_path.parent), "s3://b/runs"]
