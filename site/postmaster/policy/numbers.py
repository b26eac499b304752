"""The keys of the register and the unit of each, and the presets read from their files."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path


class Key(StrEnum):
    """Every number the register knows; its last word is its unit."""

    NOTICE_DAYS = "notice.days"
    LEAVER_KEPT_DAYS = "leaver.kept_days"
    INACTIVE_AFTER_DAYS = "inactive.after_days"
    INACTIVE_DELETED_AFTER_DAYS = "inactive.deleted_after_days"
    DISABLED_KEPT_MONTHS = "disabled.kept_months"
    RESTORE_WINDOW_DAYS = "restore.window_days"
    ADDRESS_QUARANTINE_MONTHS = "address.quarantine_months"
    JOINER_ALIAS_DAYS = "joiner.alias_days"
    PENDING_EXPIRES_DAYS = "pending.expires_days"
    SHARED_UNSENT_MONTHS = "shared.unsent_months"
    PERSON_PASSWORD_MIN_LENGTH = "password.person.min_length"  # nosec B105 # noqa: S105 - a key, no password
    PERSON_PASSWORD_EXPIRES_DAYS = "password.person.expires_days"  # nosec B105 # noqa: S105 - as above
    APPLICATION_PASSWORD_MIN_LENGTH = "password.application.min_length"  # nosec B105 # noqa: S105 - as above
    APPLICATION_PASSWORD_EXPIRES_MONTHS = "password.application.expires_months"  # nosec B105 # noqa: S105 - as above
    PERSON_PASSWORD_RENEW_DAYS = "password.person.renew_days"  # nosec B105 # noqa: S105 - as above
    PASSWORD_REMEMBERED = "password.remembered_passwords"  # nosec B105 # noqa: S105 - as above
    # 1 or 0: whether a password with blanks, or with the owner's name in it, is refused.
    PASSWORD_BLANKS_REFUSED = "password.blanks_refused"  # nosec B105 # noqa: S105 - as above
    PASSWORD_NAMES_REFUSED = "password.names_refused"  # nosec B105 # noqa: S105 - as above
    PASSWORD_REMIND_FIRST_DAYS = "password.remind_first_days"  # nosec B105 # noqa: S105 - as above
    PASSWORD_REMIND_SECOND_DAYS = "password.remind_second_days"  # nosec B105 # noqa: S105 - as above
    PASSWORD_REMIND_THIRD_DAYS = "password.remind_third_days"  # nosec B105 # noqa: S105 - as above
    PASSWORD_REMIND_FOURTH_DAYS = "password.remind_fourth_days"  # nosec B105 # noqa: S105 - as above
    PASSWORD_REMIND_LAST_DAYS = "password.remind_last_days"  # nosec B105 # noqa: S105 - as above
    ANSWERS_PAIRS = "answers.kept_pairs"
    ANSWERS_MIN_LENGTH = "answers.min_length"
    ANSWERS_MAX_LENGTH = "answers.max_length"
    ANSWERS_ASKED_EACH = "answers.asked_each_characters"
    ANSWERS_ASKED_AT_DESK = "answers.asked_at_desk_characters"
    TRIES_PAIR = "tries.pair_failures"
    TRIES_ACCOUNT = "tries.account_failures"
    TRIES_SOURCE = "tries.source_failures"
    TRIES_WAIT_MINUTES = "tries.wait_minutes"
    LOCK_AFTER_FAILURES = "lock.after_failures"
    LOCK_MINUTES = "lock.minutes"
    RESET_STEPS_MINUTES = "reset.steps_minutes"
    RESET_TEMPORARY_MINUTES = "reset.temporary_minutes"
    RESET_GIVEN_HOURS = "reset.given_hours"
    LIST_NAMED_SENDERS_OVER = "list.named_senders_over"
    LIST_TENANT_APPROVAL_OVER = "list.tenant_approval_over"
    LIST_NAME_MAX_LENGTH = "list.name_max_length"
    LIST_USER_NAME_MAX_LENGTH = "list.user_name_max_length"
    HSSI_PROPOSE_AFTER_MINUTES = "hssi.propose_after_minutes"
    HSSI_PROPOSE_AGAIN_MINUTES = "hssi.propose_again_minutes"
    HSSI_GREEN_FOR_MINUTES = "hssi.green_for_minutes"
    HSSI_HOLDING_REVIEW_MINUTES = "hssi.holding_review_minutes"
    KNOWN_ISSUE_REVIEW_DAYS = "known_issue.review_days"
    BCDR_NOTICE_DAYS = "bcdr.notice_days"
    THRESHOLD_ESTATE_PERMILLE = "threshold.estate_permille"
    THRESHOLD_ORGANISATION_PERMILLE = "threshold.organisation_permille"
    THRESHOLD_NORM_PERCENT = "threshold.norm_percent"
    UNDO_WINDOW_DAYS = "undo.window_days"
    # 1 or 0: whether this kind of use keeps an account from becoming inactive.
    SIGN_IN_COUNTS = "activity.sign_in_counts"
    SENDING_COUNTS = "activity.sending_counts"
    PASSWORD_COUNTS = "activity.password_counts"  # nosec B105 # noqa: S105 - a key, no password
    CAP_ORGANISATION_ACCOUNTS = "cap.organisation_accounts"
    EVIDENCE_FRESH_HOURS = "evidence.fresh_hours"
    EVIDENCE_FALL_PERMILLE = "evidence.fall_permille"
    SPOOF_LEAVE_MAX_DAYS = "spoof.leave_max_days"
    SPOOF_LEAVE_REMIND_DAYS = "spoof.leave_remind_days"
    SPOOF_SIGHTING_KEPT_DAYS = "spoof.sighting_kept_days"
    SPOOF_REGISTER_KEPT_DAYS = "spoof.register_kept_days"
    SPOOF_REHEARSAL_FRESH_HOURS = "spoof.rehearsal_fresh_hours"
    MAINTENANCE_NOTICE_DAYS = "maintenance.notice_days"
    PILOT_STEP_DAYS = "pilot.step_days"
    PILOT_CORRECTIONS_PERMILLE = "pilot.corrections_permille"
    REGISTRATION_PHARMACY_USERS_LEAST = "registration.pharmacy.users_least"
    REGISTRATION_PHARMACY_USERS_MOST = "registration.pharmacy.users_most"
    REGISTRATION_PHARMACY_SITES_MOST = "registration.pharmacy.sites_most"
    REGISTRATION_DENTISTRY_USERS_LEAST = "registration.dentistry.users_least"
    REGISTRATION_DENTISTRY_USERS_MOST = "registration.dentistry.users_most"
    REGISTRATION_DENTISTRY_SITES_MOST = "registration.dentistry.sites_most"
    REGISTRATION_SOCIAL_CARE_USERS_LEAST = "registration.social-care.users_least"
    REGISTRATION_SOCIAL_CARE_USERS_MOST = "registration.social-care.users_most"
    REGISTRATION_SOCIAL_CARE_SITES_MOST = "registration.social-care.sites_most"
    REGISTRATION_OPTOMETRY_USERS_LEAST = "registration.optometry.users_least"
    REGISTRATION_OPTOMETRY_USERS_MOST = "registration.optometry.users_most"
    REGISTRATION_OPTOMETRY_SITES_MOST = "registration.optometry.sites_most"
    REGISTRATION_LOCUMS_USERS_LEAST = "registration.locums.users_least"
    REGISTRATION_LOCUMS_USERS_MOST = "registration.locums.users_most"
    REGISTRATION_LOCUMS_SITES_MOST = "registration.locums.sites_most"
    REGISTRATION_CODE_MINUTES = "registration.code_minutes"
    REGISTRATION_CODE_TRIES = "registration.code_tries"
    REGISTRATION_CODE_LETTERS = "registration.code_letters"
    REGISTRATION_ADDRESS_LETTERS = "registration.address_letters"
    REGISTRATION_DRAFT_KEPT_DAYS = "registration.draft_kept_days"
    REGISTRATION_PEOPLE_KEPT_DAYS = "registration.people_kept_days"


@dataclass(frozen=True, slots=True)
class DatedNumber:
    """One number from one day on: its value, where it stands, whether it is only assumed."""

    key: Key
    value: int
    holds_from: date
    era: str
    source: str
    is_assumed: bool


@dataclass(frozen=True, slots=True)
class Preset:
    """An era of the service's policy under the name it is asked for by."""

    name: str
    holds_from: date
    numbers: tuple[DatedNumber, ...]


class PresetError(Exception):
    """A preset names a number the register does not know, or leaves one out."""


@cache
def list_presets() -> Sequence[Preset]:
    """Every preset that ships, oldest first.

    Raises:
        PresetError: a file is wrong; the message names it and the key.
    """
    files = sorted((Path(__file__).parent / "presets").glob("*.toml"))
    presets = sorted((_read(file) for file in files), key=lambda preset: preset.holds_from)
    missing = set(Key) - {number.key for number in presets[0].numbers}
    if missing:
        raise PresetError(f"{presets[0].name} leaves out {', '.join(sorted(missing))}")
    return tuple(presets)


def _read(file: Path) -> Preset:
    given = tomllib.loads(file.read_text(encoding="utf-8"))
    try:
        numbers = tuple(
            DatedNumber(
                key=Key(row["key"]),
                value=row["value"],
                holds_from=given["from"],
                era=given["name"],
                source=row["source"],
                is_assumed=row.get("assumed", False),
            )
            for row in given["number"]
        )
    except (KeyError, ValueError) as error:
        raise PresetError(f"{file.name}: {error}") from None
    return Preset(given["name"], given["from"], numbers)
