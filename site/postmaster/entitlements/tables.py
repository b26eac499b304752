"""Leave to use a protocol over the internet, and features of organisations; ended, kept."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import ROW_ID, Base, UtcDateTime


class ProtocolGrant(Base):
    """The leave of one account, or of a static list's members, to use one protocol, from a moment.

    Exactly one of `account_id` and `list_id`. `to_at` None: until somebody ends it. `is_everywhere`
    is a list's: it helps members of any organisation, not of the list's own alone.
    """

    __tablename__ = "protocol_grant"
    __table_args__ = (
        Index("ix_protocol_grant_account_id_protocol", "account_id", "protocol"),
        Index("ix_protocol_grant_list_id_protocol", "list_id", "protocol"),
    )

    grant_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.account_id"))
    list_id: Mapped[int | None] = mapped_column(ForeignKey("distribution_list.list_id"))
    protocol: Mapped[str] = mapped_column(String(8))
    is_everywhere: Mapped[bool] = mapped_column(Boolean, default=False)
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    to_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    granted_by: Mapped[str] = mapped_column(String(80))
    ended_by: Mapped[str | None] = mapped_column(String(80))
    ended_why: Mapped[str | None] = mapped_column(Text)


class OrganisationFeature(Base):
    """A feature one organisation asked for, has or had. One at a time that has not ended.

    `cause` is the feature whose suspension suspended this one, so that both come back together.
    """

    __tablename__ = "organisation_feature"
    __table_args__ = (
        Index("ix_organisation_feature_organisation_feature", "organisation", "feature"),
        Index("ix_organisation_feature_state_feature_id", "state", "feature_id"),
    )

    feature_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    organisation: Mapped[str] = mapped_column(String(32), ForeignKey("organisation.ods_code"))
    feature: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    evidence: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(80))
    active_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state_since: Mapped[datetime] = mapped_column(UtcDateTime)
    state_by: Mapped[str] = mapped_column(String(80))
    state_why: Mapped[str | None] = mapped_column(Text)
    cause: Mapped[str | None] = mapped_column(String(16))
