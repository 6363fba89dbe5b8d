"""What a server's process is told of its memory, in processes of their own."""

from __future__ import annotations

import subprocess
import sys

import pytest

_THREADS = """
import ctypes, threading
import numpy
from dashboard.tuning import use_one_heap
if {is_told}:
    assert use_one_heap()
together = threading.Barrier(4)
def work():
    kept = [numpy.ones(1000) for _ in range(100)]
    together.wait()
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
ctypes.CDLL(None).malloc_stats()
"""
_COLLECTOR = """
import gc
from dashboard.tuning import put_collector_off, rest_collector
put_collector_off()
print(gc.isenabled())
rest_collector()
print(gc.get_freeze_count() > 1000, gc.isenabled())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's")
def test_threads_share_one_heap_once_told() -> None:
    heaps = []
    for is_told in (False, True):
        command = [sys.executable, "-c", _THREADS.format(is_told=is_told)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        heaps.append(done.stderr.count("Arena "))

    assert heaps[0] > heaps[1] == 1


def test_collector_waits_for_the_start_passes_over_what_is_there_and_goes_on() -> None:
    done = subprocess.run([sys.executable, "-c", _COLLECTOR], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False", "True", "True"]
