"""An application as whoever fills it in sees it, found by the key of their cookie."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.registrations.codes import digest_key
from postmaster.registrations.rules import REASON_WORDS, Person, Reason, State
from postmaster.registrations.sectors import SECTORS, Sector
from postmaster.registrations.steps import list_people
from postmaster.registrations.tables import Registration


@dataclass(frozen=True, slots=True)
class Draft:
    """What was said so far. `people` with their numbers; `sent_to` is hidden but for its ends."""

    reference: str
    state: State
    region: str
    ods_code: str
    site_name: str
    town: str
    site_count: int
    identifiers: Mapping[str, str]
    email: str
    people: Sequence[tuple[int, Person]]
    reason: str | None
    sent_to: str

    def said(self) -> dict[str, object]:
        """What was said of the site, by the names of the form's fields."""
        return {
            "ods_code": self.ods_code,
            "name": self.site_name,
            "town": self.town,
            "count": self.site_count,
            "email": self.email,
            **self.identifiers,
        }


def get_draft(session: Session, *, key: str | None, sector: Sector) -> Draft | None:
    """The application of a key; None when there is none, or it is of another sector."""
    if not key:
        return None
    row = session.scalar(select(Registration).where(Registration.key_digest == digest_key(key)))
    if row is None or row.sector != sector:
        return None
    email = row.contact_email or ""
    return Draft(
        reference=row.reference,
        state=State(row.state),
        region=row.region,
        ods_code=row.ods_code,
        site_name=row.site_name,
        town=row.town,
        site_count=row.site_count,
        identifiers=row.identifiers,
        email=email if SECTORS[sector].asks_site_email else "",
        people=[
            (one.applicant_id, person) for one, person in list_people(session, row.registration_id)
        ],
        reason=REASON_WORDS[Reason(row.reason)] if row.reason else None,
        sent_to=hide(email),
    )


def hide(email: str) -> str:
    """An address that its reader knows again and nobody learns: `d…@lantern.example`."""
    local, at, domain = email.partition("@")
    return f"{local[:1]}…{at}{domain}" if at else ""
