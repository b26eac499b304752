"""Every write a panel can reach declares its row of the matrix, or asks for it."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "site"
# Asked for by the steps of signing in, by people about themselves alone, or by who holds the link
# of a letter: no row of the matrix, and each with its reason.
OPEN = {
    "lamppost.people.factors.make_recovery_codes": "one's own codes, after both factors",
    "lamppost.people.own_account.change_password": "one's own, with the old one",
    "lamppost.people.own_account.end_own_other_sessions": "one's own",
    "lamppost.people.own_account.end_own_session": "one's own",
    "lamppost.people.own_factor.make_offer": "one's own, with the password and a code",
    "lamppost.people.own_factor.open_offer": "one's own, while the offer is open",
    "lamppost.people.own_factor.replace_factor": "one's own, with codes of both apps",
    "lamppost.people.actions.give_role": "asks through the action below, by the role given",
    "postmaster.lifecycle.keeping.keep_by_link": "whoever holds the link of the notice",
}


def _reached_by(path: Path) -> set[str]:
    """The dotted names a module of the web imports, or reaches through a module it imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules: dict[str, str] = {}
    reached: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                modules[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                reached.add(f"{node.module}.{alias.name}")
        if isinstance(node, ast.Import):
            modules |= {alias.asname: alias.name for alias in node.names if alias.asname}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            reached.add(f"{modules.get(node.value.id, node.value.id)}.{node.attr}")
    return reached


def _writes() -> dict[str, str]:
    """Every function below the web that takes who does it: its dotted name and its text."""
    found = {}
    for path in ROOT.rglob("*.py"):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if name.startswith("lamppost.web"):
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                takes = {argument.arg for argument in node.args.kwonlyargs}
                if "by" in takes:
                    found[f"{name}.{node.name}"] = ast.unparse(node)
    return found


def _asks(words: str) -> bool:
    return "@acts(" in words or "ensure(" in words or "ensure_over(" in words


def test_every_action_the_panels_reach_declares_or_asks_its_rule() -> None:
    reached = set().union(*(_reached_by(path) for path in (ROOT / "lamppost/web").rglob("*.py")))
    writes = {name: words for name, words in _writes().items() if name in reached}

    assert {name for name, words in writes.items() if not _asks(words)} == set(OPEN)
    assert len(writes) > len(OPEN)
