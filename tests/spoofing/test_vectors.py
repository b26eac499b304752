"""Third parties' vectors, run whole: every case agrees."""

import pytest

from mail_vectors import SUITES

LEAST = {
    "RFC 7208 test suite (SPF)": 203,
    "RFC 8463 appendix A (DKIM)": 9,
    "DKIM, against dkimpy": 280,
    "RFC 9989 (DMARC)": 35,
}


@pytest.mark.parametrize("name", list(SUITES))
def test_every_case_of_a_suite_agrees(name: str) -> None:
    cases = SUITES[name]()

    assert [case for case in cases if not case.agrees] == []
    assert len(cases) >= LEAST[name]
