"""What is said of measured times: ratios, marks, tables, and the file they are kept in."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("pyperf")

from benchmarks import page, results, suite
from benchmarks.results import Entry
from benchmarks.rounds import Timing, duration, ratio

MLP = "MLP 2-16-16-1, batch 1"


def entry(title: str = MLP, group: str = "mlp", **seconds: list[float]) -> Entry:
    return Entry(group, title, {name: Timing(x) for name, x in seconds.items()})


def test_a_ratio_is_formed_round_by_round() -> None:
    found = ratio(Timing([1.0, 10.0, 2.0, 1.0]), Timing([3.0, 30.0, 8.0, 2.0]))
    assert found == (3.0, 3.0, 3.0)  # the round in which everything was slow changes nothing
    assert ratio(Timing([1.0, 1.0]), Timing([4.0])) == (4.0, 4.0, 4.0)
    assert ratio(Timing([1.0]), Timing([4.0])).inverse() == (0.25, 0.25, 0.25)


def test_durations_have_three_digits_and_a_unit() -> None:
    assert [duration(x) for x in (2.0, 0.0123, 45.6e-6, 7e-9)] == [
        "2 s", "12.3 ms", "45.6 µs", "7 ns",
    ]  # fmt: skip


def test_a_mark_says_by_how_much_it_is_reached_or_missed() -> None:
    measured = entry(
        eager=[1.0], compiled=[0.5], floor=[0.25], torch=[4.0], mygrad=[2.0], jax=[9.0]
    )
    _, rows = page.marks([measured])
    assert [(row[2], row[3].split()[0], row[4]) for row in rows] == [
        ("≥ 3 times faster", "4", "yes, by 33%"),
        ("≥ 5 times faster", "8", "yes, by 60%"),
        ("≤ 1.5 times its time", "2", "no, 25% short"),
        ("faster", "2", "yes, by 100%"),
    ]
    assert rows[-1][1].endswith("the nearest of mygrad, jax: mygrad")


def test_a_mark_without_both_runners_is_not_judged() -> None:
    assert page.marks([entry(eager=[1.0], torch=[])])[1] == []


def test_the_time_per_node_of_long_chains_is_compared() -> None:
    chains = [
        entry(f"chain of {n:,} nodes", "chain", eager=[seconds])
        for n, seconds in ((100, 1.0), (1000, 1e-3), (10_000, 2e-2))  # short ones do not count
    ]
    (row,) = page.marks(chains)[1]
    assert row[2:] == ["≤ 1.5", "2", "no, 25% short"]


def test_every_workload_names_a_mark_of_runners_that_it_has() -> None:
    for workload in suite.WORKLOADS:
        for mark in workload.marks:
            assert mark.runner in workload.runners
            assert mark.is_ahead or mark.reference in workload.runners


def test_a_peer_that_is_not_installed_is_said() -> None:
    missing = Entry("mlp", MLP, {"eager": Timing([1.0]), "jax": Timing([], 1, "No module")})
    assert "Not measured: jax without jit: No module." in page.tables([missing])


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    file = tmp_path / "benchmarks.json"
    given = [
        Entry("mlp", MLP, {"eager": Timing([1.0, 2.0], 7, "", "0.1"), "jax": Timing([], 1, "No")}),
        Entry("mlp", MLP, {"eager": Timing([3.0])}, threads=2),
        Entry("memory", "a node", {"value": Timing([112.0])}, unit="node"),
    ]
    results.save(given, file)
    found = results.load(file)
    assert [x._replace(machine={}) for x in found] == given
    newer = entry(eager=[9.0])
    assert results.merged(found, [newer]) == [newer, *found[1:]]


def test_a_page_keeps_what_stands_around_the_tables(tmp_path: Path) -> None:
    file = tmp_path / "benchmarks.md"
    file.write_text(f"before\n{page.BEGIN}\nold\n{page.END}\nafter\n")
    page.write([entry(eager=[1.0], torch=[4.0])], file)
    text = file.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "old" not in text
    assert "| torch | 4 s · 4 (4 – 4) |" in text
    file.write_text("no markers")
    with pytest.raises(ValueError, match="no place for the tables"):
        page.write([], file)
