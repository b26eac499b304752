"""The policy where nobody has entered one: read from `preset.toml`, dated, with its sources."""

import tomllib
from functools import cache
from pathlib import Path

from postmaster.days import start_of
from postmaster.spoofing.values import Network, SpoofPolicy, Stage, StageRow


@cache
def get_preset() -> SpoofPolicy:
    """The service's protected domain and its stages as they were switched."""
    text = (Path(__file__).parent / "preset.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    rows = tuple(
        StageRow(
            network=Network(row["network"]),
            stage=Stage(row["stage"]),
            from_at=start_of(row["from"]),
            is_approved=True,
            source=row["source"],
        )
        for row in data["stage"]
    )
    return SpoofPolicy(
        protected_domains=tuple(data["protected_domains"]),
        sister_domains=tuple(data["sister_domains"]),
        stage_rows=rows,
        version=data["version"],
        brand_words=tuple(data["brand_words"]),
    )
