"""Make the copy from the site as it would answer now."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from flask import Flask

from lamppost.clock import Clock
from lamppost.database import read_only
from lamppost.settings import Settings
from lamppost.snapshot.addresses import file_of
from lamppost.snapshot.copying import Stamp, copy_page
from lamppost.snapshot.crawling import SnapshotError, crawl
from lamppost.snapshot.folder import MARK, refuse_strangers, replace_folder
from lamppost.status.reads import get_service_status
from lamppost.web.app import create_app
from lamppost.web.context import db
from lamppost.web.public import arguments_of


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy that was made: its files counted, and until when it says what the site would say."""

    folder: Path
    files: int
    made_at: datetime
    true_until: datetime


class SnapshotMaker:
    """Makes copies, again and again; pages that have not changed are taken from memory.

    Args:
        settings: the deployment's choices.
        clock: what time it is.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._app: Flask | None = None

    def make(self, folder: Path) -> Snapshot:
        """Make the copy and put it in the folder's place.

        Raises:
            SnapshotError: the folder is not to be replaced or written, or a page fails.
        """
        refuse_strangers(folder.resolve())
        app = self._site()
        made_at = self._clock.now()
        with app.app_context(), read_only(db.engine) as session:
            status = get_service_status(session, now=made_at)
        stamp = Stamp(made_at, status.as_at, self._settings.base_url)
        files = self._files(app, stamp)
        replace_folder(folder, files)
        return Snapshot(folder, len(files), made_at, status.fresh_until)

    def _site(self) -> Flask:
        if self._app is None:
            # Nobody floods the site by copying it.
            self._app = create_app(self._settings, self._clock, is_limited=False)
        self._app.extensions["page_cache"].look_again()
        return self._app

    def _files(self, app: Flask, stamp: Stamp) -> dict[str, bytes]:
        found = crawl(app, base_url=self._settings.base_url)
        arguments = lru_cache(maxsize=None)(lambda path: arguments_of(app, unquote(path)))
        files: dict[str, bytes] = {}
        for address, page in found.pages.items():
            name = file_of(address)
            if name in files:
                raise SnapshotError(f"Two pages would be the file {name}: {address.asked} is one.")
            files[name] = copy_page(address, page, crawl=found, arguments=arguments, stamp=stamp)
        mark = {**stamp.document(), "files": len(files) + 1}
        files[MARK] = json.dumps(mark, indent=1).encode()
        return files
