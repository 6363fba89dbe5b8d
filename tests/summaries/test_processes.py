"""Ends of processes, forks and full disks, each in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf import text_format
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

from summaries import load

ROOT = Path(__file__).parents[2]


def in_forks_and_threads(num_processes: int, num_threads: int) -> str:
    """A program's end that calls its `work("<process>-<thread>")` in threads of forked children, all at once."""
    return f"""
children = []
for process in range({num_processes}):
    child = os.fork()
    if child == 0:
        threads = [
            threading.Thread(target=work, args=(f"{{process}}-{{number}}",)) for number in range({num_threads})
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        os._exit(0)
    children.append(child)
assert all(os.waitpid(child, 0)[1] == 0 for child in children)
"""


def run_python(code: str, *args: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs `code` in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-c", code, *map(str, args)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def steps_of(folder: Path) -> dict[str, list[int]]:
    return {tag: series.steps.tolist() for tag, series in load(folder).runs["."].scalars.items()}


def test_a_process_that_ends_without_close_has_written_everything(tmp_path: Path):
    code = """
import sys, numpy as np
from summaries import SummaryWriter
writer = SummaryWriter(sys.argv[1])
import jax, jax.numpy as jnp
writer.add_scalar("host", 1.0, 1)
writer.add_scalar("device", jax.jit(lambda x: (x @ x).sum())(jnp.ones((1000, 1000))), 2)
writer.add_histogram("h", np.ones(10), 3)
"""
    done = run_python(code, tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert steps_of(tmp_path) == {"host": [1], "device": [2]}
    assert list(load(tmp_path).runs["."].histograms) == ["h"]


def test_an_object_that_logs_and_closes_its_writer_when_the_interpreter_takes_it_apart_loses_nothing(tmp_path: Path):
    code = """
import sys
from summaries import SummaryWriter
class Trainer:
    def __init__(self):
        self.writer = SummaryWriter(sys.argv[1])
        self.writer.add_scalar("a", 1.0, 1)
    def __del__(self):
        self.writer.add_scalar("a", 2.0, 2)
        self.writer.flush()
        self.writer.add_scalar("a", 3.0, 3)
        self.writer.close()
trainer = Trainer()
"""
    done = run_python(code, tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert steps_of(tmp_path) == {"a": [1, 2, 3]}


def test_a_close_that_is_interrupted_goes_on_until_all_is_written(tmp_path: Path):
    code = """
import atexit, os, signal, sys, threading
from summaries import SummaryWriter
from summaries.deferred import Deferred
from summaries.events import encode_event, summary_field
is_ending = threading.Event()
def encode():
    os.kill(os.getpid(), signal.SIGINT)
    is_ending.wait()
    return b"".join(encode_event(0.0, step, summary_field([("a", 1.0)])) for step in range(50_000))
writer = SummaryWriter(sys.argv[1])
writer._outbox.put_deferred(Deferred(("a",), 0, 8, encode))
atexit.register(is_ending.set)
writer.close()
"""
    done = run_python(code, tmp_path)

    assert done.stderr.splitlines()[-1] == "KeyboardInterrupt"
    assert len(steps_of(tmp_path)["a"]) == 50_000


def test_a_forked_child_prints_though_its_parent_was_taking_what_was_printed(tmp_path: Path):
    code = """
import os, sys
from summaries.console_capture import ConsoleCapture
capture = ConsoleCapture()
capture.start()
import threading
is_locked, may_end = threading.Event(), threading.Event()
def hold():
    with capture._lock:
        is_locked.set()
        may_end.wait()
threading.Thread(target=hold).start()
is_locked.wait()
child = os.fork()
if child == 0:
    print("from the child", flush=True)
    os._exit(0)
os.waitpid(child, 0)
may_end.set()
"""
    done = run_python(code, tmp_path)

    assert (done.returncode, done.stderr, done.stdout) == (0, "", "from the child\n")


def test_a_process_that_ends_by_an_exception_has_written_everything(tmp_path: Path):
    code = """
import sys
from summaries import SummaryWriter
writer = SummaryWriter(sys.argv[1])
writer.add_scalar("a", 1.0, 1)
raise KeyboardInterrupt
"""
    done = run_python(code, tmp_path)

    assert done.returncode != 0
    assert steps_of(tmp_path) == {"a": [1]}


def test_a_forked_child_writes_a_file_of_its_own_and_each_value_once(tmp_path: Path):
    code = """
import os, sys
from summaries import SummaryWriter
writer = SummaryWriter(sys.argv[1])
writer.add_text("t", "parent", 1)
writer.add_scalar("a", 1.0, 1)
child = os.fork()
writer.add_scalar("child" if child == 0 else "a", 2.0, 2)
writer.add_text("t", "child" if child == 0 else "parent", 2)
writer.close()
if child:
    assert os.waitpid(child, 0)[1] == 0
else:
    os._exit(0)
"""
    done = run_python(code, tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert len(list(tmp_path.iterdir())) == 2
    assert steps_of(tmp_path) == {"a": [1, 2], "child": [2]}
    run = load(tmp_path).runs["."]
    assert sorted(run.texts["t"][:]) == ["child", "parent", "parent"]
    assert [tag.kind for tag in run.tags if tag.name == "t"] == ["text"]


def test_a_forked_child_that_logs_nothing_makes_no_file(tmp_path: Path):
    code = """
import os, sys
from summaries import SummaryWriter
writer = SummaryWriter(sys.argv[1])
writer.add_scalar("a", 1.0, 1)
if os.fork() == 0:
    os._exit(0)
os.wait()
"""
    done = run_python(code, tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert len(list(tmp_path.iterdir())) == 1
    assert steps_of(tmp_path) == {"a": [1]}


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_worker_of_multiprocessing_has_written_everything_when_it_ends(tmp_path: Path, method: str):
    script = tmp_path / "script.py"
    script.write_text("""
import multiprocessing, sys
from summaries import SummaryWriter

def work(writer, child):
    writer.add_scalar("worker", 1.0, 7)
    child.add_scalar("worker", 1.0, 8)
    globals()["own"] = SummaryWriter(writer.log_dir, heartbeat_secs=None)
    own.add_scalar("own", 1.0, 9)

if __name__ == "__main__":
    writer = SummaryWriter(sys.argv[1])
    worker = multiprocessing.get_context(sys.argv[2]).Process(target=work, args=(writer, writer.child("child")))
    worker.start()
    worker.join()
    assert worker.exitcode == 0
    writer.add_scalar("main", 1.0, 9)
""")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "ignore", script, tmp_path / "run", method]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)

    assert (done.returncode, done.stderr) == (0, "")
    assert steps_of(tmp_path / "run") == {"worker": [7], "child/worker": [8], "own": [9], "main": [9]}
    assert load(tmp_path / "run").runs["."].facts.status.state == "finished"


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_worker_that_fails_leaves_a_run_that_failed(tmp_path: Path, method: str):
    script = tmp_path / "script.py"
    script.write_text("""
import multiprocessing, sys
from summaries import SummaryWriter

def work(folder):
    globals()["own"] = SummaryWriter(folder)
    raise KeyError("no data")

if __name__ == "__main__":
    worker = multiprocessing.get_context(sys.argv[2]).Process(target=work, args=(sys.argv[1],))
    worker.start()
    worker.join()
""")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "ignore", script, tmp_path / "run", method]
    subprocess.run(command, env=environment, capture_output=True, check=True, timeout=120)

    status = load(tmp_path / "run").runs["."].facts.status
    assert (status.state, status.reason) == ("failed", "KeyError: 'no data'")


def test_interrupts_at_any_moment_tear_no_record_and_lose_no_value(tmp_path: Path):
    code = """
import signal, sys
from summaries import SummaryWriter

def interrupt(*_):
    global armed
    if armed:
        armed = False
        raise KeyboardInterrupt

writer = SummaryWriter(sys.argv[1])
writer.add_scalar("a", 1.0, 0)
logged, num_interrupts, armed = [0], 0, False
signal.signal(signal.SIGALRM, interrupt)
signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
for step in range(1, 20_000):
    try:
        armed = True
        writer.add_scalar("a", 1.0, step)
        logged.append(step)
        if step % 50 == 0:
            writer.flush()
        armed = False
    except KeyboardInterrupt:
        num_interrupts += 1
signal.setitimer(signal.ITIMER_REAL, 0)
writer.close()
print(num_interrupts, *logged)
"""
    done = run_python(code, tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    num_interrupts, *logged = map(int, done.stdout.split())
    steps = steps_of(tmp_path)["a"]
    assert num_interrupts > 3
    assert steps == sorted(set(steps))
    assert set(logged) <= set(steps)
    assert load(tmp_path).runs["."].health[0].problems == ()


FULL_DISK = """
import resource, sys
from summaries import SummaryWriter
writer = SummaryWriter(sys.argv[1], heartbeat_secs=None)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))  # as if the disk were full
for step in range(100):
    writer.add_scalar("a", float(step), step)
    if step % 10 == 0:
        writer.flush()
"""


def test_a_disk_that_was_full_for_a_while_loses_nothing(tmp_path: Path):
    code = (
        FULL_DISK
        + """
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
writer.close()
"""
    )
    done = run_python(code, tmp_path)

    assert done.returncode == 0
    assert done.stderr.count("Could not write") == 1
    assert "File too large. Continuing with the values in memory." in done.stderr
    assert steps_of(tmp_path) == {"a": list(range(100))}
    assert load(tmp_path).runs["."].health[0].problems == ()


def test_a_disk_that_stays_full_has_close_count_what_was_lost(tmp_path: Path):
    done = run_python(FULL_DISK + "writer.close()", tmp_path)

    kept = steps_of(tmp_path)["a"]
    assert kept == list(range(len(kept)))
    assert 10 < len(kept) < 100
    assert "OSError: Could not write" in done.stderr
    lost = 100 - len(kept)
    assert f"'a': {lost - 1}" in done.stderr or f"'a': {lost}" in done.stderr  # one record is cut


def test_sigterm_writes_what_is_queued_and_ends_the_process_as_ever(tmp_path: Path):
    code = """
import os, signal, sys
from summaries import SummaryWriter
writer = SummaryWriter(sys.argv[1], flush_secs=0.25)
writer.add_scalar("a", 1.0, 0)
writer.flush()
for step in range(1, 1000):
    writer.add_scalar("a", 1.0, step)
os.kill(os.getpid(), signal.SIGTERM)
signal.pause()
signal.pause()
"""
    done = run_python(code, tmp_path)

    assert (done.returncode, done.stderr) == (-signal.SIGTERM, "")
    assert steps_of(tmp_path) == {"a": list(range(1000))}


def test_sigterm_at_any_moment_ends_the_process(tmp_path: Path):
    code = """
import os, signal, sys
from summaries import SummaryWriter
writer = SummaryWriter(sys.argv[1])
signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
signal.setitimer(signal.ITIMER_REAL, float(sys.argv[2]))
step = 0
while True:
    writer.add_scalar("a", 1.0, step)
    step += 1
"""
    for trial in range(5):
        done = run_python(code, tmp_path / str(trial), 0.05 + 0.013 * trial)

        assert (done.returncode, done.stderr) == (-signal.SIGTERM, "")
        steps = steps_of(tmp_path / str(trial))["a"]
        assert steps == list(range(len(steps)))


def test_a_program_that_handles_sigterm_itself_keeps_its_handler(tmp_path: Path):
    code = """
import os, signal, sys
from summaries import SummaryWriter
signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
writer = SummaryWriter(sys.argv[1])
writer.add_scalar("a", 1.0, 1)
os.kill(os.getpid(), signal.SIGTERM)
"""
    done = run_python(code, tmp_path)

    assert (done.returncode, done.stderr) == (3, "")
    assert steps_of(tmp_path) == {"a": [1]}


def test_what_exit_functions_log_is_written(tmp_path: Path):
    code = """
import atexit, sys
from summaries import SummaryWriter
atexit.register(lambda: writer.add_scalar("a", 1.0, 2))
writer = SummaryWriter(sys.argv[1])
writer.add_scalar("a", 1.0, 1)
"""
    done = run_python(code, tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert steps_of(tmp_path) == {"a": [1, 2]}


def test_a_process_that_ends_without_close_on_a_full_disk_tells_what_was_lost(tmp_path: Path):
    done = run_python(FULL_DISK, tmp_path)

    lost = 100 - len(steps_of(tmp_path)["a"])
    assert done.returncode == 0
    assert f"they are lost ('a': {lost})" in done.stderr


def test_writers_of_many_processes_and_threads_in_one_folder_in_one_second_keep_apart(tmp_path: Path):
    code = """
import os, sys, threading
from summaries import SummaryWriter

def work(name):
    with SummaryWriter(sys.argv[1]) as writer:
        for step in range(200):
            writer.add_scalar(name, 1.0, step)

"""
    done = run_python(code + in_forks_and_threads(3, 4), tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert len(list(tmp_path.iterdir())) == 12
    assert steps_of(tmp_path) == {
        f"{process}-{number}": list(range(200)) for process in range(3) for number in range(4)
    }


def test_embeddings_of_many_processes_and_threads_at_once_all_stand_in_the_configuration(tmp_path: Path):
    code = """
import os, sys, threading
from summaries import SummaryWriter

def work(name):
    with SummaryWriter(sys.argv[1]) as writer:
        for step in range(10):
            writer.add_embedding([[0.5, 1.0]], ["label"], global_step=step, tag=name)

"""
    done = run_python(code + in_forks_and_threads(4, 3), tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    config = text_format.Parse((tmp_path / "projector_config.pbtxt").read_text(), ProjectorConfig())
    assert sorted(info.tensor_name for info in config.embeddings) == sorted(
        f"{process}-{number}:{step:05d}" for process in range(4) for number in range(3) for step in range(10)
    )
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_process_that_forks_while_threads_log_leaves_both_files_whole(tmp_path: Path):
    code = """
import os, sys, threading
from summaries import SummaryWriter
writer = SummaryWriter(sys.argv[1])
is_over = threading.Event()

def work(name):
    step = 0
    while not is_over.is_set():
        writer.add_scalar(name, 1.0, step)
        step += 1

threads = [threading.Thread(target=work, args=(str(number),), daemon=True) for number in range(3)]
for thread in threads:
    thread.start()
children = []
for number in range(10):
    child = os.fork()
    if child == 0:
        writer.add_scalar("child", 1.0, number)
        writer.close()
        os._exit(0)
    children.append(child)
assert all(os.waitpid(child, 0)[1] == 0 for child in children)
is_over.set()
for thread in threads:
    thread.join()
writer.close()
"""
    done = run_python(code, tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    run = load(tmp_path).runs["."]
    assert [health.problems for health in run.health] == [()] * 11
    steps = steps_of(tmp_path)
    assert sorted(steps.pop("child")) == list(range(10))
    assert all(found == list(range(len(found))) for found in steps.values())


def test_a_descriptor_closed_behind_the_writer_and_taken_by_another_file_is_left_alone(tmp_path: Path):
    code = """
import os, sys
from summaries import SummaryWriter
writer = SummaryWriter(sys.argv[1] + "/run")
writer.add_scalar("a", 1.0, 1)
writer.flush()
os.closerange(3, 100)  # as programs do that become daemons
others = [open(f"{sys.argv[1]}/other{number}", "wb") for number in range(20)]
writer.add_scalar("a", 1.0, 2)
writer.close()
assert all(os.fstat(other.fileno()).st_size == 0 for other in others)
"""
    done = run_python(code, tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert steps_of(tmp_path / "run") == {"a": [1, 2]}


def test_memory_does_not_grow_with_the_number_of_calls(tmp_path: Path):
    code = """
import sys
from summaries import SummaryWriter

def get_resident_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

def log(first, last):
    for step in range(first, last):
        writer.add_scalar("a", 1.0, step)
        writer.add_scalars_at(step, {"b": 1.0, "c": 2.0})
        if step % 10_000 == 0:
            writer.flush()

writer = SummaryWriter(sys.argv[1])
log(0, 50_000)
before = get_resident_bytes()
log(50_000, 250_000)
print((get_resident_bytes() - before) >> 10)
writer.close()
"""
    done = run_python(code, tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) < 1_500
