"""Fuzzes the reader: ``make fuzz``, or ``make fuzz ARGS="--secs 600 --seed 7"``.

Prints how much was tried. Ends with an error and leaves the file where a scanner failed.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import tempfile
from pathlib import Path


def use_extension(path: Path) -> None:
    """Has `summaries._scan` come from a file, as one built with sanitizers."""
    spec = importlib.util.spec_from_file_location("summaries._scan", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} must be an extension module.")
    module = importlib.util.module_from_spec(spec)
    sys.modules["summaries._scan"] = module
    spec.loader.exec_module(module)


def main() -> None:
    """Runs trials for some time."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--secs", type=float, default=60.0, help="how long to try")
    parser.add_argument("--trials", type=int, default=sys.maxsize, help="how many files to try at most")
    parser.add_argument("--seed", type=int, default=0, help="of the mutations")
    parser.add_argument("--extension", type=Path, help="a build of the compiled scanner to use")
    arguments = parser.parse_args()
    if arguments.extension:
        use_extension(arguments.extension)
    from tests.fuzz.trials import run  # after the extension is chosen

    path = Path(tempfile.mkdtemp(prefix="fuzz-")) / "events.out.tfevents.0000000001.fuzz"
    sys.stdout.write(f"The file of the trial that runs is {path}\n")
    counts = run(path, seed=arguments.seed, max_trials=arguments.trials, max_secs=arguments.secs)
    path.unlink(missing_ok=True)
    path.parent.rmdir()
    sys.stdout.write(
        f"{counts.trials:,} files ({counts.num_bytes / 1e6:,.0f} MB) in {counts.secs:.0f} s, seed {arguments.seed}: "
        f"{counts.records:,} records read, {counts.gaps:,} gaps told, both scanners alike, nothing sound lost\n"
    )


if __name__ == "__main__":
    main()
