"""What search may find of the bulletins: those published, neither drafts nor withdrawn ones."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.bulletins.front_matter import Audience, Status
from lamppost.bulletins.rules import say_title, say_topic
from lamppost.bulletins.tables import Bulletin
from lamppost.clock import london_midnight
from lamppost.generation.actions import Area
from lamppost.generation.reads import get_generations
from lamppost.search.documents import Document, Kind

COLLECTION = "bulletins"


def get_fingerprint(session: Session) -> str:
    """Another one whenever a bulletin came, went or changed."""
    return str(get_generations(session).get(Area.BULLETINS, 0))


def list_documents(session: Session) -> list[Document]:
    """Every published bulletin with its whole text, oldest first."""
    query = select(Bulletin).where(Bulletin.status == Status.PUBLISHED).order_by(Bulletin.slug)
    return [_document(row) for row in session.scalars(query)]


def _document(row: Bulletin) -> Document:
    title = say_title(row.title, Audience(row.audience), row.dated_on)
    body = "\n".join([row.summary, *map(say_topic, row.topics), row.text])
    at = london_midnight(row.dated_on)
    return Document(row.slug, Kind.BULLETIN, f"/bulletins/{row.slug}/", title, body, at)
