import importlib.util
import re
from pathlib import Path

import pytest

from dashboard.flags import find_answer
from dashboard.settings import make_parser, parse_settings

OURS = ["--host", "--logdir", "--path-prefix", "--port", "--reload-interval", "--version", "--window-title"]


def flags_of_tensorboard() -> list[str]:
    """The flags that TensorBoard's core registers, as its source has them: importing it warns."""
    folder = importlib.util.find_spec("tensorboard").submodule_search_locations[0]
    source = Path(folder, "plugins", "core", "core_plugin.py").read_text()
    return re.findall(r'add_argument\(\s+"(--\w+)"', source)


def test_flags_of_tensorboard_are_found() -> None:
    assert {"--logdir", "--bind_all", "--samples_per_plugin", "--load_fast"} < set(flags_of_tensorboard())


@pytest.mark.parametrize("flag", flags_of_tensorboard())
def test_every_flag_of_tensorboard_is_ours_or_answered(flag: str) -> None:
    if flag in OURS:
        assert find_answer([flag], OURS) is None
    else:
        answer = find_answer([f"{flag}=x"], OURS)
        assert answer is not None
        assert re.fullmatch(rf"{flag} is a flag of TensorBoard\. \w.*[^.]\.", answer)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["--bind_all"], "Use --host 0.0.0.0; the address that board then prints holds a token."),
        (["--load_fast=false"], "board has one reader, the fast one: leave it out."),
        (["--logdir_spec", "a:x,b:y"], "Use --logdir once for each, with names: --logdir name1=DIR1 name2=DIR2."),
        (["--samples_per_plugin", "images=0"], "board keeps every point and draws all that show"),
        (["--path_prefix", "/x"], "Use --path-prefix."),
        (["--noinspect"], "Use: board inspect DIR."),
    ],
)
def test_command_line_of_tensorboard_ends_with_an_answer(
    words: list[str], answer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        parse_settings(["--logdir", "runs", *words])

    assert f"{words[0].partition('=')[0]} is a flag of TensorBoard. {answer}" in capsys.readouterr().err


def test_flags_are_not_shortened(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        make_parser().parse_args(["--logdir", "runs", "--win", "x"])

    assert "unrecognized arguments: --win" in capsys.readouterr().err
