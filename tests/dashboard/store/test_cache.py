from __future__ import annotations

from dataclasses import dataclass

from dashboard.store.cache import ENTRY_BYTES, ByteCache

COST = ENTRY_BYTES + 1  # of a key of one letter


@dataclass(frozen=True)
class Question:
    runs: tuple[str, ...]
    since: int


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    lately = ByteCache(max_bytes=3 * (COST + 10))
    for key in "abc":
        lately.put(key, None, key.upper(), 10)
    lately.find("a")

    lately.put("d", None, "D", 10)

    assert [lately.find(key) for key in "abcd"] == ["A", None, "C", "D"]
    assert lately.num_bytes == 3 * (COST + 10)


def test_new_value_of_a_key_takes_the_place_of_the_old_one() -> None:
    lately = ByteCache(max_bytes=1_000)
    lately.put("a", 1, "old", 20)
    lately.put("a", 2, "new", 10)

    assert (lately.find("a", 1), lately.find("a", 2)) == (None, "new")
    assert lately.num_bytes == COST + 10


def test_value_above_the_budget_is_not_kept_and_sends_nothing_away() -> None:
    lately = ByteCache(max_bytes=COST + 30)
    lately.put("a", None, "A", 30)
    lately.put("b", None, "B", 31)

    assert (lately.find("a"), lately.find("b")) == ("A", None)


def test_long_questions_with_short_answers_stay_within_the_budget() -> None:
    lately = ByteCache(max_bytes=1 << 20)
    runs = tuple(f"{number:04d}" * 25 for number in range(100))

    for since in range(1_000):
        lately.put(Question(runs, since), None, b"", 0)

    assert len(lately._entries) <= (1 << 20) // 10_000
    assert lately.find(Question(runs, 999)) == b""
