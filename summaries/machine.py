"""What a program runs on: its environment, read once, and how busy the machine is, read again and again.

Synopsis:
    >>> read_environment().host == __import__("socket").gethostname()
    True
"""

from __future__ import annotations

import contextlib
import importlib
import os
import platform
import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from summaries.kinds.environment import Environment

_GIT_TIMEOUT_SECS = 10.0
_DIST_INFO = re.compile(r"(?P<name>[^-]+)-(?P<version>[^-]+)(-[^/]*)?\.(dist|egg)-info")
_GIB, _MIB = 1 << 30, 1 << 20

Git = Callable[[Sequence[str]], str]


def read_environment(
    *, command: Sequence[str] | None = None, folder: str | None = None, git: Git | None = None
) -> Environment:
    """Reads the environment of this process; takes some tens of milliseconds, most of it in git.

    Args:
        command: The program and its arguments; None for those of this process.
        folder: The working directory; None for that of this process.
        git: Gives what git prints for arguments, "" if it fails; None for git itself, in `folder`.
    """
    folder = os.getcwd() if folder is None else folder
    ask = (lambda arguments: run_git(arguments, folder)) if git is None else git
    commit = ask(["rev-parse", "HEAD"])
    return Environment(
        command=tuple(sys.orig_argv if command is None else command),
        folder=folder,
        host=platform.node(),
        pid=os.getpid(),
        platform=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=platform.python_version(),
        executable=sys.executable,
        num_cpus=os.cpu_count() or 0,
        packages=find_packages(sys.path),
        git_commit=commit,
        git_branch=ask(["branch", "--show-current"]) if commit else "",
        git_diff_stat=ask(["diff", "--stat", "HEAD"]) if commit else "",
    )


def run_git(arguments: Sequence[str], folder: str) -> str:
    """What git prints; "" if there is none, it fails, or it takes too long."""
    import shutil  # here, with what they import, since few programs log their environment
    import subprocess

    program = shutil.which("git")
    if program is None:
        return ""
    command = [program, "--no-optional-locks", "-C", folder, *arguments]
    try:
        answer = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_GIT_TIMEOUT_SECS,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.rstrip() if answer.returncode == 0 else ""


def find_packages(folders: Iterable[str]) -> dict[str, str]:
    """Versions of the packages installed in `folders`, by name.

    Only names of folders are read: parsing the metadata of a hundred packages would hold the interpreter for a tenth of
    a second.
    """
    packages: dict[str, str] = {}
    for folder in folders:
        try:
            names = sorted(os.listdir(folder or "."))
        except OSError:  # a zip file, or a folder that is not there
            continue
        for found in filter(None, map(_DIST_INFO.fullmatch, names)):
            packages.setdefault(found["name"].replace("_", "-").lower(), found["version"])
    return dict(sorted(packages.items()))


class SystemSampler:
    """Reads how busy processors, memory, disk, network and NVIDIA's GPUs are. Not thread-safe."""

    def __init__(
        self,
        *,
        psutil: Any = None,
        nvml: Any = None,
        folder: str | os.PathLike[str] = ".",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Notes the counters that rates are reckoned from.

        Args:
            psutil: The library; None to import it.
            nvml: The module pynvml, initialised; None to import it if it is there and finds a GPU.
            folder: The disk that this lies on is watched.
            clock: Seconds that only go forward.

        Raises:
            ImportError: If psutil is not installed.
        """
        self._psutil = _import_psutil() if psutil is None else psutil
        self._nvml = find_nvml() if nvml is None else nvml
        self._folder, self._clock = os.fspath(folder), clock
        self._process = self._psutil.Process()
        self._process.cpu_percent()
        self._psutil.cpu_percent()
        self._time, self._counters = clock(), self._read_counters()

    def sample(self) -> dict[str, float]:
        """The state now, rates since the last call; by tag, of which each ends in its unit."""
        virtual = self._psutil.virtual_memory()
        values = {
            "system/cpu_percent": self._psutil.cpu_percent(),
            "system/process_cpu_percent": self._process.cpu_percent(),
            "system/memory_percent": virtual.percent,
            "system/process_memory_gib": self._process.memory_info().rss / _GIB,
            "system/process_threads": float(self._process.num_threads()),
        }
        with contextlib.suppress(OSError):  # the folder may be removed, and made again
            values["system/disk_percent"] = self._psutil.disk_usage(self._folder).percent
        return values | self._sample_rates() | _sample_gpus(self._nvml)

    def _sample_rates(self) -> dict[str, float]:
        now, counters = self._clock(), self._read_counters()
        secs = max(now - self._time, 1e-9)
        rates = {tag: (value - self._counters.get(tag, value)) / _MIB / secs for tag, value in counters.items()}
        self._time, self._counters = now, counters
        return rates

    def _read_counters(self) -> dict[str, int]:
        disk, network = self._psutil.disk_io_counters(), self._psutil.net_io_counters()
        counters: dict[str, int] = {}
        if disk is not None:  # containers may hide them
            counters |= {
                "system/disk_read_mib_per_sec": disk.read_bytes,
                "system/disk_write_mib_per_sec": disk.write_bytes,
            }
        if network is not None:
            counters |= {
                "system/network_sent_mib_per_sec": network.bytes_sent,
                "system/network_received_mib_per_sec": network.bytes_recv,
            }
        return counters


def _import_psutil() -> Any:
    try:
        return importlib.import_module("psutil")
    except ImportError as error:
        raise ImportError(
            "system_secs needs psutil, which is not installed. Install trainboard[system], or leave system_secs out."
        ) from error


def find_nvml() -> Any:
    """The module pynvml, initialised; None if it is not installed or finds no GPU."""
    try:
        pynvml = importlib.import_module("pynvml")
    except ImportError:
        return None
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return None
    return pynvml


def _sample_gpus(nvml: Any) -> dict[str, float]:
    values: dict[str, float] = {}
    for index in range(0 if nvml is None else nvml.nvmlDeviceGetCount()):
        handle = nvml.nvmlDeviceGetHandleByIndex(index)
        for name, read in _GPU_READINGS.items():
            try:
                values[f"system/gpu{index}_{name}"] = read(nvml, handle)
            except nvml.NVMLError:  # not every GPU tells everything
                continue
    return values


def _read_memory_gib(nvml: Any, handle: Any) -> float:
    return float(nvml.nvmlDeviceGetMemoryInfo(handle).used / _GIB)


def _read_memory_percent(nvml: Any, handle: Any) -> float:
    memory = nvml.nvmlDeviceGetMemoryInfo(handle)
    return float(100 * memory.used / memory.total)


_GPU_READINGS: Mapping[str, Callable[[Any, Any], float]] = {
    "percent": lambda nvml, handle: float(nvml.nvmlDeviceGetUtilizationRates(handle).gpu),
    "memory_percent": _read_memory_percent,
    "memory_gib": _read_memory_gib,
    "power_watts": lambda nvml, handle: nvml.nvmlDeviceGetPowerUsage(handle) / 1000,
    "temperature_celsius": lambda nvml, handle: float(nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU)),
}
