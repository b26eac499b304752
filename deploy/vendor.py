"""Refresh static/vendor from the registry's packages: fonts and source maps out, a manifest in.

Run by `make vendor`; needs npm. The result is committed, so nobody needs Node to run or test.
"""

import hashlib
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "static"
VENDOR = STATIC / "vendor"
# (package, version, licence, {file in the package: file here})
PACKAGES = (
    (
        "nhsuk-frontend",
        "10.6.1",
        "MIT",
        {
            "dist/nhsuk/nhsuk-frontend-10.6.1.min.css": "nhsuk/nhsuk-frontend.css",
            "dist/nhsuk/nhsuk-frontend-10.6.1.min.js": "nhsuk/nhsuk-frontend.js",
        },
    ),
    (
        "htmx.org",
        "2.0.11",
        "0BSD",
        {"dist/htmx.min.js": "htmx/htmx.js", "LICENSE": "htmx/LICENSE"},
    ),
    # For bulletins as PDF alone, which must carry their letters; no page asks for them.
    (
        "dejavu-fonts-ttf",
        "2.37.3",
        "Bitstream-Vera",
        {
            "ttf/DejaVuSans.ttf": "dejavu/DejaVuSans.ttf",
            "ttf/DejaVuSans-Bold.ttf": "dejavu/DejaVuSans-Bold.ttf",
            "ttf/DejaVuSans-Oblique.ttf": "dejavu/DejaVuSans-Oblique.ttf",
            "ttf/DejaVuSans-BoldOblique.ttf": "dejavu/DejaVuSans-BoldOblique.ttf",
            "ttf/DejaVuSansMono.ttf": "dejavu/DejaVuSansMono.ttf",
            "LICENSE": "dejavu/LICENSE",
        },
    ),
)
# The remote font must never load: no visitor's address leaves, and Frutiger is not ours to ship.
FONT_FACE = re.compile(r"@font-face\{[^}]*\}")
SOURCE_MAP = re.compile(r"\n?/[/*]# sourceMappingURL=[^\n*]*(\*/)?")


def main() -> None:
    """Fetch every package, copy what is wanted, write VENDOR."""
    rows: list[str] = []
    shutil.rmtree(VENDOR, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, version, licence, files in PACKAGES:
            package = unpack(name, version, Path(folder))
            for source, target in files.items():
                rows.append(copy(package / source, VENDOR / target, name, version, licence))
            if name == "nhsuk-frontend":
                rows += copy_images(package / "dist/nhsuk/assets/images", name, version, licence)
    (STATIC / "VENDOR").write_text(
        "# path  package  version  licence  sha256\n" + "".join(sorted(rows)), encoding="utf-8"
    )


def unpack(name: str, version: str, folder: Path) -> Path:
    """The unpacked package."""
    packed = subprocess.run(
        ["npm", "pack", "--silent", f"{name}@{version}"],  # noqa: S607 - the npm on the path
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()[-1]
    target = folder / name
    with tarfile.open(folder / packed) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def copy(source: Path, target: Path, name: str, version: str, licence: str) -> str:
    """Copy one file, its fonts and source maps out; give its row of the manifest."""
    data = source.read_bytes()
    if target.suffix in {".css", ".js"}:
        text = SOURCE_MAP.sub("", FONT_FACE.sub("", data.decode("utf-8")))
        data = text.encode("utf-8")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    return f"{target.relative_to(STATIC)}  {name}  {version}  {licence}  {digest}\n"


def copy_images(source: Path, name: str, version: str, licence: str) -> list[str]:
    """The images the style sheet names, under /assets/images as it expects."""
    target = STATIC / "images"
    shutil.rmtree(target, ignore_errors=True)
    return [
        copy(image, target / image.name, name, version, licence)
        for image in sorted(source.iterdir())
        if image.is_file()
    ]


if __name__ == "__main__":
    main()
