"""Writes and reads TensorBoard's event files.

Synopsis:
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> with SummaryWriter(folder) as writer:
    ...     writer.add_scalar("loss", 0.5, global_step=0)
    >>> load(folder).runs["."].scalars["loss"].values
    array([0.5])
"""

from summaries.buckets import HISTOGRAM_LIMITS as HISTOGRAM_LIMITS
from summaries.columns import Batch as Batch
from summaries.columns import FileHealth as FileHealth
from summaries.columns import FileState as FileState
from summaries.columns import Problem as Problem
from summaries.columns import Tag as Tag
from summaries.facts import Facts as Facts
from summaries.facts import Mark as Mark
from summaries.facts import make_facts as make_facts
from summaries.facts import read_annotations as read_annotations
from summaries.facts import read_console as read_console
from summaries.facts import read_facts as read_facts
from summaries.kinds import Annotation as Annotation
from summaries.kinds import Audio as Audio
from summaries.kinds import ConfusionMatrix as ConfusionMatrix
from summaries.kinds import ConsoleText as ConsoleText
from summaries.kinds import Environment as Environment
from summaries.kinds import Histogram as Histogram
from summaries.kinds import Images as Images
from summaries.kinds import MeshPart as MeshPart
from summaries.kinds import MetricDeclaration as MetricDeclaration
from summaries.kinds import PrCurve as PrCurve
from summaries.kinds import RunInfo as RunInfo
from summaries.kinds import Status as Status
from summaries.kinds import Table as Table
from summaries.load import load as load
from summaries.logdir_tail import LogdirTail as LogdirTail
from summaries.logdir_tail import RunUpdate as RunUpdate
from summaries.logdirs import AnyPath as AnyPath
from summaries.logdirs import Logdir as Logdir
from summaries.logdirs import parse_logdirs as parse_logdirs
from summaries.logdirs import show_path as show_path
from summaries.members import find_compiled as find_compiled
from summaries.reader import EventFileReader as EventFileReader
from summaries.reader import read_blob as read_blob
from summaries.run import Blobs as Blobs
from summaries.run import RunLog as RunLog
from summaries.series import Series as Series
from summaries.tail import Point as Point
from summaries.tail import tail as tail
from summaries.walk import FolderProblem as FolderProblem
from summaries.watching import iter_changes as iter_changes
from summaries.writer import SummaryWriter as SummaryWriter
