"""Which function runs which command of the review screen."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from annotator.domain.annotation import ItemState

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen

ANSWERS = frozenset(
    {f"answer_{n}" for n in range(1, 11)} | {"withdraw", "agree", "flip", "judge_wrong", "more_labels", "score_commit"}
)
"""Commands that judge what is in focus: refused while that is out of view."""
JUDGES = ANSWERS | frozenset(
    {
        "repeat",
        "skip",
        "skip_because",
        "defer",
        "defer_because",
        "flag",
        "flag_because",
        "dataset",
        "dataset_out",
    }
)
"""Commands that judge the item on the screen: refused before it is painted."""
REPEATS_REFUSED = JUDGES | {"score_type", "finish", "undo", "redo"}
"""Commands that a key held down does not run again once it brought another item."""


def commands(screen: "ReviewScreen") -> dict[str, Callable[[], object]]:
    """Command id to what it does. `score_type` is run with its key by the screen itself."""
    judging, moving, windows, trace = screen.judging, screen.moving, screen.windows, screen.trace
    browsing, jumping, folding = screen.browsing, screen.jumping, screen.folding
    noting, selecting = screen.noting, screen.selecting
    copying, paging, outside, revealing = screen.copying, screen.paging, screen.outside, screen.revealing
    table: dict[str, Callable[[], object]] = {
        "quit": screen.quit,
        "redraw": screen.redraw,
        "help": windows.help,
        "palette": windows.palette,
        "finish": moving.finish,
        "next_item": partial(moving.step_item, 1),
        "previous_item": partial(moving.step_item, -1),
        "jump": windows.jump,
        "instructions": windows.instructions,
        "edit_rubric": screen.forming.open,
        "filter": screen.filtering.ask,
        "next_criterion": partial(moving.step_criterion, 1),
        "previous_criterion": partial(moving.step_criterion, -1),
        "undo": judging.undo,
        "redo": judging.redo,
        "note": noting.note,
        "edit_note": noting.edit_note,
        "delete_note": noting.delete_note,
        "explain": noting.explain,
        "explain_which": noting.explain_which,
        "expect": screen.expecting.expect,
        "expect_here": screen.expecting.expect_here,
        "first_failure": screen.expecting.first_failure,
        "select": selecting.begin,
        "select_up": partial(selecting.step, -1),
        "select_down": partial(selecting.step, 1),
        "select_left": partial(selecting.side, -1),
        "select_right": partial(selecting.side, 1),
        "extend_up": partial(selecting.step, -1, True),
        "extend_down": partial(selecting.step, 1, True),
        "extend_left": partial(selecting.side, -1, True),
        "extend_right": partial(selecting.side, 1, True),
        "select_word_left": partial(selecting.word, -1),
        "select_word_right": partial(selecting.word, 1),
        "select_row_start": partial(selecting.edge, False),
        "select_row_end": partial(selecting.edge, True),
        "select_page_up": partial(selecting.page_by, -1),
        "select_page_down": partial(selecting.page_by, 1),
        "select_part_up": partial(selecting.part, -1),
        "select_part_down": partial(selecting.part, 1),
        "select_pin": selecting.pin_here,
        "select_kind": selecting.switch,
        "select_take": screen.quoting.take,
        "select_drop": screen.quoting.drop,
        "select_leave": selecting.leave,
        "dataset": screen.collecting.add,
        "dataset_out": screen.collecting.take_out,
        "write": judging.write,
        "repeat": judging.repeat,
        "auto_advance": windows.auto_advance,
        "scroll_up": partial(trace.scroll_by, -1),
        "scroll_down": partial(trace.scroll_by, 1),
        "page_up": partial(trace.page, -1),
        "page_down": partial(trace.page, 1),
        "scroll_top": trace.to_top,
        "scroll_end": trace.to_end,
        "previous_span": partial(browsing.step_span, -1),
        "next_span": partial(browsing.step_span, 1),
        "search": browsing.search,
        "next_match": partial(browsing.step_match, 1),
        "previous_match": partial(browsing.step_match, -1),
        "clear": jumping.clear,
        "previous_part": partial(jumping.step, -1),
        "next_part": partial(jumping.step, 1),
        "previous_message": partial(jumping.jump, "message", -1),
        "next_message": partial(jumping.jump, "message", 1),
        "previous_call": partial(jumping.jump, "tool call", -1),
        "next_call": partial(jumping.jump, "tool call", 1),
        "previous_document": partial(jumping.jump, "document", -1),
        "next_document": partial(jumping.jump, "document", 1),
        "previous_error": partial(jumping.jump, "error", -1),
        "next_error": partial(jumping.jump, "error", 1),
        "focus": screen.focusing.widen,
        "annotations": screen.editing.table,
        "withdraw": screen.editing.withdraw,
        "agree": screen.everyone.agree,
        "flip": screen.everyone.flip,
        "judge_wrong": screen.everyone.judge_wrong,
        "fold": folding.fold,
        "fold_role": folding.fold_role,
        "fold_all": folding.fold_all,
        "wrap": browsing.wrap,
        "scroll_left": partial(browsing.sideways, -1),
        "scroll_right": partial(browsing.sideways, 1),
        "raw": browsing.raw,
        "reveal": revealing.reveal,
        "tree": browsing.tree,
        "tree_all": browsing.whole_tree,
        "copy": copying.copy,
        "copy_id": copying.copy_id,
        "pager": paging.pager,
        "editor": paging.editor,
        "browser": outside.browser,
        "media": outside.media,
        "outbox": windows.outbox,
        "handover": screen.handing.handover,
        "more_labels": judging.more_labels,
        "score_down": partial(judging.score_step, -1),
        "score_up": partial(judging.score_step, 1),
        "score_down_ten": partial(judging.score_step, -10),
        "score_up_ten": partial(judging.score_step, 10),
        "score_lower": partial(judging.score_bound, False),
        "score_upper": partial(judging.score_bound, True),
        "score_erase": judging.score_erase,
        "score_commit": judging.score_commit,
        "score_clear": lambda: judging.score_clear() if screen.desk.number else jumping.clear(),
    }
    table |= {f"answer_{n}": partial(judging.answer_digit, n - 1) for n in range(1, 11)}
    for command, state in (("skip", ItemState.SKIPPED), ("defer", ItemState.DEFERRED), ("flag", ItemState.FLAGGED)):
        table[command] = partial(judging.move, state)
        table[f"{command}_because"] = partial(judging.move, state, True)
    return table
