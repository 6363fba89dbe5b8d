import re
from dataclasses import fields
from pathlib import Path

import pytest

from dashboard import __version__
from dashboard.settings import Settings, flag_name, make_parser, parse_settings, settings_table

ROOT = Path(__file__).resolve().parent.parent.parent


def test_flags_of_the_command_line_become_settings(tmp_path: Path) -> None:
    settings = parse_settings(["--logdir", str(tmp_path), "--host", "::1", "--port", "0", "--open"])

    assert settings == Settings(logdir=(str(tmp_path),), host="::1", port=0, open=True)


def test_logdir_alone_is_enough(tmp_path: Path) -> None:
    assert parse_settings(["--logdir", str(tmp_path)]) == Settings(logdir=(str(tmp_path),))


def test_logdir_may_be_given_several_times_with_names_and_patterns(tmp_path: Path) -> None:
    settings = parse_settings(["--logdir", f"{tmp_path}/a", f"best={tmp_path}/b", "--logdir", f"{tmp_path}/c*/runs"])

    assert [(logdir.name, logdir.path, logdir.pattern) for logdir in settings.logdirs] == [
        ("a", f"{tmp_path}/a", ""),
        ("best", f"{tmp_path}/b", ""),
        (tmp_path.name, str(tmp_path), "c*/runs"),
    ]
    assert settings.logdir_key == f"a={tmp_path}/a\nbest={tmp_path}/b\n{tmp_path.name}={tmp_path}/c*/runs"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "required: --logdir"),
        (["--logdir", "x", "--port", "70000"], "--port must be between 0 and 65535; got 70000"),
        (["--logdir", "x", "--port", "http"], "invalid int value: 'http'"),
        (["--logdir", "x", "--reload-interval", "0"], "--reload-interval must be from 0.1 to 3600 seconds; got 0.0"),
        (["--logdir", "x", "--reload-interval", "nan"], "--reload-interval must be from 0.1 to 3600 seconds; got nan"),
        (["--logdir", "x", "--path-prefix", "board"], "--path-prefix must begin with a slash and hold letters"),
        (
            ["--logdir", "x", "--path-prefix", "/a//b"],
            "got '/a//b'. Pass the path of the board at the proxy",
        ),
        (["--logdir", "x", "--path-prefix", "/data/board"], "--path-prefix must not begin with /data, where"),
        (["--logdir", "x", "--path-prefix", "/<b>"], "--path-prefix must begin with a slash and hold letters"),
        (["--logdir", __file__], "--logdir must be a folder; got the file"),
        (["--logdir", "x=a", "--logdir", "x=b"], "--logdir: name of a logdir must be given once; got 'x' twice"),
    ],
)
def test_bad_arguments_end_with_a_message(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        parse_settings(arguments)

    assert message in capsys.readouterr().err


def test_board_changes_what_people_add_unless_told_not_to() -> None:
    assert not parse_settings(["--logdir", "x"]).read_only
    assert parse_settings(["--logdir", "x", "--read-only"]).read_only
    assert not parse_settings(["--logdir", "x", "--no-read-only"]).read_only


@pytest.mark.parametrize(("given", "expected"), [("/board/", "/board"), ("/", ""), ("", ""), ("/a/b.c", "/a/b.c")])
def test_prefix_ends_without_a_slash(given: str, expected: str) -> None:
    assert parse_settings(["--logdir", "x", "--path-prefix", given]).path_prefix == expected


def test_names_of_proxies_are_gathered() -> None:
    settings = parse_settings(["--logdir", "x", "--allow-host", "a.example", "b.example", "--allow-host", "c.example"])

    assert settings.allow_host == ("a.example", "b.example", "c.example")


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        parse_settings(["--version"])

    assert capsys.readouterr().out == f"board {__version__}\n"


def test_help_and_readme_name_every_setting() -> None:
    help_text = make_parser().format_help()
    readme = (ROOT / "README.md").read_text()

    assert all(flag_name(setting) in help_text for setting in fields(Settings))
    assert settings_table() in readme


def test_logdir_is_named_as_short_as_it_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert Settings(logdir=tmp_path / "runs").logdir_label == "runs"
    assert Settings(logdir=("runs", "b=other")).logdir_label == "runs, other"
    assert re.fullmatch(r"/.*", Settings(logdir=tmp_path.parent).logdir_label)
