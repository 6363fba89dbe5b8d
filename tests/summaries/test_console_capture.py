"""What a program prints is kept, and still appears."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator

import pytest

from summaries.console_capture import ConsoleCapture, collapse
from summaries.kinds import ConsoleText


@contextlib.contextmanager
def terminal() -> Iterator[io.StringIO]:
    """A terminal in the place of both streams; pytest replaces those of fixtures."""
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
        yield stream


@contextlib.contextmanager
def captured_terminal() -> Iterator[tuple[ConsoleCapture, io.StringIO]]:
    with terminal() as stream:
        capture = ConsoleCapture()
        capture.start()
        yield capture, stream
        capture.stop()


def test_output_is_kept_by_stream_and_in_order():
    with captured_terminal() as (capture, stream):
        sys.stdout.write("one\n")
        sys.stderr.write("two\n")
        sys.stdout.writelines(["three\n", "four\n"])

    assert capture.take() == [
        ConsoleText("stdout", "one\n"),
        ConsoleText("stderr", "two\n"),
        ConsoleText("stdout", "three\nfour\n"),
    ]
    assert stream.getvalue() == "one\ntwo\nthree\nfour\n"
    assert capture.take() == []


def test_line_that_has_not_ended_waits_in_its_last_state():
    with captured_terminal() as (capture, _):
        sys.stdout.write("done\n10 %\r20 %")
        first = capture.take(is_last=False)
        sys.stdout.write("\r30 %")
        second = capture.take(is_last=False)

    assert (first, second) == ([ConsoleText("stdout", "done\n")], [])
    assert capture.take() == [ConsoleText("stdout", "30 %")]


@pytest.mark.parametrize(
    ("text", "left"),
    [("a\nb", "a\nb"), ("1\r2\r3\nx", "3\nx"), ("a\r\nb\r\n", "a\nb\n"), ("1\r2\r", "2"), ("", "")],
)
def test_collapse_leaves_what_a_terminal_leaves(text: str, left: str):
    assert collapse(text) == left


def test_output_beyond_the_limit_is_counted():
    with captured_terminal() as (capture, _):
        for _ in range(3):
            sys.stdout.write("x" * (1 << 20))

    first, last = capture.take()

    assert len(first.text) == 1 << 20
    assert last == ConsoleText("stderr", "[2097152 characters more were printed, and not kept]\n")


def test_stop_gives_the_streams_back_and_keeps_no_more():
    capture = ConsoleCapture()
    with terminal() as stream:
        capture.start()
        copy = sys.stdout
        capture.stop()
        is_back = sys.stdout is stream
        copy.write("later\n")

    assert is_back
    assert capture.take() == []
    assert stream.getvalue() == "later\n"


def test_stop_leaves_a_stream_that_was_replaced_since():
    capture, other = ConsoleCapture(), io.StringIO()
    with terminal():
        capture.start()
        with contextlib.redirect_stdout(other):
            capture.stop()
            is_other = sys.stdout is other

    assert is_other


def test_copy_has_what_the_stream_has():
    with captured_terminal():
        value, is_terminal = sys.stdout.getvalue(), sys.stdout.isatty()

    assert (value, is_terminal) == ("", False)


def test_captures_that_end_in_any_order_leave_the_terminal_as_it_was():
    with terminal() as stream:
        first, second = ConsoleCapture(), ConsoleCapture()
        first.start()
        second.start()
        first.stop()
        sys.stdout.write("of the second\n")
        second.stop()
        left = sys.stdout

    assert left is stream
    assert (first.take(), second.take()) == ([], [ConsoleText("stdout", "of the second\n")])


def test_stream_that_is_missing_stays_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdout", None)
    capture = ConsoleCapture()

    capture.start()
    is_left_alone = sys.stdout is None  # `print` then does nothing
    sys.stderr.write("an error\n")
    capture.stop()

    assert is_left_alone
    assert sys.stdout is None
    assert [text.text for text in capture.take()] == ["an error\n"]
