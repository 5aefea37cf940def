"""What the form does beside the screen: counting the answers that are there, and pushing. Each runs in a thread and posts what it found."""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import cast

from textual.message import Message

from annotator.domain.queue import Queue
from annotator.domain.rubric import Rubric
from annotator.domain.source import ConfigServer
from annotator.errors import AnnotatorError, RubricError
from annotator.ui.messages import AnswersCounted, PushTold
from annotator.ui.session import Connection, Session
from annotator.workflow.rubric_push import Planned, carry_out, counted_plan, plan_push, refuse_orphans, told
from annotator.workflow.rubric_taking import counted

Post = Callable[[Message], object]


def count(session: Session, post: Post) -> None:
    """The answers on the queue's traces, however many there are."""

    def run() -> None:
        with closing(session.open_store()) as store:
            post(AnswersCounted(counted(store, session.queue)))

    _start(run, lambda error: None)


def plan(session: Session, rubric: Rubric, file: str, post: Post) -> None:
    """What pushing would do."""
    queue = session.queue

    def run() -> None:
        server = _config_server(session, queue)
        with closing(session.open_store()) as store:
            found = plan_push(rubric, server, store, queue.source.server)
        lines = [line for one in found for line in told(one)]
        todo = [one for one in found if one.writes or one.assign]
        try:
            refuse_orphans(found, file)
        except RubricError as error:
            post(PushTold(lines, f"{error.title} {error.advice}", (), "refused"))
            return
        if todo:
            post(PushTold(lines, counted_plan(todo, queue.source.project, queue.source.server), todo, "planned"))
        else:
            post(PushTold(lines, f"{queue.source.server} has it already", (), "done"))

    _start(run, lambda error: post(PushTold((), f"{error.title} {error.advice}", (), "refused")))


def push(session: Session, todo: Sequence[Planned], post: Post) -> None:
    """Do what was planned. What was done before an error stays done."""
    queue = session.queue

    def run() -> None:
        server = _config_server(session, queue)
        for one in todo:
            carry_out(one, server)
        post(PushTold((), f"pushed: {counted_plan(todo, queue.source.project, queue.source.server)}", (), "done"))

    _start(run, lambda error: post(PushTold((), f"not all was pushed: {error.title} {error.advice}", (), "refused")))


def _config_server(session: Session, queue: Queue) -> ConfigServer:
    """Raises RubricError where the server's configs cannot be changed."""
    assert session.connect is not None
    connection: Connection = session.connect(queue.source.project)
    connection.user()
    able = connection.capabilities
    if able.read_only or not able.configs:
        why = able.read_only or "it keeps no annotation configs"
        raise RubricError(f"Nothing can be pushed to {queue.source.server}: {why}.", "The file has the rubric.")
    return cast(ConfigServer, connection)


def _start(run: Callable[[], None], failed: Callable[[AnnotatorError], object]) -> None:
    def guarded() -> None:
        try:
            run()
        except AnnotatorError as error:
            failed(error)
        except Exception as error:  # a thread's traceback would be written over the screen
            logging.getLogger("annotator").exception("the form's thread ended")
            failed(AnnotatorError(f"Unexpected {type(error).__name__} in the background.", "Leave, and come back with --log FILE."))

    threading.Thread(target=guarded, daemon=True, name="form").start()
