"""The sample's roll-outs, and registrations of pharmacies at every step; all sites invented.

The rows of 2018 are those of the Local Administrator bulletin of 9 April 2018 where it gives a day;
what came after is invented, and is dated by nobody's page.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from postmaster.access.actors import system
from postmaster.organisations.actions import add_organisation
from postmaster.organisations.rules import Kind
from postmaster.registrations.applying import Site, begin, name_person
from postmaster.registrations.codes import digest_key
from postmaster.registrations.letters import owe_received
from postmaster.registrations.provisioning import approve_registration, reject_registration
from postmaster.registrations.regions import Region
from postmaster.registrations.rollouts import NEW, add_rollout
from postmaster.registrations.rules import Reason, State, claim_of, make_person
from postmaster.registrations.sectors import Sector
from postmaster.registrations.stages import Span, Stage
from postmaster.registrations.tables import Registration, Rollout

BY = system("sample")
BULLETIN = "LA bulletin, 9 April 2018"
INVENTED = "Sample: invented"
_MAY = date(2018, 5, 1)
# Sector, regions, stage, first day, words, last day, source.
ROLLOUTS = (
    (Sector.PHARMACY, (Region.ENGLAND,), Stage.LIVE, date(2016, 12, 1), None, None, BULLETIN),
    (
        Sector.DENTISTRY,
        (Region.LONDON, Region.CUMBRIA, Region.NORTH, Region.MERSEYSIDE, Region.CHESHIRE),
        Stage.PILOT, date(2018, 2, 1), "early 2018", date(2018, 4, 30), BULLETIN,
    ),
    (Sector.DENTISTRY, (Region.ENGLAND,), Stage.ROLLOUT, _MAY, "May 2018", None, BULLETIN),
    (
        Sector.SOCIAL_CARE, (Region.LONDON, Region.MIDLANDS_AND_EAST), Stage.PILOT,
        date(2018, 4, 1), "April 2018", None, BULLETIN,
    ),
    (
        Sector.SOCIAL_CARE, (Region.NORTH, Region.SOUTH), Stage.PLANNED,
        None, "after the pilots", None, INVENTED,
    ),
    (
        Sector.OPTOMETRY, (Region.ENGLAND,), Stage.PLANNED,
        None, "summer or autumn 2018", None, BULLETIN,
    ),
    (Sector.OPTOMETRY, (Region.LONDON,), Stage.PILOT, date(2018, 9, 3), None, None, INVENTED),
    (
        Sector.LOCUMS, (Region.ENGLAND,), Stage.PLANNED,
        None, "summer or autumn 2018", None, BULLETIN,
    ),
)  # fmt: skip
# Code, name, town, days ago, and where it stands; two of each site's people are named below.
SITES = (
    ("FX101", "Marigold Pharmacy", "Larkmoor", 2, State.VERIFIED),
    ("FX102", "Nettle Lane Chemist", "Wendle", 6, State.VERIFIED),
    ("FX103", "Oakapple Pharmacy", "Larkmoor", 20, State.PROVISIONED),
    ("FX104", "Pepperpot Chemist", "Tarnside", 9, State.REJECTED),
    ("FX105", "Quince Street Pharmacy", "Wendle", 0, State.CODE_SENT),
)
PEOPLE = (("Ivy", "Marchbank"), ("Jonah", "Penhale"), ("Keira", "Stobbs"), ("Leo", "Winstanley"))


def add_registrations(session: Session, *, now: datetime) -> None:
    """Add them once, over the sample's organisations and policy."""
    if session.scalar(select(func.count()).select_from(Rollout)):
        return
    add_organisation(
        session, ods_code="NHSLOCUM", name="Locums and transient workers", kind=Kind.CONTAINER,
        short_code="nhslocum", by=BY, now=now,
    )  # fmt: skip
    for sector, regions, stage, from_on, words, to_on, source in ROLLOUTS:
        for region in regions:
            span = Span(NEW, sector, region, stage, from_on, words, to_on)
            add_rollout(session, span=span, source=source, by=BY, now=now)
    for place in range(len(SITES)):
        _add_site(session, place, now)


def _add_site(session: Session, place: int, now: datetime) -> None:
    code, name, town, days, state = SITES[place]
    at = now - timedelta(days=days, hours=3)
    site = Site(
        code, name, town, 1, f"dispensary@{code.lower()}.example",
        {"gphc_premises": f"10{place}3445"},
    )  # fmt: skip
    key = begin(session, sector=Sector.PHARMACY, region=Region.NORTH, site=site, now=at)
    for turn in range(2):
        first, last = PEOPLE[(place + turn) % len(PEOPLE)]
        person = make_person(
            first_name=first, last_name=last,
            email=f"{first}.{last}@{code.lower()}.example".lower(),
            mobile=f"0770090{place}{turn}55",
        )  # fmt: skip
        name_person(session, key=key, person=person, now=at)
    row = session.scalars(
        select(Registration).where(Registration.key_digest == digest_key(key))
    ).one()
    row.state, row.state_since, row.code_letters = State.CODE_SENT, at, 1
    if state is not State.CODE_SENT:
        row.state, row.verified_at = State.VERIFIED, at
        row.claim = claim_of(Sector.PHARMACY, code, row.identifiers)
        owe_received(session, row, now=at)
    session.flush()
    decided = min(now, at + timedelta(days=1))
    number = row.registration_id
    if state is State.PROVISIONED:
        approve_registration(session, registration_id=number, by=BY, now=decided)
    if state is State.REJECTED:
        reject_registration(
            session, registration_id=number, reason=Reason.WRONG_CODE,
            words="FX104 is the code of the branch that moved in 2017.", by=BY, now=decided,
        )  # fmt: skip
