"""The IMAP port: connections in, sessions run, the script's silence and drips."""

import asyncio
from asyncio import StreamReader, StreamWriter

from lamppost.worker.relay.imap.selected import RefusedError
from lamppost.worker.relay.imap.session import CAPABILITIES, Session
from lamppost.worker.relay.imap.store import Store
from lamppost.worker.relay.imap.words import CommandError, Word, read_command, text_of

DRIP_S = 1.0
IDLE_S = 1800.0  # RFC 3501: no sooner than 30 minutes
LINE_LIMIT = 64 * 1024
FAULTS_ALLOWED = 10


class ImapDoor:
    """Runs one session per connection."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._open: set[asyncio.Task[None]] = set()

    async def welcome(self, reader: StreamReader, writer: StreamWriter) -> None:
        """The callback of asyncio.start_server."""
        task = asyncio.current_task()
        if task is not None:
            self._open.add(task)
            task.add_done_callback(self._open.discard)
        try:
            await _Conversation(self._store, reader, writer).run()
        except (ConnectionError, EOFError, TimeoutError, asyncio.CancelledError):
            pass  # the client went, or the relay stops
        finally:
            writer.close()

    def hang_up(self) -> None:
        """End every session at once."""
        for task in list(self._open):
            task.cancel()


class _Conversation:
    def __init__(self, store: Store, reader: StreamReader, writer: StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._session = Session(store, self._say)
        self._faults = 0

    async def run(self) -> None:
        await self._hold_if_silent()
        await self._say(f"* OK [CAPABILITY {CAPABILITIES}] The practice relay answers\r\n".encode())
        while not self._session.over and self._faults < FAULTS_ALLOWED:
            async with asyncio.timeout(IDLE_S):
                words = await self._read()
            if words:
                await self._hold_if_silent()
                await self._answer(words)

    async def _read(self) -> list[Word]:
        try:
            words = await read_command(self._reader, self._go_ahead)
        except CommandError as error:
            await self._bad(f"{error.tag} BAD {error}\r\n")
            return []
        except ValueError:
            await self._bad("* BAD The line is too long\r\n")
            return []
        if len(words) < 2:  # noqa: PLR2004 - a tag and a command
            await self._bad("* BAD A tag and a command are expected\r\n")
            return []
        return words

    async def _answer(self, words: list[Word]) -> None:
        try:
            tag = text_of(words[0])
        except CommandError as error:
            await self._bad(f"* BAD {error}\r\n")
            return
        try:
            await self._say(f"{tag} OK {await self._session.answer(words[1:])}\r\n".encode())
        except RefusedError as error:
            await self._say(f"{tag} NO {error}\r\n".encode())
        except CommandError as error:
            # A wrong character set is a NO by the RFC, everything else the client's mistake.
            if str(error).startswith("[BADCHARSET"):
                await self._say(f"{tag} NO {error}\r\n".encode())
            else:
                await self._bad(f"{tag} BAD {error}\r\n")
        except ConnectionError:
            raise
        except OSError as error:
            await self._say(f"{tag} NO [SERVERBUG] {error.strerror}\r\n".encode())

    async def _hold_if_silent(self) -> None:
        if self._session.behaviour().hang:
            while await self._reader.read(LINE_LIMIT):
                pass
            raise EOFError  # the client has had enough

    async def _go_ahead(self) -> None:
        await self._say(b"+ go ahead\r\n")

    async def _bad(self, line: str) -> None:
        self._faults += 1
        await self._say(line.encode("utf-8", "replace"))

    async def _say(self, line: bytes) -> None:
        if not self._session.behaviour().drip:
            self._writer.write(line)
            await self._writer.drain()
            return
        for number in line:
            self._writer.write(bytes([number]))
            await self._writer.drain()
            await asyncio.sleep(DRIP_S)
