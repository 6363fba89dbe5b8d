"""Environment: what a run ran on, so that it can be run again.

One encoding: a JSON object, with plugin `environment`. The last one holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from summaries.kinds.json_values import make_record_kind

ENVIRONMENT_TAG = "__run__/environment"


@dataclass(frozen=True)
class Environment:
    """Where, how and with what a program was started.

    Attributes:
        command: The program and its arguments.
        folder: The working directory.
        host: Name of the machine.
        pid: Number of the process.
        platform: Operating system and processor.
        python: Version of Python.
        executable: Path of Python.
        num_cpus: How many processors the machine has.
        packages: Versions of the installed packages, by name.
        git_commit: Hash of the commit that the working directory is at; "" outside a repository.
        git_branch: Name of its branch; "" if it has none.
        git_diff_stat: What `git diff --stat` says of changes that are not committed; "" if there are none.
    """

    command: tuple[str, ...] = ()
    folder: str = ""
    host: str = ""
    pid: int = 0
    platform: str = ""
    python: str = ""
    executable: str = ""
    num_cpus: int = 0
    packages: Mapping[str, str] = field(default_factory=dict)
    git_commit: str = ""
    git_branch: str = ""
    git_diff_stat: str = ""


ENVIRONMENT = make_record_kind("environment", Environment)
