"""The form of an identity check, and what the page of an account shows of its password."""

from collections.abc import Sequence
from types import new_class
from typing import cast

from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import Length, Optional

from lamppost.web.forms import SeenForm, strip_text
from lamppost.web.reset_forms import name_of, read_characters
from postmaster.credentials.answers.rules import Asked
from postmaster.credentials.resets.identity import Check
from postmaster.credentials.resets.rules import PROOF_WORDS, Proof


def make_desk_form(asked: Sequence[Asked], *, can_unlock: bool) -> type[SeenForm]:
    """A form with the ways to know somebody: the characters asked for, and in person.

    `asked` is empty where the account has no questions: then it is in person, or not at all.
    """
    proofs = [Proof.ANSWERS, Proof.KNOWN] if asked else [Proof.KNOWN]
    fields: dict[str, object] = {
        "question": HiddenField(),
        "proof": SelectField(
            "How you know that it is them",
            choices=[SelectChoice(proof.value, PROOF_WORDS[proof]) for proof in proofs],
        ),
    }
    for one in asked:
        label = f"Character {one.position} of the answer"
        fields[name_of(one)] = StringField(label, [Optional(), Length(max=4)])
    fields["why"] = TextAreaField(
        "How you know them, if in person",
        [Optional()],
        filters=[strip_text],
        description="Kept in the audit. Write no clinical details",
    )
    if can_unlock:
        fields["unlocks"] = BooleanField("Unlock the account too")
    return cast(
        "type[SeenForm]", new_class("DeskForm", (SeenForm,), {}, lambda body: body.update(fields))
    )


def read_check(form: SeenForm, asked: Sequence[Asked]) -> Check:
    """What staff typed, as the check that is made."""
    proof = Proof(form["proof"].data)
    given = read_characters(form, asked) if proof is Proof.ANSWERS else {}
    return Check(proof, given, form["why"].data or "" if proof is Proof.KNOWN else "")
