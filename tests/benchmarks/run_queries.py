"""What is asked of 10,000 runs with 200 facts each: making the table of facts, queries, the answers of the run list.

CPU time, as a request is worked on by one thread. The runs lie in an index, as after a second start.
"""

from __future__ import annotations

import itertools
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from fastapi.testclient import TestClient

from dashboard.app import create_app
from dashboard.queries.runs.colors import choose_ramp
from dashboard.queries.runs.completion import complete
from dashboard.queries.runs.differences import compare_runs
from dashboard.queries.runs.evaluate import find_runs
from dashboard.queries.runs.grammar import make_parser
from dashboard.queries.runs.table import RunTable
from dashboard.settings import Settings
from dashboard.store.sqlite import SqliteStore
from summaries import LogdirTail, SummaryWriter
from tests.benchmarks.row import Row

NUM_RUNS, NUM_HPARAMS, NUM_TAGS = 10_000, 135, 11
"""With 4 numbers of each tag and what every run has by itself these are 200 facts."""
NOW = 1_700_000_000.0
QUERIES = (
    'lr < 1e-3 and val/loss.min < 0.4 and "baseline" in tags and age < 2d',
    "adam_00 7",
    "/run_.*7$/",
    "optimizer.name in (adam, sgd) and not (status = failed or seed = 1)",
)
REPEATS = 5
_PATIENCE_SECS = 600.0


def measure() -> Iterator[Row]:
    """Yields the rows of queries over runs; a limit is what the server may take."""
    with tempfile.TemporaryDirectory() as folder:
        _write_runs(Path(folder) / "logs")
        store = _open_again(Path(folder))
        runs = f"{NUM_RUNS:,} runs × 200 facts"
        table, part_secs = _prepare(store)
        yield Row(f"making the table of facts of {runs}, from the index", "s", sum(part_secs), "limit", 5.0, 1.0)
        yield Row("one part of that, the median: the most that an answer waits for it", "ms",
            1000 * sorted(part_secs)[len(part_secs) // 2], "limit", 50.0, 1.0)  # fmt: skip
        first = _ask(table, "train/metric_0 < 0.5", repeats=1)
        yield Row(f"the first query for a metric over {runs}", "ms", first, "limit", 50.0, 1.0)
        for query in QUERIES:
            yield Row(f"query over {runs}: `{query}`", "ms", _ask(table, query), "limit", 50.0, 1.0)
        yield from _measure_others(table, runs)
        yield Row(f"memory of the table of facts, {runs}", "MB", table.num_bytes / 1e6, "limit", 100.0, 1.0)
        yield Row("taking 100 runs that changed into it", "ms", _follow(table, store, Path(folder)), "limit", 50.0, 1.0)
        store.close()
        yield from _measure_over_http(Path(folder), runs)


def _prepare(store: SqliteStore) -> tuple[RunTable, list[float]]:
    """The table as a board has it made in the background, and the seconds of each part."""
    table, taken, is_more = RunTable(store), [], True
    make_parser()
    while is_more:
        start = time.process_time()
        is_more = table.prepare()
        taken.append(time.process_time() - start)
    return table, taken


def _follow(table: RunTable, store: SqliteStore, folder: Path) -> float:
    """Milliseconds until a table knows of a point more in each of 100 runs."""
    for run in store.runs()[:100]:
        with SummaryWriter(folder / "logs" / run.name, filename_suffix=".more") as writer:
            writer.add_scalar("val/loss", 0.5, 1)
    for update in LogdirTail(folder / "logs", states=store.states()).poll():
        store.append(update)
    start = time.process_time()
    with table.reading(NOW):
        return 1000 * (time.process_time() - start)


def _measure_over_http(folder: Path, runs: str) -> Iterator[Row]:
    """What the whole server does for a request, once the table was made in the background."""
    app = create_app(Settings(logdir=folder / "logs", index=str(folder / "indexes")))
    with TestClient(app, base_url="http://localhost") as client:
        client.get("/data/runs", params={"since": 0})
        assert app.state.facts.is_ahead.wait(_PATIENCE_SECS)
        first, *others = [_post_query(client, query) for query in itertools.chain(QUERIES, QUERIES * REPEATS)]
    yield Row(f"the first query after a start over {runs}, over HTTP", "ms", first, "limit", 50.0, 1.0)
    median = sorted(others)[len(others) // 2]
    yield Row(f"queries over {runs}, over HTTP, median", "ms", median, "limit", 50.0, 1.0)


def _post_query(client: TestClient, query: str) -> float:
    """Milliseconds of asking and answering, with 100 names."""
    start = time.process_time()
    answer = client.post("/data/runs/query", json={"query": query, "limit": 100})
    assert "num_found" in answer.json()
    return 1000 * (time.process_time() - start)


def _measure_others(table: RunTable, runs: str) -> Iterator[Row]:
    with table.reading(NOW):
        for what, ask in (
            ("completing a name", lambda: complete("param_1", 7, table)),
            ("which hyperparameters differ", lambda: compare_runs(table, table.order)),
            ("choosing the colour ramp", lambda: choose_ramp(table, table.order)),
        ):
            yield Row(f"{what}, {runs}", "ms", _take_least(ask), "limit", 200.0, 1.0)


def _ask(table: RunTable, query: str, repeats: int = REPEATS) -> float:
    """Parsing and finding, in ms."""
    times = []
    for number in range(repeats):
        start = time.process_time()
        with table.reading(NOW + number):
            assert len(find_runs(query, table))
        times.append(1000 * (time.process_time() - start))
    return min(times)


def _take_least(ask: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        ask()
        times.append(1000 * (time.process_time() - start))
    return min(times)


def _write_runs(logdir: Path) -> None:
    with ThreadPoolExecutor(16) as pool:  # each waits for its disk
        list(pool.map(partial(_write_run, logdir), range(NUM_RUNS)))


def _write_run(logdir: Path, number: int) -> None:
    chance = random.Random(number)
    optimizer = chance.choice(["adam", "sgd", "lion"])
    config = {"lr": 10 ** chance.uniform(-5, -1), "seed": chance.randrange(5), "optimizer": {"name": optimizer}}
    config |= {
        f"param_{index}": chance.choice([chance.random(), chance.randrange(100), chance.choice("abc") * 5, True])
        for index in range(NUM_HPARAMS)
    }
    folder = logdir / f"{optimizer}_{number // 100:03}" / f"run_{number}"
    with SummaryWriter(folder, config=config, tags=["baseline"] if number % 3 == 0 else None) as writer:
        values = {f"train/metric_{index}": chance.random() for index in range(NUM_TAGS - 1)}
        writer.add_scalars_at(0, values | {"val/loss": chance.random()}, walltime=NOW - chance.uniform(0, 4e5))


def _open_again(folder: Path) -> SqliteStore:
    """The store of a second start: all is in the index, and nothing in memory."""
    store = SqliteStore(folder / "index.sqlite", "logs")
    for update in LogdirTail(folder / "logs").poll():
        store.append(update)
    while store.write(all_of_it=True):
        pass
    store.close()
    return SqliteStore(folder / "index.sqlite", "logs")
