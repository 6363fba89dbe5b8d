"""Builds the compiled members of `summaries`, `dashboard` and `trainer`.

Each has a portable member beside it. Where no C compiler is found the extension is left out, and all works, slower.
"""

from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup

FOLDERS = (Path("summaries"), Path("dashboard/api"), Path("trainer/estimators"), Path("trainer/inputs"))
# A compiler that joins a product and a sum into one operation would round them otherwise than the portable member.
FLAGS = ["-O3", "-ffp-contract=off"]


def make_extension(path: Path) -> Extension:
    """The extension of a Cython source; it is made anew when a header beside it changes."""
    headers = sorted(str(header) for header in path.parent.glob("_*.h"))
    return Extension(".".join(path.with_suffix("").parts), [str(path)], depends=headers, extra_compile_args=FLAGS)


modules = cythonize(
    [make_extension(path) for folder in FOLDERS for path in sorted(folder.glob("_*.pyx"))], build_dir="build"
)
for module in modules:
    module.optional = True  # set here, since cythonize forgets it

setup(ext_modules=modules)
