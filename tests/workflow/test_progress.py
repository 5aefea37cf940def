from annotator.workflow.progress import minutes_left, pace


def test_pace_leaves_pauses_out() -> None:
    assert pace([40.0, 30.0, 20.0, 10.0]) == 360
    assert pace([10_040.0, 10_030.0, 10_020.0, 20.0, 10.0, 0.0]) == 360
    assert pace([20.0, 10.0]) is None and pace([]) is None
    assert minutes_left(60, 120.0) == 30 and minutes_left(60, None) is None


def test_a_clock_set_back_makes_no_negative_pace() -> None:
    assert pace([30.0, 20.0, 10.0, 5_000.0, 4_990.0]) == 360
