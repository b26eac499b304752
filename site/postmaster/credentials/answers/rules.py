"""Which answers will do, how a character is kept, which ones are asked. Pure; a key handed in."""

import hashlib
import hmac
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from postmaster.policy.numbers import Key
from postmaster.policy.rules import Policy

LONGEST_QUESTION = 120
# 111 or aaa: so many of one letter or digit in a row are refused.
RUN = 3


class AnswersError(ValueError):
    """The answers will not do; one fault for each field that must be mended."""

    def __init__(self, faults: Sequence["AnswerFault"]) -> None:
        super().__init__(" ".join(fault.words for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class AnswerFault:
    """What is wrong with one field: the pair's place from 1 on, and the words."""

    place: int
    is_question: bool
    words: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A question in its owner's own words, and the answer; kept out of every repr."""

    question: str
    answer: str

    def __repr__(self) -> str:
        """Nothing: both are secret."""
        return "Pair()"


@dataclass(frozen=True, slots=True)
class Asked:
    """One character that is asked: of which answer, and its position, both from 1 on."""

    place: int
    position: int


def prepare(text: str) -> str:
    """An answer as it is kept: letters made plain, no blanks around it; inner blanks count."""
    return unicodedata.normalize("NFKC", text).strip()


def find_faults(pairs: Sequence[Pair], policy: Policy) -> tuple[AnswerFault, ...]:
    """What is wrong with the pairs somebody wants to set; nothing when they will do."""
    wanted = policy[Key.ANSWERS_PAIRS]
    if len(pairs) != wanted:
        return (AnswerFault(1, is_question=True, words=f"Give exactly {wanted} questions."),)
    faults = []
    for place, pair in enumerate(pairs, 1):
        before = pairs[: place - 1]
        question = _find_question_fault(pair, before)
        answer = _find_answer_fault(pair, before, policy)
        faults += [AnswerFault(place, is_question=True, words=words) for words in question]
        faults += [AnswerFault(place, is_question=False, words=words) for words in answer]
    return tuple(faults)


def _find_question_fault(pair: Pair, before: Sequence[Pair]) -> Sequence[str]:
    question = prepare(pair.question)
    if not question or not question.isprintable() or len(question) > LONGEST_QUESTION:
        return [f"Write the question on one line, in up to {LONGEST_QUESTION} characters."]
    if any(prepare(one.question).casefold() == question.casefold() for one in before):
        return ["Ask something else: you have this question already."]
    return []


def _find_answer_fault(pair: Pair, before: Sequence[Pair], policy: Policy) -> Sequence[str]:
    answer = prepare(pair.answer)
    low, high = policy[Key.ANSWERS_MIN_LENGTH], policy[Key.ANSWERS_MAX_LENGTH]
    if not low <= len(answer) <= high:
        return [f"An answer has {low} to {high} characters; blanks inside count."]
    if not answer.isprintable():
        return ["Type the answer again: it has characters that cannot be printed."]
    folded = answer.casefold()
    if any(letter * RUN in folded for letter in set(folded)):
        return [f"An answer must not have {RUN} of the same character in a row, such as aaa."]
    if any(prepare(one.answer).casefold() == folded for one in before):
        return ["Give each question another answer."]
    return []


def digest_answer(
    key: bytes, *, account_id: int, place: int, answer: str, is_folded: bool
) -> tuple[str, ...]:
    """What is kept of an answer: a keyed digest of each character, bound to where it stands."""
    return tuple(
        digest_character(
            key, account_id=account_id, asked=Asked(place, position),
            character=letter.casefold() if is_folded else letter,
        )
        for position, letter in enumerate(prepare(answer), 1)
    )  # fmt: skip


def digest_character(key: bytes, *, account_id: int, asked: Asked, character: str) -> str:
    """The keyed digest of one character; without the key there is nothing to guess against."""
    words = f"{account_id}\n{asked.place}\n{asked.position}\n{character}"
    return hmac.new(key, words.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def list_spellings(character: str, *, is_folded: bool, is_insensitive: bool) -> tuple[str, ...]:
    """As which characters a typed one is compared.

    An answer kept since case stopped mattering is kept without it. One kept before that is kept as
    it was typed, and from the release on is compared in either case; setting it anew folds it. A
    folded one has lost its case, so that taking the release back cannot bring it again.
    """
    typed = unicodedata.normalize("NFKC", character)
    if is_folded:
        return (typed.casefold(),)
    if is_insensitive:
        return tuple(dict.fromkeys((typed, typed.lower(), typed.upper())))
    return (typed,)


def choose_asked(
    key: bytes, *, subject: str, on: date, places: Sequence[int], each: int, among: int
) -> tuple[Asked, ...]:
    """Which characters are asked of somebody on a day: `each` of every answer named.

    Always the same on one day, so that nobody asks again until those come that they know; and for a
    subject nobody has as for any other. `among` bounds the positions: the shortest an answer can
    be, so that a question never tells how long the answer is.
    """
    chosen = []
    for place in places:
        order = sorted(
            range(1, among + 1),
            key=lambda position: hmac.digest(
                key, f"{subject}\n{on.isoformat()}\n{place}\n{position}".encode(), "sha256"
            ),
        )
        chosen += [Asked(place, position) for position in sorted(order[:each])]
    return tuple(chosen)
