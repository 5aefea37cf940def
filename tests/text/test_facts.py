from annotator.text import facts


def test_durations() -> None:
    values = (None, 0, 180_000_000, 4_200_000_000, 59_990_000_000, 125_000_000_000, 11_220_000_000_000)
    assert [facts.duration(value) for value in values] == ["", "0ms", "0.2s", "4.2s", "1m00s", "2m05s", "3h07m"]


def test_counts() -> None:
    assert facts.tokens(1204, 88) == "1,204 + 88 tokens"
    assert [facts.tokens(3, None), facts.tokens(None, 4), facts.tokens(None, None)] == ["3 tokens in", "4 tokens out", ""]
    assert [facts.money(value) for value in (None, 0.0, 1.2, 0.0042, 0.0000159)] == ["", "$0.00", "$1.20", "$0.0042", "$1.6e-05"]
    assert [facts.size(value) for value in (812, 12_345, 3_400_000)] == ["812 B", "12 kB", "3.4 MB"]
    assert facts.counted(1, "step") == "1 step" and facts.counted(1400, "step") == "1,400 steps"


def test_times_out_of_range_are_empty() -> None:
    assert facts.local_time(None) == "" and facts.local_time(1 << 80) == "" and len(facts.local_time(1_790_000_000_000_000_000)) == 19
