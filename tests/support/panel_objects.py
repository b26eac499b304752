"""One object of each kind that the panels have an address for, in each of four organisations."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Engine, select

from account_rows import put_mailbox
from batch_rows import put_batch
from bulletin_files import write_bulletin
from closure_rows import put_deleted, put_move, put_plan
from era_rows import put_era
from lamppost.bulletins.actions import load_folder
from lamppost.bulletins.feeds import Site
from lamppost.database import read_only, unit_of_work
from lamppost.people.tables import FactorReset
from lamppost.sample.organisations import add_organisations
from lamppost.settings import Settings
from list_rows import LIST_ARGUMENTS, put_list
from postmaster.access.roles import Role
from postmaster.audit.actions import record
from postmaster.audit.tables import AuditEntry
from postmaster.outbox.actions import owe
from postmaster.policy.actions import enter_presets
from registering import put_registration
from spoof_rows import SPOOFING_ARGUMENTS, put_spoofing
from status_desk import put_hssi, put_plans
from visitors import put_person

# In the order in which `put_mailbox` gives them.
MAILBOX_ARGUMENTS = ("account_id", "member_id", "hold_id", "conversion_id", "upload_id")


@dataclass(frozen=True)
class PanelObjects:
    """Their keys, by organisation where they are of one."""

    message: int
    people: dict[str, str]
    resets: dict[str, str]
    batches: dict[str, int]
    edit: int
    plans: dict[str, int]
    moves: dict[str, int]
    deleted: dict[str, int]
    spoofing: dict[str, dict[str, int]]
    mailboxes: dict[str, tuple[int, ...]]
    registrations: dict[str, tuple[int, int]]
    lists: dict[str, dict[str, int]]

    def values(self, engine: Engine, organisation: str) -> dict[str, list[str]]:
        """By the name of an address's argument, every object of an organisation."""
        with read_only(engine) as session:
            entries = session.scalars(
                select(AuditEntry.entry_id).where(AuditEntry.organisation == organisation)
            ).all()
        return {
            "ods_code": [organisation],
            "entry_id": [str(entry) for entry in entries],
            "message_id": [str(self.message)],
            "person_id": [self.people[organisation]] if organisation in self.people else [],
            "reset_id": [self.resets[organisation]] if organisation in self.resets else [],
            "edit_id": [str(self.edit)],
            "batch_id": [str(self.batches[organisation])] if organisation in self.batches else [],
            "plan_id": [str(self.plans[organisation])] if organisation in self.plans else [],
            "move_id": [str(self.moves[organisation])] if organisation in self.moves else [],
            "deleted_id": [str(self.deleted[organisation])] if organisation in self.deleted else [],
            **{
                name: [str(self.spoofing[organisation][name])]
                if organisation in self.spoofing
                else []
                for name in SPOOFING_ARGUMENTS
            },
            **{
                name: [str(self.mailboxes[organisation][place])]
                if organisation in self.mailboxes
                else []
                for place, name in enumerate(MAILBOX_ARGUMENTS)
            },
            **{
                name: [str(self.registrations[organisation][place])]
                if organisation in self.registrations
                else []
                for place, name in enumerate(("registration_id", "rollout_id"))
            },
            **{
                name: [str(self.lists[organisation][name])] if organisation in self.lists else []
                for name in LIST_ARGUMENTS
            },
            # Of the whole service: no role that is held for an organisation opens their addresses.
            "ref": ["INC1"],
            "draft_id": ["1"],
            "proposal_id": ["1"],
            "uid": ["T1"],
            "change_ref": ["C1"],
            "series_ref": ["S1"],
            "release_ref": ["R1"],
            "issue_ref": ["K1"],
            "source": ["2018-04-09.md"],
        }


def put_panel_objects(engine: Engine, settings: Settings, *, now: datetime) -> PanelObjects:
    """The sample's organisations; somebody, their lost factor and all the rest in some of them."""
    with unit_of_work(engine) as session:
        add_organisations(session, now=now)
        message = owe(
            session,
            cause="test",
            cause_key="1",
            recipient="somebody@example.nhs.uk",
            subject="A message",
            text="Words",
            template="test",
            is_secret=False,
            now=now,
        )
    people, resets = {}, {}
    for code in ("RX1", "RX2", "RX3", "NHSPHARMACY"):
        email = f"somebody@{code.lower()}.nhs.uk"
        people[code] = put_person(engine, now=now, email=email, role=Role.READER, scope=code)
        resets[code] = str(uuid4())
    with unit_of_work(engine) as session:
        for code, reset in resets.items():
            session.add(
                FactorReset(
                    reset_id=UUID(reset),
                    person_id=people[code],
                    reason="A lost telephone",
                    asked_at=now,
                    asked_by="person:another",
                )
            )
            record(
                session, action="test", kind="person", key=people[code], organisation=code,
                by="system:test", now=now,
            )  # fmt: skip
    with unit_of_work(engine) as session:
        enter_presets(session, by="system:test", now=now)
        put_hssi(session, now=now)
        put_plans(session, now=now)
        batches = {code: put_batch(session, organisation=code, now=now) for code in people}
        edit = put_era(session, now=now)
        plans = {code: put_plan(session, organisation=code, now=now) for code in people}
        moves = {
            code: put_move(session, organisation=code, target="VX001", now=now) for code in people
        }
        deleted = {code: put_deleted(session, organisation=code, now=now) for code in people}
        spoofing = {code: put_spoofing(session, organisation=code, now=now) for code in people}
        mailboxes = {code: put_mailbox(session, organisation=code, now=now) for code in people}
        registrations = {
            code: put_registration(session, organisation=code, now=now) for code in people
        }
        lists = {code: put_list(session, organisation=code, now=now) for code in people}
    write_bulletin(settings.content_dir)
    load_folder(engine, settings.content_dir, now, site=Site.of(settings))
    return PanelObjects(
        message, people, resets, batches, edit, plans, moves, deleted, spoofing, mailboxes,
        registrations, lists,
    )  # fmt: skip
