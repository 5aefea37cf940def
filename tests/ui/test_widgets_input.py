"""Input that is no typing, told apart by pure guards."""

import pytest

from annotator.ui.widgets.input_guard import ANSWER, EscapeGuard, PasteGuard, RepeatGuard

Keys = list[tuple[str, float]]


def passed(keys: Keys) -> list[str]:
    """The keys that act."""
    guard = EscapeGuard()
    return [key for key, at in keys if not guard.swallow(key, at)]


@pytest.mark.parametrize(
    ("keys", "acting"),
    [
        ([("escape", 0.0), ("[", 0.3), ("A", 0.31)], ["escape"]),
        ([("escape", 0.0), ("[", 0.3), ("A", 0.31), ("1", 0.32)], ["escape", "1"]),
        ([("escape", 0.0), ("O", 0.1), ("H", 0.5), ("H", 0.6)], ["escape", "H"]),
        ([("escape", 0.0), ("[", 0.1), ("5", 0.2), ("~", 0.3), ("2", 0.4)], ["escape", "2"]),
        ([("escape", 0.0), ("[", 0.1), ("1", 0.2), (";", 0.3), ("5", 0.4), ("C", 0.5), ("u", 0.6)], ["escape", "u"]),
        ([("escape", 0.0), ("[", 0.1), ("?", 0.2), ("1", 0.2), ("c", 0.2), ("?", 0.3)], ["escape", "?"]),
        ([("alt+[", 0.0), ("D", 0.2), ("2", 0.3)], ["2"]),
        ([("escape", 0.0), ("[", 0.6), ("1", 0.7)], ["escape", "[", "1"]),
        ([("escape", 0.0), ("[", 0.1), ("1", 0.7)], ["escape", "1"]),
        ([("escape", 0.0), ("1", 0.1), ("[", 0.2), ("2", 0.3)], ["escape", "1", "[", "2"]),
        ([("[", 0.0), ("1", 0.1), ("escape", 0.2), ("escape", 0.3)], ["[", "1", "escape", "escape"]),
        ([("escape", 0.0), ("[", 0.1), ("escape", 0.2), ("[", 0.3), ("B", 0.4)], ["escape", "escape"]),
    ],
)
def test_split_escape_sequences_never_act(keys: Keys, acting: list[str]) -> None:
    assert passed(keys) == acting


def test_a_bracket_alone_was_typed_and_what_may_be_a_sequence_still_does_not_act() -> None:
    guard = EscapeGuard()
    for at, following, swallowed in ((0.0, "j", False), (2.0, "u", False), (4.0, "5", True), (6.0, "D", True), (8.0, "[", False)):
        assert not guard.swallow("escape", at)
        assert guard.swallow("[", at + 0.3) and guard.holds
        guard.let_go()
        assert guard.swallow(following, at + 0.6) is swallowed and not guard.holds
    assert not guard.swallow("escape", 10.0) and guard.swallow("O", 10.2) and not guard.holds


def test_a_held_key_judges_one_item() -> None:
    guard = RepeatGuard()
    assert guard.allow("1", 0.0)
    guard.advanced("1", 0.0)
    assert not any(guard.allow("1", 0.03 * repeat) for repeat in range(1, 100))


@pytest.mark.parametrize("gap", [0.025, 0.033, 0.04, 0.09, 0.092])
@pytest.mark.parametrize("delay", [0.25, 0.375, 0.5, 0.66])
def test_a_held_key_judges_the_documents_that_were_read_before_it_repeated(delay: float, gap: float) -> None:
    guard, judged = RepeatGuard(), 0
    for at in (0.0, *(delay + gap * repeat for repeat in range(50))):
        if guard.allow("1", at):
            judged += 1
            guard.advanced("1", at, in_a_row=True)
    assert judged == 2, "the first, and the second after the time in which the keyboard waits"


@pytest.mark.parametrize("gap", [0.065, 0.083, 0.095, 0.12, 0.3])
def test_taps_judge_one_document_each_and_nothing_after_the_last(gap: float) -> None:
    guard = RepeatGuard()
    for number in range(5):
        assert guard.allow("1", number * gap)
        guard.advanced("1", number * gap, in_a_row=number < 4)
    assert guard.allow("1", 5 * gap) is (gap >= 0.1)


