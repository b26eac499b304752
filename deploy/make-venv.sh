#!/bin/sh
# Makes the virtual environment. Debian splits venv from python3: as root with apt it is installed,
# otherwise the sentence says what to install.
set -eu
python="$1"
venv="$2"
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Lamppost needs Python 3.11 or later; $("$python" --version 2>&1) was found. Set PYTHON=/path/to/python3.11" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "python${version}-venv"
    else
        echo "Python's venv is missing. Install it first: apt-get install python${version}-venv" >&2
        exit 1
    fi
fi
"$python" -m venv "$venv"
