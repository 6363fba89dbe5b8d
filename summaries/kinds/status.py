"""Status: whether a run goes on, and how it ended.

One encoding: a JSON object, with plugin `status`. The same record again is a heartbeat: its wall time says that the
program was alive then. The record with the latest wall time holds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from summaries.kinds.json_values import check_choice, make_record_kind

STATUS_TAG = "__run__/status"
STATES = ("running", "finished", "failed", "interrupted")

_MISSED_HEARTBEATS = 3


@dataclass(frozen=True)
class Status:
    """What a writer says of its run.

    Attributes:
        state: `running`, `finished`, `failed` or `interrupted`.
        start_time: When the writer began, in seconds since the Unix epoch.
        host: Where the program runs.
        pid: Its number there.
        heartbeat_secs: How often it says that it is alive; None for never.
        reason: Why it ended, in one line.
        traceback: Where it failed.
    """

    state: str
    start_time: float
    host: str
    pid: int
    heartbeat_secs: float | None = None
    reason: str = ""
    traceback: str = ""

    def __post_init__(self) -> None:
        check_choice("state", self.state, STATES)

    def state_at(self, now: float, last_wall_time: float) -> str:
        """The state at a later time: `stalled` if the run should have been heard of, else what was said.

        Args:
            now: Seconds since the Unix epoch.
            last_wall_time: When the run was heard of last, whether by a heartbeat or by any other value.
        """
        return "stalled" if now > self.stalls_at(last_wall_time) else self.state

    def stalls_at(self, last_wall_time: float) -> float:
        """When the run counts as stalled unless it is heard of, in seconds since the Unix epoch; infinite for never.

        Args:
            last_wall_time: When the run was heard of last.
        """
        if self.state != "running" or self.heartbeat_secs is None:
            return math.inf
        return last_wall_time + _MISSED_HEARTBEATS * self.heartbeat_secs


STATUS = make_record_kind("status", Status)
