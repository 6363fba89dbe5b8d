import re
import subprocess
from pathlib import Path

import pytest

from dashboard.completion import SHELLS, main

PROGRAM = r"""
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"
$(complete -p board | sed 's/.*-F \([^ ]*\).*/\1/')
printf '%s\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (["board", "--path"], {"--path-prefix"}),
        (["board", "--read"], {"--read-only"}),
        (["board", "ins"], {"inspect"}),
        (["board", "inspect", "--js"], {"--json"}),
        (["board", "completion", "z"], {"zsh"}),
        (["board", "--logdir", "run"], {"runs"}),
    ],
)
def test_bash_completes(
    words: list[str], completed: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "run.txt").touch()
    main(["bash"])
    script = capsys.readouterr().out

    done = subprocess.run(
        ["bash", "-c", script + PROGRAM, "bash", *words], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert set(done.stdout.split()) == completed


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_gets_a_script_of_all_flags(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([shell]) == 0
    assert re.search(r"window-title", capsys.readouterr().out)


def test_unknown_shell_is_an_error_that_names_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["cmd"])

    assert "bash" in capsys.readouterr().err
