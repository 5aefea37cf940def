"""What the filter and the rules of a queue ask for and nobody here ever said: a slip of the finger, or annotations that are to come."""

from collections.abc import Iterator
from difflib import get_close_matches

from annotator.domain.filter import Answer, Comparison, Condition, OneOf, names, parts
from annotator.domain.queue import Queue
from annotator.domain.store import Store
from annotator.filter.parsing import parse
from annotator.filter.vocabulary import Vocabulary
from annotator.workflow.filtering import vocabulary_of


def unheard(store: Store, queue: Queue) -> list[str]:
    """A sentence for each name of annotations that is not known here, and each label that nobody gave and the rubric does not have."""
    selection = queue.selection
    written = [("filter", selection.filter), *((f"rule {rule.name}", rule.when) for rule in selection.rules)]
    asked = [(where, parse(text)) for where, text in written if text]
    if not any(names(condition) for _, condition in asked):
        return []
    known = vocabulary_of(store, [queue])
    return [sentence for where, condition in asked for sentence in _of(condition, where, known, store)]


def _of(condition: Condition, where: str, known: Vocabulary, store: Store) -> Iterator[str]:
    for name in sorted(names(condition) - set(known.names)):
        yield f"No annotation is named {name!r} here ({where}){_nearest(name, known.names)}."
    for name, label in dict.fromkeys(_labels(condition)):
        labels = known.labels.get(name, ())
        if name in known.names and label not in labels and not store.gave(name, label):
            yield f"Nobody gave {name} the label {label!r} here ({where}){_nearest(label, labels)}."


def _labels(condition: Condition) -> Iterator[tuple[str, str]]:
    """With the name of the annotation that each is compared with."""
    for part in parts(condition):
        if isinstance(part, Comparison | OneOf) and isinstance(part.subject, Answer) and part.subject.member == "label":
            values = part.values if isinstance(part, OneOf) else (part.value,) if part.op in ("=", "!=") else ()
            yield from ((part.subject.name, str(value)) for value in values)


def _nearest(word: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(word, known, 3)
    return f"; nearest: {', '.join(near)}" if near else ""
