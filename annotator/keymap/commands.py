"""Every command: the footer, help, palette, README and `annotator keys` are made of this table."""

from annotator.domain.record import record

CONTEXTS = {
    "everywhere": "Everywhere",
    "review": "Review",
    "label": "Labels",
    "score": "Scores",
    "select": "Selecting evidence",
    "field": "Text fields",
    "list": "Lists",
    "items": "The list of items",
    "annotations": "Annotations",
    "outbox": "Outbox",
    "handover": "The hand-over",
    "form": "The rubric's form",
}
"""Where a command applies: id to title, in the order of help."""

TYPING = frozenset({"field", "list", "items"})
"""Contexts in which a printable key is text, never a command: fields, and lists that filter as one types."""


@record
class Command:
    """Something that a key runs."""

    id: str
    """Unique over all contexts; what keymap files and the journal call it."""
    title: str
    """One to three words, for footers and the palette."""
    help: str
    """One sentence, for help and README."""
    context: str


def _in(context: str, *rows: tuple[str, str, str]) -> tuple[Command, ...]:
    return tuple(Command(*row, context) for row in rows)


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")

COMMANDS: tuple[Command, ...] = (
    *_in(
        "everywhere",
        ("help", "help", "Show the keys of this place."),
        ("palette", "commands", "Find a command by name and run it."),
        ("redraw", "redraw", "Draw the screen anew."),
        ("quit", "quit", "Leave at once; everything judged is kept, and what is unsent is said."),
    ),
    *_in(
        "review",
        ("finish", "finish", "Go to the next item to do; without a required config, finish this one first."),
        ("next_item", "next", "Go to the next item, whatever its state."),
        ("previous_item", "previous", "Go to the previous item, whatever its state."),
        ("jump", "items", "List the items and jump to one."),
        ("filter", "filter", "Let only items come that meet a condition, such as status = error; an empty one lets all come."),
        ("next_criterion", "next config", "Make the next config of the rubric the current one."),
        ("previous_criterion", "previous config", "Make the previous config of the rubric the current one."),
        ("undo", "undo", "Take back the last step, also after it was sent, and return to its item."),
        ("redo", "redo", "Do again what was taken back."),
        ("repeat", "repeat", "Give this item the verdict given last."),
        ("note", "note", "Add a note to the item."),
        ("explain", "explain", "Explain the newest answer of the item; where it has none, the judgement just made on the previous one."),
        ("explain_which", "explain which", "Choose which of your answers on the item to explain, whatever of it they are about."),
        ("edit_note", "change note", "Change your note on what is in focus; of several, choose one."),
        ("delete_note", "delete note", "Delete your note on what is in focus; of several, choose one."),
        ("write", "write", "Write the text of the freeform config."),
        ("expect", "expected", "Edit what was answered into what it should have been, in $EDITOR where one is set."),
        ("expect_here", "expected, here", "The same in the field above the rubric."),
        ("select", "evidence", "Select words of the trace that the answer rests on: the current one, the newest, or the next."),
        ("first_failure", "first failure", "Mark the span in view as the first wrong step of the trace; again: it is none."),
        ("skip", "skip", "Set the item aside without a verdict and go on."),
        ("skip_because", "skip, why", "Skip the item and say why."),
        ("defer", "defer", "Put the item off and go on; it comes back at the end."),
        ("defer_because", "defer, why", "Put the item off and say why."),
        ("flag", "flag", "Flag the item for someone to look at and go on."),
        ("flag_because", "flag, why", "Flag the item and say why."),
        ("dataset", "data set", "Add the item to the data set, which is asked for the first time, and go on."),
        ("dataset_out", "out of data set", "Take the item out of the data set again."),
        ("withdraw", "take back", "Take back the answer to the current config, on what is in focus."),
        ("agree", "agree", "Take the answer that a model gave, here or on the item judged last."),
        ("flip", "other label", "Turn the label into the other one, here or on the item judged last."),
        ("judge_wrong", "judge wrong", "Say that the model's answer is wrong, here or on the item judged last."),
        ("instructions", "how to judge", "Show the rubric's instructions, and each label with its description and examples."),
        ("edit_rubric", "edit rubric", "Make and edit the rubric's configs in a form; save them to its file, and push them if wanted."),
        ("annotations", "annotations", "Everybody's annotations of the item as a table; change or delete your own there."),
        ("auto_advance", "auto-advance", "Switch going on by itself after the last required answer on or off."),
        ("scroll_up", "up", "Scroll the trace one line up."),
        ("scroll_down", "down", "Scroll the trace one line down."),
        ("page_up", "page up", "Scroll the trace one page up."),
        ("page_down", "page down", "Scroll the trace one page down."),
        ("scroll_top", "top", "Go to the first line of the trace."),
        ("scroll_end", "end", "Go to the last line of the trace."),
        ("previous_span", "previous span", "Go to the previous span of the trace, which is what is judged then."),
        ("next_span", "next span", "Go to the next span of the trace, which is what is judged then."),
        ("focus", "focus", "Turn from the span to its trace, to its session, and back: what is in focus is what is judged."),
        ("search", "search", "Search in the trace."),
        ("next_match", "next match", "Go to the next match of the search."),
        ("previous_match", "previous match", "Go to the previous match of the search."),
        ("clear", "clear", "Clear the search and the part cursor; then turn back to what the item is about."),
        ("previous_part", "previous part", "Mark the previous part of the trace; fold, copy and open then mean it."),
        ("next_part", "next part", "Mark the next part of the trace; fold, copy and open then mean it."),
        ("previous_message", "previous message", "Go to the previous message: user, assistant, system, reasoning."),
        ("next_message", "next message", "Go to the next message: user, assistant, system, reasoning."),
        ("previous_call", "previous call", "Go to the previous tool call."),
        ("next_call", "next call", "Go to the next tool call."),
        ("previous_document", "prior document", "Go to the previous retrieved document, which is what is judged then."),
        ("next_document", "next document", "Go to the next retrieved document, which is what is judged then."),
        ("previous_error", "previous error", "Go to the previous error."),
        ("next_error", "next error", "Go to the next error."),
        ("fold", "fold", "Fold or unfold the marked part; without one, open the first folded part in view, or fold it back."),
        ("fold_role", "fold role", "Fold or unfold every part of the marked one's kind: all results, all documents, all system prompts."),
        ("fold_all", "fold all", "Fold or unfold every part."),
        ("wrap", "wrap", "Wrap long lines, or let them go on beyond the right edge."),
        ("scroll_left", "left", "Scroll half a page to the left, where lines are not wrapped."),
        ("scroll_right", "right", "Scroll half a page to the right, where lines are not wrapped."),
        ("raw", "raw", "Show the span as received, every attribute and event; again, as a reviewer reads it."),
        ("tree", "tree", "Show or hide the span tree; on a narrow screen, list its spans and go to one."),
        ("tree_all", "all spans", "Show every span in the tree, or fold what repeats another (×3: 3 spans, 1 call) and plumbing."),
        ("reveal", "reveal", "Show what is redacted in the marked part, or in the whole item; it is journalled. Again: hide it."),
        ("copy", "copy", "Copy the marked part to the clipboard; without one, the answer."),
        ("copy_id", "copy id", "Copy the id of the trace, or of the span that is looked at alone."),
        ("pager", "pager", "Show the marked part, or the whole trace, in $PAGER."),
        ("editor", "editor", "Open a copy of the marked part, or of the whole trace, in $EDITOR."),
        ("browser", "browser", "Open the trace's page in a browser; where no display is, show and copy its address."),
        ("media", "media", "Save or open an image, sound or file of the marked part, or of the trace."),
        ("outbox", "outbox", "List what the server does not have yet."),
        ("handover", "hand-over", "Show what you did since the shift began or was handed over last, and what to look at first."),
    ),
    *_in(
        "label",
        *((f"answer_{n}", f"label {n}", f"Answer the current config with its {word} label.") for n, word in enumerate(_ORDINALS, 1)),
        ("more_labels", "all labels", "List the labels; typing filters them."),
    ),
    *_in(
        "score",
        ("score_down", "down", "One step down; the first step starts at the middle."),
        ("score_up", "up", "One step up; the first step starts at the middle."),
        ("score_down_ten", "ten down", "Ten steps down."),
        ("score_up_ten", "ten up", "Ten steps up."),
        ("score_lower", "lowest", "Go to the lower bound."),
        ("score_upper", "highest", "Go to the upper bound."),
        ("score_type", "type", "Type a number."),
        ("score_erase", "erase", "Erase the last character typed."),
        ("score_commit", "keep", "Keep the score."),
        ("score_clear", "clear", "Clear what was typed; a score that was kept stays."),
    ),
    *_in(
        "select",
        ("select_up", "up", "Go one row up."),
        ("select_down", "down", "Go one row down."),
        ("select_left", "left", "Go one character to the left."),
        ("select_right", "right", "Go one character to the right."),
        ("extend_up", "select up", "Select one row more upwards."),
        ("extend_down", "select down", "Select one row more downwards."),
        ("extend_left", "select left", "Select one character more to the left."),
        ("extend_right", "select right", "Select one character more to the right."),
        ("select_word_left", "word left", "Go to the beginning of the word, then of the one before it."),
        ("select_word_right", "word right", "Go to the beginning of the next word."),
        ("select_row_start", "row start", "Go to the first character of the row."),
        ("select_row_end", "row end", "Go to the last character of the row."),
        ("select_page_up", "page up", "Go one page up."),
        ("select_page_down", "page down", "Go one page down."),
        ("select_part_up", "previous part", "Go to the previous part of the trace."),
        ("select_part_down", "next part", "Go to the next part of the trace."),
        ("select_pin", "begin", "Begin the selection here: it goes on with the cursor; again, let it go."),
        ("select_kind", "rows, characters", "Select characters instead of whole rows, and back."),
        ("select_take", "take", "Take what is selected as evidence."),
        ("select_drop", "take away", "Take away the evidence in what is selected."),
        ("select_leave", "leave", "Select nothing."),
    ),
    *_in(
        "field",
        ("field_save", "save", "Save the text and return."),
        ("field_newline", "new line", "Begin a new line."),
        ("field_editor", "editor", "Go on with the text in $EDITOR; what is saved there is saved."),
        ("field_leave", "leave", "Leave the field; what was typed stays as a draft."),
        ("field_complete", "complete", "In a filter, take the first completion; again, the next one."),
        ("field_page_up", "page up", "Scroll the trace behind one page up."),
        ("field_page_down", "page down", "Scroll the trace behind one page down."),
    ),
    *_in(
        "list",
        ("list_up", "up", "Go one row up."),
        ("list_down", "down", "Go one row down."),
        ("list_page_up", "page up", "Go one page up."),
        ("list_page_down", "page down", "Go one page down."),
        ("list_top", "top", "Go to the first row."),
        ("list_end", "end", "Go to the last row."),
        ("list_choose", "choose", "Choose the row."),
        ("list_close", "close", "Close the list; nothing changes."),
    ),
    *_in(
        "items",
        ("items_mark", "mark", "Mark the item, or take its mark away; what is chosen then is done to all that are marked, as one step."),
        ("items_range", "mark to here", "Mark every item from the one marked last to this one."),
        ("items_all", "mark all", "Mark all items that match what is typed, or take their marks away."),
    ),
    *_in(
        "annotations",
        ("edit_row", "change", "Change the label, score or text of the chosen annotation of yours."),
        ("explain_row", "explain", "Explain the chosen annotation of yours."),
        ("delete_row", "delete", "Delete the chosen annotation of yours."),
    ),
    *_in(
        "outbox",
        ("retry_row", "retry", "Send the row again."),
        ("drop_row", "drop", "Give up sending the row."),
        ("keep_mine", "keep mine", "Settle the conflict: my row replaces the server's."),
        ("take_theirs", "take theirs", "Settle the conflict: the server's row replaces mine."),
    ),
    *_in(
        "handover",
        ("handover_save", "save", "Save it as Markdown in the folder for downloads; the next one begins there."),
        ("handover_copy", "copy", "Copy it to the clipboard."),
    ),
    *_in(
        "form",
        ("form_add", "add", "Add a config, or a label to the config that is open."),
        ("form_remove", "remove", "Remove the chosen config or label, or empty the chosen field."),
        ("form_move_up", "move up", "Move the chosen config or label up."),
        ("form_move_down", "move down", "Move the chosen config or label down."),
        ("form_previous", "previous choice", "Take the previous of the choices that the field has."),
        ("form_next", "next choice", "Take the next of the choices that the field has."),
        ("form_undo", "undo", "Take back the last change in the form."),
        ("form_redo", "redo", "Do again what was taken back in the form."),
        ("form_drop", "drop", "Drop everything that was changed in the form."),
        ("form_save", "save", "Say what saving does; again, save: to the file, and the queue is judged by it."),
        ("form_push", "push", "Say what pushing to the server does; again, push."),
    ),
)
"""In the order of help."""

BY_ID = {command.id: command for command in COMMANDS}
