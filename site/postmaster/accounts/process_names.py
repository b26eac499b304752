"""Does a name say what a program does, or whose it is? For accounts that become applications. Pure.

A check of words can be wrong both ways, so a finding is shown to who decides and never decides.
"""

import re

from postmaster.accounts.rules import fold_name

# Words of what programs do here. One of them must stand in the address.
_LISTED = """
alert alerts api app application appointment appointments archive audit backup booking bookings
bulletin clinic clinics discharge discharges dispensing export fax feed form forms imaging
import integration interface lab labs letter letters link mailer messaging monitor monitoring
newsletter noreply notice notices notification notifications order orders pathology payroll
portal prescribing prescription prescriptions print printer process radiology recall recalls
referral referrals relay reminder reminders report reporting reports result results rota scan
scanner scheduler script sender server service services survey surveys system task text triage
update updates upload workflow
"""
PROCESS_WORDS = frozenset(_LISTED.split())
_WORD = re.compile(r"[^\W\d_]+")


def find_process_name_fault(address: str, name: str) -> str | None:
    """What speaks against an application account of this address; None when nothing does.

    The display name of a person is `SURNAME, Given`: an address made of those words carries a
    person's name, even where one of them is a word of a process too.
    """
    words = _WORD.findall(fold_name(address.rpartition("@")[0]))
    person = set(_WORD.findall(fold_name(name))) if "," in name else set()
    if words and set(words) <= person:
        return (
            f"The address {address} is a person's name. Make a new account named for the process."
        )
    if not PROCESS_WORDS & set(words):
        return (
            f"Nothing in {address} says what the program does, as appointment.reminder would. "
            "Make a new account named for the process."
        )
    return None
