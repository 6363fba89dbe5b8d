"""Status: whether a run goes on, and how it ended.

One encoding: a JSON object, with plugin `status`. The same record again is a heartbeat: its wall time says that the
program was alive then. The record with the latest wall time holds.
"""

from __future__ import annotations

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
        if self.state != "running" or self.heartbeat_secs is None:
            return self.state
        return "stalled" if now - last_wall_time > _MISSED_HEARTBEATS * self.heartbeat_secs else self.state


STATUS = make_record_kind("status", Status)
