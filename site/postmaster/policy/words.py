"""What each number is called, what it counts, and between which values it may ever be set.

The bounds are no policy: they refuse a slip of the pen. One of them is more than that: no era may
give a mailbox less notice than the 14 days the bulletin of 9 April 2018 promised.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from postmaster.policy.numbers import Key


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a number, its unit, and the smallest and largest value an era may give it."""

    words: str
    unit: str
    low: int
    high: int


DAYS, MONTHS, PERMILLE, FLAG = "days", "months", "‰", "1 for yes, 0 for no"

WORDINGS: Mapping[Key, Wording] = {
    Key.NOTICE_DAYS: Wording("Notice before a deletion", DAYS, 14, 365),
    Key.LEAVER_KEPT_DAYS: Wording("A leaver is kept", DAYS, 14, 3650),
    Key.INACTIVE_AFTER_DAYS: Wording("Unused until inactive", DAYS, 14, 3650),
    Key.INACTIVE_DELETED_AFTER_DAYS: Wording("Inactive until deleted", DAYS, 14, 3650),
    Key.DISABLED_KEPT_MONTHS: Wording("A disabled account is kept", MONTHS, 1, 120),
    Key.RESTORE_WINDOW_DAYS: Wording("A deleted account can be restored", DAYS, 7, 3650),
    Key.ADDRESS_QUARANTINE_MONTHS: Wording("An address is given to nobody else", MONTHS, 1, 240),
    Key.JOINER_ALIAS_DAYS: Wording("A joiner's old address receives", DAYS, 0, 3650),
    Key.PENDING_EXPIRES_DAYS: Wording("An account never opened is kept", DAYS, 7, 3650),
    Key.SHARED_UNSENT_MONTHS: Wording("A shared mailbox may send nothing", MONTHS, 1, 120),
    Key.PERSON_PASSWORD_MIN_LENGTH: Wording("A person's password, at least", "characters", 8, 64),
    Key.PERSON_PASSWORD_EXPIRES_DAYS: Wording("A person's password lasts", DAYS, 14, 3650),
    Key.APPLICATION_PASSWORD_MIN_LENGTH: Wording(
        "An application's password, at least", "characters", 12, 64
    ),
    Key.APPLICATION_PASSWORD_EXPIRES_MONTHS: Wording(
        "An application's password lasts", MONTHS, 1, 60
    ),
    Key.PERSON_PASSWORD_RENEW_DAYS: Wording(
        "An older password is changed after new rules, 0 for never", DAYS, 0, 365
    ),
    Key.PASSWORD_REMEMBERED: Wording("A password may not be one of the last", "passwords", 1, 24),
    Key.PASSWORD_BLANKS_REFUSED: Wording("A password with blanks is refused", FLAG, 0, 1),
    Key.PASSWORD_NAMES_REFUSED: Wording("A password with one's name is refused", FLAG, 0, 1),
    Key.PASSWORD_REMIND_FIRST_DAYS: Wording("First reminder before expiry", DAYS, 1, 90),
    Key.PASSWORD_REMIND_SECOND_DAYS: Wording("Second reminder before expiry", DAYS, 1, 90),
    Key.PASSWORD_REMIND_THIRD_DAYS: Wording("Third reminder before expiry", DAYS, 1, 90),
    Key.PASSWORD_REMIND_FOURTH_DAYS: Wording("Fourth reminder before expiry", DAYS, 1, 90),
    Key.PASSWORD_REMIND_LAST_DAYS: Wording("Last reminder before expiry", DAYS, 1, 90),
    Key.ANSWERS_PAIRS: Wording("Security questions with their answers", "pairs", 1, 5),
    Key.ANSWERS_MIN_LENGTH: Wording("A security answer, at least", "characters", 5, 12),
    Key.ANSWERS_MAX_LENGTH: Wording("A security answer, at most", "characters", 8, 64),
    Key.ANSWERS_ASKED_EACH: Wording(
        "Asked of each answer in a self-service reset", "characters", 1, 4
    ),
    Key.ANSWERS_ASKED_AT_DESK: Wording("Asked of an answer at a desk", "characters", 2, 5),
    Key.TRIES_PAIR: Wording("Tries on one account from one place", "tries", 3, 100),
    Key.TRIES_ACCOUNT: Wording("Tries on one account from anywhere", "tries", 5, 1000),
    Key.TRIES_SOURCE: Wording("Tries from one place on any account", "tries", 5, 10_000),
    Key.TRIES_WAIT_MINUTES: Wording("The first wait after too many tries", "minutes", 1, 1440),
    Key.LOCK_AFTER_FAILURES: Wording("An account locks after wrong passwords", "times", 3, 100),
    Key.LOCK_MINUTES: Wording("A locked account stays locked", "minutes", 1, 10_080),
    Key.RESET_STEPS_MINUTES: Wording("The steps of a reset may take", "minutes", 5, 60),
    Key.RESET_TEMPORARY_MINUTES: Wording(
        "A temporary password by text message lasts", "minutes", 5, 1440
    ),
    Key.RESET_GIVEN_HOURS: Wording("A password given by staff lasts", "hours", 1, 168),
    Key.LIST_NAMED_SENDERS_OVER: Wording(
        "A list needs named senders over", "recipients", 1, 1_000_000
    ),
    Key.LIST_TENANT_APPROVAL_OVER: Wording(
        "A list needs national approval over", "recipients", 1, 10_000_000
    ),
    Key.LIST_NAME_MAX_LENGTH: Wording("A list's name, at most", "characters", 8, 200),
    Key.LIST_USER_NAME_MAX_LENGTH: Wording(
        "A list's name, asked for by no administrator, at most", "characters", 4, 200
    ),
    Key.THRESHOLD_ESTATE_PERMILLE: Wording("A run may take of all accounts", PERMILLE, 0, 200),
    Key.THRESHOLD_ORGANISATION_PERMILLE: Wording(
        "A run may take of one organisation", PERMILLE, 0, 900
    ),
    Key.THRESHOLD_NORM_PERCENT: Wording(
        "A day's run against the usual of 30 days", "%", 100, 10_000
    ),
    Key.UNDO_WINDOW_DAYS: Wording("A batch can be taken back", DAYS, 1, 365),
    Key.SIGN_IN_COUNTS: Wording("A sign-in counts as use", FLAG, 0, 1),
    Key.SENDING_COUNTS: Wording("Sending mail counts as use", FLAG, 0, 1),
    Key.PASSWORD_COUNTS: Wording("A change of password counts as use", FLAG, 0, 1),
    Key.CAP_ORGANISATION_ACCOUNTS: Wording(
        "Deletions in one organisation on one day, at most", "accounts", 1, 100_000
    ),
    Key.EVIDENCE_FRESH_HOURS: Wording("Evidence of use is believed for", "hours", 1, 720),
    Key.EVIDENCE_FALL_PERMILLE: Wording(
        "Evidence of use is believed from, of its usual volume", PERMILLE, 0, 1000
    ),
    Key.SPOOF_LEAVE_MAX_DAYS: Wording(
        "An exception from spoof policy lasts, at most", DAYS, 1, 730
    ),
    Key.SPOOF_LEAVE_REMIND_DAYS: Wording("A reminder before an exception ends", DAYS, 0, 365),
    Key.SPOOF_SIGHTING_KEPT_DAYS: Wording("Single spoof messages are kept", DAYS, 1, 730),
    Key.SPOOF_REGISTER_KEPT_DAYS: Wording("Daily counts of spoofing are kept", DAYS, 1, 3650),
    Key.SPOOF_REHEARSAL_FRESH_HOURS: Wording(
        "A rehearsal of a spoof stage is believed for", "hours", 1, 720
    ),
    Key.MAINTENANCE_NOTICE_DAYS: Wording(
        "Maintenance is excused from uptime when announced before", DAYS, 0, 90
    ),
    Key.PILOT_STEP_DAYS: Wording("An organisation stays in a mode of automation", DAYS, 1, 365),
    Key.PILOT_CORRECTIONS_PERMILLE: Wording(
        "Corrections of notices up to which deletions are automated", PERMILLE, 0, 1000
    ),
    **{
        key: Wording(f"{site}: {words}", unit, 1, most)
        for site, least, users, sites in (
            (
                "A pharmacy",
                Key.REGISTRATION_PHARMACY_USERS_LEAST,
                Key.REGISTRATION_PHARMACY_USERS_MOST,
                Key.REGISTRATION_PHARMACY_SITES_MOST,
            ),
            (
                "A dental practice",
                Key.REGISTRATION_DENTISTRY_USERS_LEAST,
                Key.REGISTRATION_DENTISTRY_USERS_MOST,
                Key.REGISTRATION_DENTISTRY_SITES_MOST,
            ),
            (
                "A care provider",
                Key.REGISTRATION_SOCIAL_CARE_USERS_LEAST,
                Key.REGISTRATION_SOCIAL_CARE_USERS_MOST,
                Key.REGISTRATION_SOCIAL_CARE_SITES_MOST,
            ),
            (
                "An optical practice",
                Key.REGISTRATION_OPTOMETRY_USERS_LEAST,
                Key.REGISTRATION_OPTOMETRY_USERS_MOST,
                Key.REGISTRATION_OPTOMETRY_SITES_MOST,
            ),
            (
                "A locum",
                Key.REGISTRATION_LOCUMS_USERS_LEAST,
                Key.REGISTRATION_LOCUMS_USERS_MOST,
                Key.REGISTRATION_LOCUMS_SITES_MOST,
            ),
        )
        for key, words, unit, most in (
            (least, "people named, at least", "people", 10),
            (users, "people named, at most", "people", 100),
            (sites, "sites of one owner, at most", "sites", 1000),
        )
    },
    Key.REGISTRATION_CODE_MINUTES: Wording(
        "A code of a registration is good for", "minutes", 5, 1440
    ),
    Key.REGISTRATION_CODE_TRIES: Wording("A code of a registration may be tried", "times", 1, 10),
    Key.REGISTRATION_CODE_LETTERS: Wording("Codes are sent for one registration", "times", 1, 20),
    Key.REGISTRATION_ADDRESS_LETTERS: Wording(
        "Codes of registrations are sent to one address in 24 hours", "times", 1, 100
    ),
    Key.REGISTRATION_DRAFT_KEPT_DAYS: Wording("A registration nobody sent is kept", DAYS, 1, 90),
    Key.REGISTRATION_PEOPLE_KEPT_DAYS: Wording(
        "People of a registration are kept after it", DAYS, 1, 730
    ),
}


def wording_of(key: Key) -> Wording:
    """The words of a number; one without words of its own is called by its key."""
    found = WORDINGS.get(key)
    if found is not None:
        return found
    *words, unit = key.replace(".", " ").replace("_", " ").split()
    return Wording(" ".join(words).capitalize(), unit, 0, 1_000_000_000)


def say_value(key: Key, value: int) -> str:
    """A number with its unit, as a page says it: `30 days`, `20‰`, `Yes`."""
    unit = wording_of(key).unit
    if unit == FLAG:
        return "Yes" if value else "No"
    return f"{value:,}{'' if unit in {PERMILLE, '%'} else ' '}{unit}"
