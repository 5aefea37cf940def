"""Everybody's annotations: asked for after a frame, kept from sight until one has judged, then beside one's own."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from annotator.domain.annotation import Annotation, ItemState, Target
from annotator.domain.annotation_config import ContinuousConfig
from annotator.domain.queue import Item
from annotator.domain.rubric import Criterion
from annotator.domain.target import ItemTarget
from annotator.text.escape import one_line

if TYPE_CHECKING:
    from annotator.ui.screens.review import ReviewScreen
    from annotator.workflow.answers import ItemView
    from annotator.workflow.judge import Circumstances, Judged
    from annotator.workflow.opinions import Opinion, Opinions, Sight

KEPT = 8
"""Items of which everybody's annotations stay in memory: those of the strip of last verdicts, and the one on the screen."""
FRESH_SECONDS, REVEALED_SECONDS = 300.0, 30.0
"""How old they may be when an item comes on the screen, and when they are shown beside a verdict."""
Given = Mapping[Target, Mapping[str, Annotation]]


class Everyone:
    """What is known of others on the item that is shown and on those that were judged last; the commands about models' answers."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self.screen = screen
        self.desk = screen.desk
        self._known: OrderedDict[int, Opinions] = OrderedDict()
        self._wanted: dict[int, float] = {}
        """Items to be read after the next frame, and how old what the server said of them may be, in seconds."""
        self._settled: tuple[object, object, object] = (None, None, None)
        self._drawn: Opinion | None = None
        """The suggestion that a frame has shown."""
        self._filled: set[tuple[int, object, str]] = set()
        """Numbers that were filled in once."""

    def ask(self) -> None:
        """After a frame: have read what was wished for, since reading holds the interpreter for milliseconds."""
        self._drawn = self.desk.suggested
        wanted, self._wanted = self._wanted, {}
        for item_id, fresh in wanted.items():
            self.screen.background.opinions(item_id)
            self.screen.background.pulling.want(self.desk.store.item(item_id).trace_id, fresh)

    def shown(self, item: Item) -> None:
        """An item comes on the screen."""
        if not self._known and not self._wanted:
            self._wanted = {verdict.item_id: FRESH_SECONDS for verdict in self.desk.last}
        self._wanted[item.id] = FRESH_SECONDS

    def judged(self, item: Item) -> None:
        """Something was judged: it may be compared, and what is shown beside it should be new."""
        self._wanted[item.id] = REVEALED_SECONDS

    def came(self, opinions: "Opinions") -> None:
        """They were read in the background."""
        from annotator.workflow.agreement import given_in, stances

        self._known[opinions.item_id] = opinions
        self._known.move_to_end(opinions.item_id)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        item = self.desk.store.item(opinions.item_id)
        given = given_in(opinions, {})
        self.desk.stances[item.id] = stances(opinions, self._sight(given), given)
        self.screen.draw()
        self.screen.editing.redraw_table()

    def pulled(self, trace_id: str) -> None:
        """The server told of a trace, or of several ('')."""
        desk = self.desk
        shown = [desk.item.id] if desk.item is not None and trace_id in ("", desk.item.trace_id) else []
        judged = [verdict.item_id for verdict in desk.last]
        for item_id in dict.fromkeys((*shown, *(one for one in judged if trace_id and desk.store.item(one).trace_id == trace_id))):
            self.screen.background.opinions(item_id)

    @property
    def opinions(self) -> "Opinions | None":
        """Of the item on the screen; None while they are being read."""
        return self._known.get(self.desk.item.id) if self.desk.item is not None else None

    def _sight(self, given: Given, done: bool = False) -> "Sight":
        from annotator.workflow.opinions import sight_of

        session = self.desk.session
        names = [criterion.name for criterion in session.queue.rubric.criteria] if session.suggest else []
        return sight_of(given, done, session.show_others, names)

    def settle(self) -> None:
        """Before a frame: what may be seen by now, and what is suggested. Nothing is computed twice."""
        desk, opinions = self.desk, self.opinions
        now = (opinions, desk.view, desk.criterion)
        if all(one is other for one, other in zip(now, self._settled, strict=True)):
            return
        self._settled = now
        desk.seen, desk.suggested = (), None
        done = desk.view is not None and _is_judged(desk.view)
        desk.veiled = desk.view is not None and not (desk.session.show_others or done)
        if opinions is None or desk.view is None or not opinions.rows:
            return
        from annotator.workflow.agreement import given_in

        sight = self._sight(given_in(opinions, desk.view.given), done)
        desk.seen = tuple(sight.of(opinions))
        desk.suggested = self._suggested(opinions, desk.view)

    def _suggested(self, opinions: "Opinions", view: "ItemView") -> "Opinion | None":
        """A model's answer to the current config, where I have none."""
        from annotator.workflow.agreement import suggestion

        desk, criterion = self.desk, self.desk.current
        if not desk.session.suggest or criterion is None or criterion.name in view.answers:
            return None
        found = suggestion(opinions, view.on.target, criterion)
        if found is not None and isinstance(criterion.config, ContinuousConfig):
            key = (view.item.id, view.on.target, criterion.name)
            if key not in self._filled and not desk.number:
                self._filled.add(key)
                desk.type_number(f"{found.row.score:.9g}", stepped=True)
        return found

    def informed(self, how: "Circumstances", on: ItemTarget, criterion: Criterion, value: str | float) -> "Circumstances":
        """What of others' answers to the same was in sight when mine was given."""
        from annotator.workflow.judge import OTHERS_SHOWN
        from annotator.workflow.suggesting import shown_before

        shown = self.desk.suggested
        if shown is not None and (shown.row.target, shown.row.name) == (on.target, criterion.name):
            return replace(how, facts={**how.facts, **shown_before(shown.row, shown.who, criterion, value)})
        if any(not one.mine and (one.row.target, one.row.name) == (on.target, criterion.name) for one in self.desk.seen):
            return replace(how, facts={**how.facts, OTHERS_SHOWN: True})
        return how

    def take(self) -> bool:
        """Enter: the suggestion becomes my answer; False where there is none."""
        from annotator.workflow.suggesting import answer_of

        desk, shown = self.desk, self.desk.suggested
        if shown is None or desk.current is None or isinstance(desk.config, ContinuousConfig):
            return False
        value = answer_of(desk.current, shown.row)
        if value is None:
            return False
        if not self.unseen() and self.screen.keyboard.may_judge():
            self.screen.judging.answer(value)
        return True

    def unseen(self) -> bool:
        """A suggestion came just now, and Enter was not meant for it."""
        if self.desk.suggested is None or self.desk.suggested == self._drawn:
            return False
        self.desk.say("a suggestion came just now: look at it, and press the key again", "warn")
        return True

    def holds(self, item: Item) -> bool:
        """Somebody disagrees with the verdict just given, and that is to be seen before the next item comes."""
        from annotator.workflow.agreement import given_in, stances
        from annotator.workflow.opinions import read_opinions

        desk, session = self.desk, self.desk.session
        if not session.hold:
            return False
        view, opinions = desk.judge.view(item), self._known.get(item.id)
        if opinions is None:  # judged before they were read
            opinions = read_opinions(desk.store, session.queue, item, session.annotator, session.identifier, session.redactor)
            self._known[item.id] = opinions
        given = given_in(opinions, view.given)
        found = stances(opinions, self._sight(given), given)
        desk.stances[item.id] = found
        against = [stance for stance in found if not stance.agrees]
        if against:
            said = ", ".join(f"{one_line(stance.who)}: {one_line(stance.said)}" for stance in against)
            desk.say(f"{item.position}: ≠ {said}; {session.keymap.first('finish')} goes on", "warn")
        return bool(against)

    # Models' answers, after one's own

    def agree(self) -> None:
        """Take the model's answer."""
        from annotator.workflow import suggesting

        self._about_model(suggesting.agree)

    def judge_wrong(self) -> None:
        """Say that the model's answer is wrong; mine stays."""
        from annotator.workflow import suggesting

        self._about_model(suggesting.call_wrong)

    def flip(self) -> None:
        """Turn my label into the other one."""
        from annotator.workflow import suggesting

        self._about_model(suggesting.flip, needed=False)

    def _about_model(self, act: "Callable[..., Judged]", needed: bool = True) -> None:
        desk = self.desk
        found = self._answered(needed)
        if found is None:
            desk.say("answer first: what a model said is compared with it then" if needed else "there is no answer to turn round", "warn")
            return
        item, on, criterion, model = found
        if model is None and needed:
            desk.say(f"no model answered {criterion.name} on item {item.position}", "warn")
            return
        judged = act(desk.judge, item, on, criterion, model.row if model else None, model.who if model else "")
        self.screen.judging.judged(item, judged, on, criterion.name)

    def _answered(self, needed: bool) -> "tuple[Item, ItemTarget, Criterion, Opinion | None] | None":
        """My answer that is meant: on what is in focus the current config's or the last one's, else that of the verdict just given.

        Where a model answered too, and differs, that one first.
        """
        desk = self.desk
        views = [desk.view] if desk.view is not None else []
        views += [desk.judge.view(desk.store.item(verdict.item_id)) for verdict in desk.last[:1]]
        for view in views:
            answered = [criterion for criterion in view.asked if criterion.name in view.answers]
            if not answered:
                continue
            current = [criterion for criterion in answered if view is desk.view and criterion.name == desk.criterion]
            models = {criterion.name: self._model(view, criterion) for criterion in answered}
            ranked = sorted(
                (*current, *reversed(answered)), key=lambda one: _rank(view.answers[one.name], models[one.name]) if needed else 0
            )
            return view.item, view.on, ranked[0], models[ranked[0].name]
        return None

    def _model(self, view: "ItemView", criterion: Criterion) -> "Opinion | None":
        from annotator.workflow.agreement import suggestion
        from annotator.workflow.opinions import read_opinions

        session = self.desk.session
        opinions = self._known.get(view.item.id)
        if opinions is None:
            opinions = read_opinions(self.desk.store, session.queue, view.item, session.annotator, session.identifier, session.redactor)
            self._known[view.item.id] = opinions
        return suggestion(opinions, view.on.target, criterion)


def _is_judged(view: "ItemView") -> bool:
    """By me: what somebody else finished is not. An item that asks for nothing is finished for all."""
    return view.complete or (view.item.state == ItemState.DONE and view.read and not view.slots)


def _rank(mine: Annotation, model: "Opinion | None") -> int:
    """What a model says otherwise, what it says too, what it does not say."""
    return 2 if model is None else 0 if mine.contradicts(model.row) else 1
