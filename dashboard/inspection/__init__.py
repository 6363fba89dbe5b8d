"""`board inspect`: what event files hold, what is wrong with them, and what the index of a logdir takes."""

from dashboard.inspection.command import NAME as NAME
from dashboard.inspection.command import main as main
from dashboard.inspection.command import make_parser as make_parser
from dashboard.inspection.report import Report as Report
from dashboard.inspection.report import inspect as inspect
