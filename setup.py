"""Builds the compiled members of `summaries`.

Each has a portable member beside it. Where no C compiler is found the extension is left out, and all works, slower.
"""

from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup

HEADERS = sorted(str(path) for path in Path("summaries").glob("_*.h"))

extensions = [
    Extension(f"summaries.{path.stem}", [str(path)], depends=HEADERS, extra_compile_args=["-O3"])
    for path in sorted(Path("summaries").glob("_*.pyx"))
]

modules = cythonize(extensions, build_dir="build")
for module in modules:
    module.optional = True  # set here, since cythonize forgets it

setup(ext_modules=modules)
