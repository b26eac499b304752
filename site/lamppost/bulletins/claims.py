"""Who holds which slug, entry id and alias: two files may not claim the same."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from lamppost.bulletins.problems import Problem
from lamppost.bulletins.source import Source


@dataclass(slots=True)
class Claims:
    """The files that hold each slug, alias and id; the first to claim one keeps it."""

    addresses: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    # File to everything it holds, so that letting go costs nothing for the others.
    _held: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def hold(self, file: str, entry_id: str, addresses: Iterable[str]) -> None:
        """Note what a file that stands already holds."""
        taken = tuple(addresses)
        self.ids[entry_id] = file
        self.addresses.update(dict.fromkeys(taken, file))
        self._held[file] = (*self._held.get(file, ()), entry_id, *taken)

    def claim(self, source: Source) -> list[Problem]:
        """Hold what a file asks for instead of what it held, or say what another file holds."""
        slug, front = source.name.slug, source.front
        found: list[str] = []
        holder = self._other(self.addresses, slug, source)
        if holder:
            found.append(f"{holder} holds the address {slug} already; give this file another -n")
        holder = self._other(self.ids, front.id, source)
        if holder:
            found.append(f"id is the id of {holder} too; every bulletin needs one of its own")
        for alias in front.aliases:
            holder = self._other(self.addresses, alias, source)
            if holder:
                found.append(f"alias {alias} is an address of {holder}; take it away here or there")
        if not found:
            self.release(source.file)
            self.hold(source.file, front.id, (slug, *front.aliases))
        return [Problem(source.file, 1, words) for words in found]

    def release(self, file: str) -> None:
        """Let go of everything a file holds."""
        for key in self._held.pop(file, ()):
            for claims in (self.ids, self.addresses):
                if claims.get(key) == file:
                    del claims[key]

    @staticmethod
    def _other(held: dict[str, str], key: str, source: Source) -> str | None:
        holder = held.get(key)
        return None if holder == source.file else holder
