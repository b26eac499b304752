"""One IMAP conversation: who is signed in, which folder is open, what is answered."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from lamppost.worker.relay.folders import DOMAIN
from lamppost.worker.relay.imap import selected
from lamppost.worker.relay.imap.appending import read_append
from lamppost.worker.relay.imap.maildir import LETTERS
from lamppost.worker.relay.imap.store import Store
from lamppost.worker.relay.imap.view import FolderView, index_horizon
from lamppost.worker.relay.imap.words import CommandError, Word, text_of
from lamppost.worker.relay.script import Behaviour

CAPABILITIES = "IMAP4rev1 LITERAL+ SPECIAL-USE UIDPLUS UNSELECT ID"
BEFORE_LOGIN = frozenset({"CAPABILITY", "NOOP", "LOGOUT", "LOGIN", "ID"})

Say = Callable[[bytes], Awaitable[None]]
RefusedError = selected.RefusedError


class Session:
    """Answers commands; `user` is None before the sign-in, `over` is set by LOGOUT."""

    def __init__(self, store: Store, say: Say) -> None:
        self._store = store
        self._say = say
        self._view: FolderView | None = None
        self.user: str | None = None
        self.over = False

    def behaviour(self) -> Behaviour:
        """What the script says of whoever is signed in."""
        return self._store.script().behaviour(self.user or "default")

    async def answer(self, words: list[Word]) -> str:
        """Carry out one command (its tag left out); gives the text after the tagged OK.

        Raises:
            RefusedError: to be answered NO.
            CommandError: to be answered BAD.
        """
        name, rest = text_of(words[0]).upper(), words[1:]
        by_uid = name == "UID"
        if by_uid and rest:
            name, rest = text_of(rest[0]).upper(), rest[1:]
        if self.user is None and name not in BEFORE_LOGIN:
            raise CommandError("Sign in first")
        if name in selected.COMMANDS and (not by_uid or name in selected.BY_UID):
            return await self._on_folder(name, rest, by_uid=by_uid)
        own = None if by_uid else self._own().get(name)
        if own is None:
            raise CommandError(f"{name} is not offered by the practice relay")
        return await own(rest)

    def _own(self) -> dict[str, Callable[[list[Word]], Awaitable[str]]]:
        return {
            "APPEND": self._append,
            "CAPABILITY": self._capability,
            "CLOSE": self._close,
            "EXAMINE": lambda words: self._open(words, writable=False),
            "ID": self._id,
            "LIST": lambda words: self._list("LIST", words),
            "LOGIN": self._login,
            "LOGOUT": self._logout,
            "LSUB": lambda words: self._list("LSUB", words),
            "NOOP": self._noop,
            "SELECT": lambda words: self._open(words, writable=True),
            "STATUS": self._status,
            "UNSELECT": self._unselect,
        }

    async def _on_folder(self, name: str, words: list[Word], *, by_uid: bool) -> str:
        if self._view is None:
            raise CommandError("Open a folder first")
        # Sequence numbers may not shift under a command that uses them.
        await self._tell_changes(may_expunge=by_uid or name in {"CHECK", "EXPUNGE"})
        behaviour = self.behaviour()
        horizon = index_horizon(
            self._store.clock.now(), behaviour.index_lag_s, behaviour.clock_offset_s
        )
        for line in selected.COMMANDS[name](selected.Request(self._view, words, by_uid, horizon)):
            await self._say(line)
        if name == "EXPUNGE":
            await self._tell_changes(may_expunge=True)
        return f"{name} completed"

    async def _tell_changes(self, *, may_expunge: bool) -> None:
        if self._view is not None:
            for line in self._view.refresh(may_expunge=may_expunge):
                await self._say(line.encode() + b"\r\n")

    async def _capability(self, _: list[Word]) -> str:
        await self._say(f"* CAPABILITY {CAPABILITIES}\r\n".encode())
        return "CAPABILITY completed"

    async def _id(self, _: list[Word]) -> str:
        await self._say(b'* ID ("name" "Lamppost practice relay")\r\n')
        return "ID completed"

    async def _noop(self, _: list[Word]) -> str:
        await self._tell_changes(may_expunge=True)
        return "NOOP completed"

    async def _logout(self, _: list[Word]) -> str:
        await self._say(b"* BYE The practice relay says goodbye\r\n")
        self.over = True
        return "LOGOUT completed"

    async def _login(self, words: list[Word]) -> str:
        if len(words) != 2 or self.user is not None:  # noqa: PLR2004 - name and password
            raise CommandError("LOGIN needs a name and a password, once")
        name = text_of(words[0]).lower().removesuffix(f"@{DOMAIN}")
        if self._store.script().behaviour(name).imap_refuse_login:
            raise RefusedError("[AUTHENTICATIONFAILED] Refused by the practice script")
        if not self._store.is_password(name, text_of(words[1])):
            raise RefusedError("[AUTHENTICATIONFAILED] The name or the password is wrong")
        self.user = name
        return f"[CAPABILITY {CAPABILITIES}] Signed in"

    async def _list(self, command: str, words: list[Word]) -> str:
        if len(words) != 2:  # noqa: PLR2004 - reference and pattern
            raise CommandError(f"{command} needs a reference and a pattern")
        for line in self._store.list_folders(command, text_of(words[0]) + text_of(words[1])):
            await self._say(line.encode() + b"\r\n")
        return f"{command} completed"

    async def _open(self, words: list[Word], *, writable: bool) -> str:
        self._view = None
        if len(words) != 1:
            raise CommandError("One folder can be opened")
        folder = self._store.folder(self.user or "", text_of(words[0]))
        self._view = view = FolderView(folder, writable=writable)
        flags = " ".join(LETTERS)
        recent = sum(mail.is_recent for mail in view.mail)
        lines = (
            f"* {len(view.mail)} EXISTS",
            f"* {recent} RECENT",
            f"* FLAGS ({flags})",
            f"* OK [PERMANENTFLAGS ({flags if writable else ''})] These are kept",
            f"* OK [UIDVALIDITY {folder.validity}] UIDs are valid",
            f"* OK [UIDNEXT {folder.next_uid}] The next UID",
        )
        for line in lines:
            await self._say(line.encode() + b"\r\n")
        return "[READ-WRITE] The folder is open" if writable else "[READ-ONLY] The folder is open"

    async def _status(self, words: list[Word]) -> str:
        if len(words) != 2 or not isinstance(words[1], list):  # noqa: PLR2004 - folder and items
            raise CommandError("STATUS needs a folder and a list of items")
        items = [text_of(word).upper() for word in words[1]]
        line = self._store.status_line(self.user or "", text_of(words[0]), items)
        await self._say(line.encode() + b"\r\n")
        return "STATUS completed"

    async def _append(self, words: list[Word]) -> str:
        given = read_append(words)
        folder = self._store.folder(self.user or "", given.folder)
        # Without a date the server stamps the mail, by the clock the script gives it.
        offset = timedelta(seconds=self.behaviour().clock_offset_s)
        uid = folder.append(
            given.content, given.flags, given.at or self._store.clock.now() + offset
        )
        await self._tell_changes(may_expunge=True)
        return f"[APPENDUID {folder.validity} {uid}] APPEND completed"

    async def _close(self, _: list[Word]) -> str:
        if self._view is not None and self._view.writable:
            self._view.expunge(None)
        return await self._unselect(_)

    async def _unselect(self, _: list[Word]) -> str:
        if self._view is None:
            raise CommandError("Open a folder first")
        self._view = None
        return "The folder is closed"
