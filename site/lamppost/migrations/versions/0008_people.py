"""Those who sign in: credentials, factors, invitations, sessions, throttles."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
