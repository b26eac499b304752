"""What an outcome would do, in sentences, for pages and commands."""

from postmaster.accounts.rules import KIND_WORDS, Kind
from postmaster.closures.members import Choice
from postmaster.closures.reads import ChoicePreview
from postmaster.closures.rules import OUTCOME_WORDS, SKIP_WORDS, Outcome


def say_preview(choice: Choice, found: ChoicePreview) -> list[str]:
    """What an outcome would do, sentence by sentence."""
    accounts = "1 account" if found.total == 1 else f"{found.total:,} accounts"
    words = [f"{OUTCOME_WORDS[choice.outcome]}: {accounts}."]
    words += [f"{KIND_WORDS[Kind(kind)]}: {count:,}." for kind, count in found.kinds.items()]
    words += [f"To {target}: {count:,}." for target, count in found.targets.items()]
    if found.in_batches and found.targets:
        words.append(
            f"{found.in_batches:,} of them are in a batch that deletes: they leave it, because "
            "they moved. Whoever was told a day is told that it no longer holds."
        )
    if found.held:
        words.append(f"{found.held:,} of them are held; the holds stay.")
    if choice.outcome is Outcome.LEAVER:
        words.append("Each is written to, and their roles end at once.")
    if choice.outcome is Outcome.DELETE:
        words.append(
            "Nothing is deleted now: they become inactive, and a batch of the lifecycle deletes "
            "them after its days and its notice. Use that counts brings one back to this list."
        )
    words += [f"Left out, {count:,}: {SKIP_WORDS[skip].lower()}." for skip, count in
              found.left_out.items()]  # fmt: skip
    words.append("It can be taken back within its days; accounts changed since stay.")
    return words
