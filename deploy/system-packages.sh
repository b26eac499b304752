#!/bin/sh
# Debian's packages for the browser journeys and the mail paths. Without root or apt the tests that
# need them are skipped, and the last lines of the run say how many and why.
set -eu
need=""
command -v chromium >/dev/null || need="$need chromium"
command -v w3m >/dev/null || need="$need w3m"
command -v pdftotext >/dev/null || need="$need poppler-utils"
command -v postfix >/dev/null || [ -x /usr/sbin/postfix ] || need="$need postfix"
[ -x /usr/sbin/dovecot ] || command -v dovecot >/dev/null || need="$need dovecot-imapd"
command -v sieve-test >/dev/null || need="$need dovecot-sieve"
[ -z "$need" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $need
else
    echo "Not root or no apt:$need not installed; the tests that need them will be skipped." >&2
fi