def test_the_same_key_pressed_again_judges() -> None:
    guard = RepeatGuard()
    at = 0.0
    for _ in range(100):
        assert guard.allow("1", at)
        guard.advanced("1", at)
        at += 0.11


def test_another_key_is_never_refused_and_a_pause_ends_the_chain() -> None:
    guard = RepeatGuard()
    guard.advanced("1", 0.0)
    assert guard.allow("2", 0.01)
    assert not guard.allow("1", 0.05)
    assert guard.allow("1", 0.16)
    assert guard.allow("1", 0.18)


LONG = "a line of a pasted text that is long\r2\r"


@pytest.mark.parametrize(
    ("data", "keys", "pasted"),
    [
        ("1", "1", ""),
        ("\x1b[A" * 20, "\x1b[A" * 20, ""),
        ("1" * 40, "1" * 40, ""),
        ("short\r1\r", "short\r1\r", ""),
        ("é" * 15 + "\r1", "é" * 15 + "\r1", ""),
        ("é" * 16 + "\r1", "", "é" * 16 + "\n1"),
        (LONG, "", LONG.replace("\r", "\n")),
        ("\x1b[?2026;2$y" + LONG, "\x1b[?2026;2$y", LONG.replace("\r", "\n")),
        ("\x1b[200~" + LONG + "\x1b[201~", "\x1b[200~" + LONG + "\x1b[201~", ""),
        ("\x1b[<64;10;10M" * 5 + "\r", "\x1b[<64;10;10M" * 5 + "\r", ""),
    ],
)
def test_many_bytes_with_a_newline_are_a_paste(data: str, keys: str, pasted: str) -> None:
    assert PasteGuard().split(data, 0.0) == (keys, pasted)


def test_what_follows_a_pasted_read_at_once_belongs_to_it() -> None:
    guard = PasteGuard()
    assert guard.split(LONG, 0.0)[1]
    assert guard.split("12", 0.01) == ("", "12")
    assert guard.split("\x1b[A", 0.02) == ("\x1b[A", "")
    assert guard.split("1", 0.2) == ("1", "")


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_bracketed_paste_in_several_reads_is_left_to_the_parser(cut: int) -> None:
    whole = "\x1b[200~" + LONG + LONG + "\x1b[201~"
    guard = PasteGuard()
    read = [guard.split(data, 0.0) for data in (whole[:cut], whole[cut:50], whole[50:-cut], whole[-cut:])]
    assert "".join(keys for keys, _ in read) == whole and not any(pasted for _, pasted in read)
    assert guard.split(LONG, 1.0) == ("", LONG.replace("\r", "\n"))


@pytest.mark.parametrize("cut", range(1, 20))
def test_an_escape_in_a_bracketed_paste_is_no_key(cut: int) -> None:
    """Textual's parser hands the rest of a sequence that it does not know on as keys, also from within a paste."""
    whole = "\x1b[200~a\x1b[31m1\x1b[200~2\x1b\x1b[201~3\x1b[A"
    guard = PasteGuard()
    data = "".join(guard.split(part, 0.0)[0] for part in (whole[:cut], whole[cut:]))
    assert data == "\x1b[200~a[31m1[200~2\x1b[201~3\x1b[A"


def test_an_answer_of_the_terminal_is_no_part_of_a_paste_and_ends_none() -> None:
    guard = PasteGuard()
    assert guard.split("a long pasted line, longer than any typing\n", 0.0)[1]
    assert guard.split(f"and{ANSWER} the rest", 0.01) == (ANSWER, "and the rest")
    assert guard.split(f"1{ANSWER}", 9.0) == (f"1{ANSWER}", ""), "in the order in which they came"
    guard = PasteGuard()
    assert guard.split(f"1\x1b[200~one{ANSWER}", 0.0) == ("1\x1b[200~one", "")
    assert guard.split(f"{ANSWER}two\x1b[201~", 0.0) == (f"two\x1b[201~{ANSWER}{ANSWER}", "")
