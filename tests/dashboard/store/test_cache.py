from __future__ import annotations

from dashboard.store.cache import ByteCache


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    lately = ByteCache(max_bytes=30)
    for key in "abc":
        lately.put(key, None, key.upper(), 10)
    lately.find("a")

    lately.put("d", None, "D", 10)

    assert [lately.find(key) for key in "abcd"] == ["A", None, "C", "D"]
    assert lately.num_bytes == 30


def test_new_value_of_a_key_takes_the_place_of_the_old_one() -> None:
    lately = ByteCache(max_bytes=30)
    lately.put("a", 1, "old", 20)
    lately.put("a", 2, "new", 10)

    assert (lately.find("a", 1), lately.find("a", 2)) == (None, "new")
    assert lately.num_bytes == 10


def test_value_above_the_budget_is_not_kept_and_sends_nothing_away() -> None:
    lately = ByteCache(max_bytes=30)
    lately.put("a", None, "A", 30)
    lately.put("b", None, "B", 31)

    assert (lately.find("a"), lately.find("b")) == ("A", None)
