#!/bin/bash
# Fuzzes the reader, its compiled scanner built with the address and undefined-behaviour sanitizers of gcc.
# Usage: fuzz.sh PYTHON [arguments of tests/fuzz]
set -euo pipefail
python=$1
shift
build=build/sanitized
flags="-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all"

CC=gcc CFLAGS="$flags" LDFLAGS="-fsanitize=address,undefined" \
    "$python" setup.py --quiet build_ext --force --build-lib "$build" --build-temp "$build/temp"
extension=$(find "$build/summaries" -name '_scan.*.so' -print -quit)
test -n "$extension" || { echo "summaries/_scan.pyx could not be built. gcc with its sanitizers is needed."; exit 1; }

ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD=$(gcc -print-file-name=libasan.so) \
    exec "$python" -m tests.fuzz --extension "$extension" "$@"
