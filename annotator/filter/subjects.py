"""Names on the left of a comparison: fields, attributes, annotations."""

from annotator.domain.annotation import NOTE
from annotator.domain.filter import Answer, Attribute, Field, Member, Scope, Subject
from annotator.filter.scanning import BARE, PIECE, Place, Scanner, nearest
from annotator.filter.vocabulary import Vocabulary
from annotator.filter.words import ANNOTATION, ATTRIBUTE, FIELDS, MEMBERS, SCOPES, WORDS

QUOTE = "Put quotes around a name that has a blank or a dot in it."


class Subjects:
    """Reads the names at a scanner's place."""

    def __init__(self, scanner: Scanner, vocabulary: Vocabulary | None) -> None:
        self.scanner = scanner
        self.vocabulary = vocabulary

    def subject(self) -> Subject:
        scanner = self.scanner
        word = scanner.word()
        if word in FIELDS:
            scanner.at += len(word)
            if scanner.text[scanner.at : scanner.at + 1] != ".":
                return Field(word)
            scanner.fail(f"{word} has no parts.", f'For an annotation of that name: "{word}".', scanner.at)
        if word == ATTRIBUTE:
            scanner.at += len(word)
            return Attribute(self._key())
        if word == ANNOTATION and scanner.word(BARE) == word:
            scanner.at += len(word)
            return Answer()
        scope: Scope = ""
        if word in SCOPES:
            scanner.at += len(word)
            scope = word
            if not scanner.take("."):
                return Answer("", scope)
        return self._answer(scope)

    def rows(self) -> Answer | None:
        """Somebody's annotations as the right side of a comparison; None where something else comes."""
        word = self.scanner.word()
        if word not in SCOPES or not self.scanner.text.startswith(".", self.scanner.at + len(word)):
            return None
        self.scanner.at += len(word) + 1
        return self._answer(word)

    def name(self) -> str:
        """The name of an annotation, after a dot."""
        scanner = self.scanner
        at = scanner.want(Place("name"))
        quoted = scanner.quoted()
        if quoted is not None:
            if quoted:
                return quoted
            scanner.fail("A name is empty.", "Put the name of an annotation between the quotes.", at)
        word = scanner.word(PIECE)
        if not word:
            scanner.fail("Here the name of an annotation should come.", QUOTE)
        scanner.at += len(word)
        if self.vocabulary and word not in self.vocabulary.names and word != NOTE:
            known = (*self.vocabulary.names, *(WORDS if scanner.text[at - 1 : at] != "." else ()))
            advice = f'{nearest(word, known)}In quotes any name is taken: "{word}".'
            scanner.fail(f"There is no {'field or ' if known != self.vocabulary.names else ''}annotation {word!r}.", advice, at)
        return word

    def _answer(self, scope: Scope) -> Answer:
        scanner = self.scanner
        name = self.name()
        member: Member = ""
        if scanner.take("."):
            word = scanner.word()
            if word not in MEMBERS:
                advice = f"{nearest(word, MEMBERS)}Parts: {', '.join(MEMBERS)}. A name with a dot in it is quoted."
                scanner.fail(f"An annotation has no part {word or scanner.found()!r}.", advice)
            scanner.at += len(word)
            member = word
        if scanner.text[scanner.at : scanner.at + 1] in (".", '"', "'"):
            scanner.fail("A name ends here, and more of it follows.", QUOTE)
        return Answer(name, scope, member)

    def _key(self) -> str:
        """["metadata.tier"] or .metadata.tier"""
        scanner = self.scanner
        advice = 'Write attribute["metadata.tier"], or attribute.metadata.tier.'
        if scanner.take("."):
            scanner.want(Place("key"))
            word = scanner.word(BARE)
            scanner.at += len(word)
            if word:
                return word
        elif scanner.take("["):
            at = scanner.want(Place("key"))
            key = scanner.quoted()
            if key is not None:
                scanner.want()
                if not scanner.take("]"):
                    scanner.fail("Here ] should come.", advice)
                if key:
                    return key
                scanner.fail("The key is empty.", advice, at)
        scanner.fail("Here the key of an attribute should come.", advice)
