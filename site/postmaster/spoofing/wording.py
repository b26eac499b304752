"""The words a tagged message bears, by stage. The service's first text is quoted as it stands."""

from dataclasses import dataclass

from postmaster.spoofing.values import Stage

# LA bulletin, 9 April 2018: what mail that spoofs the service is tagged with already.
TAG_STAGE = (
    "--- This message was sent from an email address external to NHSmail but gives the appearance "
    "of being from an NHSmail address. Verify the sender and content is legitimate before acting "
    "upon information contained within. ---"
)
# The service's text of the junk stage is not public word for word; this says what it said.
JUNK_STAGE = (
    "--- This message was sent from an email address external to NHSmail but gives the appearance "
    "of being from an NHSmail address. It has been marked as junk email. Please ask the sender to "
    "stop sending email in this way, and verify that the sender and the content are legitimate "
    "before acting upon information contained within. ---"
)
# Put before the subject where the text of a message may not or cannot be touched.
SUBJECT = "[Appears to be from NHSmail but is not]"


@dataclass(frozen=True, slots=True)
class Wording:
    """A tag's text, and its version, which the register keeps."""

    text: str
    version: str


WORDINGS = {
    Stage.TAG: Wording(TAG_STAGE, "tag-1"),
    Stage.JUNK: Wording(JUNK_STAGE, "junk-1"),
}
