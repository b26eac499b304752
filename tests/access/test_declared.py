"""Every write a panel can reach declares its row of the matrix, or asks for it."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "site"
# Asked for by the steps of signing in and by people about themselves alone: no row of the matrix.
OWN = {"make_recovery_codes", "sign_out", "end_own_session", "end_own_other_sessions"}
# Ask for the row through the action of the room below, which depends on the role given.
THROUGH = {"give_role", "take_role"}


def _imported_by_the_web() -> set[str]:
    names: set[str] = set()
    for path in (ROOT / "lamppost/web").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom | ast.Import):
                names |= {alias.name for alias in node.names}
            if isinstance(node, ast.Attribute):
                names.add(node.attr)
    return names


def test_every_action_the_panels_reach_declares_or_asks_its_rule() -> None:
    reached = _imported_by_the_web()
    silent = []
    for path in [*ROOT.rglob("actions.py"), ROOT / "lamppost/people/resets.py"]:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            takes = {argument.arg for argument in node.args.kwonlyargs}
            if "by" not in takes or node.name not in reached or node.name in OWN | THROUGH:
                continue
            words = ast.unparse(node)
            if "@acts(" not in words and "ensure(" not in words and "ensure_over(" not in words:
                silent.append(f"{path.relative_to(ROOT)}:{node.name}")

    assert silent == []
