"""What an account says of its person, checked once for the panel, for a new one and for files.

Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from postmaster.accounts.rules import (
    LONGEST_EXTERNAL_ID,
    LONGEST_JOB_TITLE,
    Kind,
    find_label_fault,
    find_mobile_fault,
    find_name_fault,
    fold_mobile,
)


@dataclass(frozen=True, slots=True)
class Details:
    """A name, and of a person the local number, the job title and the mobile; empty for none."""

    name: str
    external_id: str = ""
    job_title: str = ""
    mobile: str = ""


def fold_details(details: Details) -> Details:
    """As they are stored: no blanks around them, the mobile beginning with 0."""
    return Details(
        details.name.strip(),
        details.external_id.strip(),
        details.job_title.strip(),
        fold_mobile(details.mobile),
    )


def list_detail_faults(details: Details, kind: Kind) -> Mapping[str, str]:
    """What is wrong with folded details, by field, in the order of a form."""
    found = {
        "name": find_name_fault(details.name, kind),
        "external_id": find_label_fault(details.external_id, "local number", LONGEST_EXTERNAL_ID),
        "job_title": find_label_fault(details.job_title, "job title", LONGEST_JOB_TITLE),
        "mobile": find_mobile_fault(details.mobile),
    }
    return {field: fault for field, fault in found.items() if fault is not None}
