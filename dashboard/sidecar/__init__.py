"""What people add to runs: names, notes, tags, colours, pins, views. Kept beside the logs, never in event files.

All of it lies in the sidecar, the folder `.board` of the logdir, so that whoever opens the logdir sees the same:
names, notes, tags, colours, baseline, views and annotations, and which runs are pinned, hidden or archived. The last
three were once meant to stay in the browser; they are here since a run that one hides or puts away is hidden for the
reason that it failed or is of no use, which is as true for the next browser and the next person. How a page looks —
theme, density, widths — is the browser's. `docs/sidecar.md` describes the files.

Synopsis:
    >>> import pathlib, tempfile
    >>> from summaries import parse_logdirs
    >>> sidecar = Sidecar(parse_logdirs(pathlib.Path(tempfile.mkdtemp())))
    >>> notes, tag = Change(("runs", "a", "notes"), "diverged"), Change(("runs", "a", "tags", "bad"), True)
    >>> applied = sidecar.apply([notes, tag])
    >>> sidecar.state().runs["a"].notes
    'diverged'
    >>> undone = sidecar.undo(applied.ids[:1])
    >>> sidecar.state().runs
    {'a': RunNotes(name='', notes='', tags=('bad',), color=None, is_pinned=False, is_hidden=False, is_archived=False)}
"""

from __future__ import annotations

from dashboard.sidecar.sidecar import Applied as Applied
from dashboard.sidecar.sidecar import Change as Change
from dashboard.sidecar.sidecar import ReadOnlyError as ReadOnlyError
from dashboard.sidecar.sidecar import Sidecar as Sidecar
from dashboard.sidecar.state import Note as Note
from dashboard.sidecar.state import RunNotes as RunNotes
from dashboard.sidecar.state import SidecarState as SidecarState
