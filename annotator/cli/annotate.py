"""`annotator annotate ID NAME=VALUE…`: judge without a screen, through the same journal and outbox."""

import argparse
from typing import TYPE_CHECKING, Any

from annotator.cli import naming, options, place
from annotator.cli.aiming import aim, item_of
from annotator.cli.finding import Found, find
from annotator.cli.saying import say
from annotator.domain.annotation_config import CategoricalConfig, ContinuousConfig
from annotator.domain.queue import Item, Queue
from annotator.domain.target import ItemTarget
from annotator.domain.validation import check_score, value_of
from annotator.errors import InvalidAnnotation, UsageError
from annotator.text.facts import counted

if TYPE_CHECKING:
    from annotator.store.store import SqliteStore


def add(verbs: Any) -> None:
    verb = verbs.add_parser(
        "annotate",
        help="judge one item without a screen",
        description="Answer configs of the queue's rubric for one item, or for a span, a document, the trace or the session of it;"
        " annotator push sends what waits.",
        epilog='example: annotator annotate 4bf92f35 correctness=fail --explanation "refunded the wrong amount"',
    )
    options.common(verb)
    options.who(verb)
    verb.add_argument("id", metavar="ID", help="a trace id, a span id, or a unique prefix")
    verb.add_argument("answers", nargs="*", metavar="NAME=VALUE", help="a config and its label, score, or text")
    verb.add_argument("--document", metavar="N", type=int, help="judge the Nth retrieved document of the span, counted from 1")
    verb.add_argument("--target", choices=("trace", "session"), help="judge the trace or the session that the id belongs to")
    verb.add_argument("--queue", metavar="NAME", help="the queue, where the item is in more than one")
    verb.add_argument("--explanation", metavar="TEXT", help="explains the last answer")
    verb.add_argument("--note", metavar="TEXT", help="adds a note")
    verb.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from annotator.workflow.judge import Circumstances, Judge
    from annotator.workflow.notes import noted
    from annotator.workflow.present import facts, present
    from annotator.workflow.targets import own_target

    store = place.existing_store(args)
    if not args.answers and args.note is None:
        raise UsageError("There is nothing to record.", "Give NAME=VALUE, or --note TEXT.")
    if args.document is not None and args.target is not None:
        raise UsageError("A document is neither a trace nor a session.", "Give --document or --target, not both.")
    found = find(store, args.id)
    queue, item = _item(store, found, args.queue)
    on = aim(store, queue, item, found, args.document, args.target)
    annotator, identifier = _who(args, store, queue)
    judge = Judge(store, queue, annotator, identifier)
    answers = [_answer(queue, text, on or own_target(item)) for text in args.answers]
    if args.explanation is not None and not answers:
        raise UsageError("--explanation explains an answer, and there is none.", "Give NAME=VALUE too, or use --note.")
    presented = present(store, queue.source_id, item)
    how = Circumstances(None, facts(presented, on.span_id if on else item.span_id) if presented else {})
    for criterion, value in answers:
        judged = judge.answer(item, criterion, value, how, on)
        say(judged.title)
        if judged.kept and (args.explanation is None or criterion is not answers[-1][0]):
            say(f"  the explanation is still: {judged.kept}", aside=True)
    if args.explanation is not None:
        say(judge.explain(item, answers[-1][0], args.explanation, on).title)
    if args.note is not None:
        print(judge.note(item, args.note, noted(on) if on else None).title)
    waiting = store.outbox_counts().waiting
    wait = f"; {counted(waiting, 'row')} {'waits' if waiting == 1 else 'wait'} for annotator push" if waiting else ""
    if on is not None and not on.own:
        say(f"on {on.target.named}")
    say(f"{item.target.named}: {store.item(item.id).state.value}{wait}")
    return 0


def _item(store: "SqliteStore", found: Found, name: str | None) -> tuple[Queue, Item]:
    """The item that the id means, in the named queue or the only one that has it."""
    queues = [place.named_queue(store, name)] if name else store.queues()
    places = [(queue, item) for queue in queues if (item := item_of(store, queue, found)) is not None]
    if not places:
        where = "the queue" if name else "a queue"
        raise UsageError(f"{found.span_id or found.trace_id} is not an item of {where}.", "annotator list shows the items.")
    if len(places) > 1:
        names = ", ".join(queue.name for queue, _ in places)
        raise UsageError("The item is in more than one queue.", f"Say --queue NAME: {names}.")
    return places[0]


def _answer(queue: Queue, text: str, on: ItemTarget) -> tuple[Any, str | float]:
    """Checked, so that of several answers all are stored or none."""
    name, equals, value = text.partition("=")
    criterion = queue.rubric.criterion(name)
    if not equals or criterion is None:
        names = ", ".join(criterion.name for criterion in queue.rubric.criteria)
        raise UsageError(f"{text!r} does not answer a config of the rubric.", f"Write NAME=VALUE with one of: {names}.")
    if not criterion.fits(on):
        from annotator.workflow.targets import bound_to

        of = bound_to(criterion)
        ways = {"document": "Say --document N.", "trace": "Say --target trace.", "session": "Say --target session."}
        advice = ways.get(criterion.target or "", f"Give the id of one of the {of}." if of else "Leave --document out.")
        raise UsageError(f"{name} is asked of {of or 'the item'}, not of {on.target.named}.", advice)
    if isinstance(criterion.config, ContinuousConfig):
        try:
            return criterion, check_score(float(value), criterion.config)
        except ValueError:
            raise InvalidAnnotation(f"{value!r} is not a number.", f"{name} takes a score.") from None
    if isinstance(criterion.config, CategoricalConfig):
        return criterion, value_of(value, criterion.config).label
    return criterion, value


def _who(args: argparse.Namespace, store: "SqliteStore", queue: Queue) -> tuple[str, str]:
    if not queue.source.server:
        name = naming.name_of(args, None)
        return name, f"annotator:{name}"
    accounts = store.accounts(queue.source.server)
    known = args.annotator or naming.sole(accounts) or naming.name_of(args, None)
    account = next((one for one in accounts if one.annotator == known), None)
    if account is None:
        raise UsageError(f"{known} has not judged on {queue.source.server} before.", "Open the queue once with annotator review or pull.")
    return account.annotator, account.identifier
