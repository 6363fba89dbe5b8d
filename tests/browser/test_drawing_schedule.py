"""When cards draw: after the frame that answers the hand, what is in view first, and no long task."""

from __future__ import annotations

from collections.abc import Callable

import pytest

pytestmark = pytest.mark.browser
Run = Callable[[str, str], object]

PLACE = """

  const drawn = [];
  const place = (top) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const box = { x: 0, y: top, width: 1, height: 1 };
    for (const [name, value] of Object.entries(box)) element.setAttribute(name, value);
    document.documentElement.append(element);
    return element;
  };
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const done = async (count) => { while (drawn.length < count) await frame(); };
"""


def test_drawing_waits_for_the_next_frame_and_what_is_in_view_is_first(run_module: Run) -> None:
    body = f"""{PLACE}
      const frames = [];
      requestAnimationFrame(() => frames.push(drawn.length));
      for (const [name, top] of [["far", 9000], ["below", 2000], ["seen", 0]]) {{
        module.drawLater(place(top), () => void drawn.push(name));
      }}
      const atOnce = drawn.length;
      await done(3);
      return {{ atOnce, atFrame: frames[0], drawn }};
    """

    assert run_module("grid/schedule.js", body) == {"atOnce": 0, "atFrame": 0, "drawn": ["seen", "below", "far"]}


def test_only_the_last_drawing_of_a_card_is_made_and_none_of_one_that_is_gone(run_module: Run) -> None:
    body = f"""{PLACE}
      const [stays, goes] = [place(0), place(0)];
      for (const name of ["first", "second"]) module.drawLater(stays, () => void drawn.push(name));
      module.drawLater(goes, () => void drawn.push("gone"));
      module.forgetDrawing(goes);
      await done(1);
      await frame();
      await frame();
      return drawn;
    """

    assert run_module("grid/schedule.js", body) == ["second"]


def test_slow_drawings_leave_room_for_frames(run_module: Run) -> None:
    body = f"""{PLACE}
      const work = () => {{ const end = performance.now() + 30; while (performance.now() < end); }};
      let frames = 0;
      const count = () => {{ frames += 1; if (drawn.length < 5) requestAnimationFrame(count); }};
      for (let i = 0; i < 5; i += 1) module.drawLater(place(i), () => {{ work(); drawn.push(i); }});
      requestAnimationFrame(count);
      await done(5);
      return frames;
    """

    assert run_module("grid/schedule.js", body) >= 5  # type: ignore[operator]


def test_quick_drawings_share_a_task_also_what_they_leave_to_microtasks(run_module: Run) -> None:
    body = f"""{PLACE}
      const turns = new MessageChannel();
      turns.port1.onmessage = () => drawn.push("next task");
      for (let i = 0; i < 5; i += 1) {{
        module.drawLater(place(i), () => {{
          if (i === 0) turns.port2.postMessage(null);
          queueMicrotask(() => drawn.push(i));
        }});
      }}
      await done(6);
      return drawn;
    """

    assert run_module("grid/schedule.js", body) == [0, 1, 2, 3, 4, "next task"]


def test_texts_beside_drawings_are_written_together_before_the_next_frame(run_module: Run) -> None:
    body = f"""{PLACE}
      for (const name of ["a", "b"]) {{
        module.drawLater(place(0), () => {{
          drawn.push(name);
          return () => drawn.push(`texts of ${{name}}`);
        }});
      }}
      await done(4);
      return drawn;
    """

    assert run_module("grid/schedule.js", body) == ["a", "b", "texts of a", "texts of b"]


def test_nothing_waits_once_what_was_to_be_drawn_is_gone(run_module: Run) -> None:
    body = f"""{PLACE}
      const goes = place(0);
      module.drawLater(goes, () => void drawn.push("gone"));
      await new Promise(requestAnimationFrame);
      module.forgetDrawing(goes);
      await frame();
      module.drawLater(place(0), () => void drawn.push("next"));
      await done(1);
      return drawn;
    """

    assert run_module("grid/schedule.js", body) == ["next"]
