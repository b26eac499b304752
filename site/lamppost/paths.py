"""Where templates, static files, content and probe definitions lie: in a checkout or in a wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent.parent
_IN_CHECKOUT = (_CHECKOUT / "templates").is_dir() and (_CHECKOUT / "pyproject.toml").is_file()
_HOME = _CHECKOUT if _IN_CHECKOUT else _PACKAGE / "_data"

TEMPLATES = _HOME / "templates"
STATIC = _HOME / "static"
CONTENT = _HOME / "content"
# Of the documents only what pages hand out travels in the wheel.
DOCS = _HOME / "docs"
BULLETINS = CONTENT / "bulletins"
MIGRATIONS = _PACKAGE / "migrations"


def probe_definitions() -> Path:
    """The probes.toml that ships with the probes package, beside its code in both places."""
    import probes  # noqa: PLC0415 - a path is all that is wanted; the probes load when they run

    return Path(probes.__file__).resolve().parent / "probes.toml"
