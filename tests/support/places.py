"""The site's settings with every path inside one folder."""

from pathlib import Path

from lamppost.settings import Settings, load_settings


def settings_in(folder: Path) -> Settings:
    """Settings for a folder, its content folder made."""
    content = folder / "bulletins"
    content.mkdir()
    return load_settings(
        {
            "LAMPPOST_DATA": str(folder),
            "LAMPPOST_CONTENT_DIR": str(content),
            "LAMPPOST_BASE_URL": "http://lamppost.test",
        }
    )
