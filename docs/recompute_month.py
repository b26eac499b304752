"""Compute a closed month's uptime again from its export, with nothing but Python itself.

    python3 recompute_month.py 2018-04.json

The export is the download of the month's page, or what `lamppost status export --month 2018-04`
prints. For each component this prints the figures it finds, and after them the corrected ones where
there are addenda. It ends with 1, saying what differs, when they are not the figures of the export
or when the document was changed since it was closed. Needs Python 3.11; no network, no package.
"""

import hashlib
import json
import sys
from datetime import date, datetime, timedelta

MICROSECOND = timedelta(microseconds=1)
# From best to worst; what an incident says never makes anything look better.
ORDER = ("unknown", "operational", "maintenance", "degraded", "partial", "outage")


def blend(probes, is_maintained):
    """A component's state from those of its probes; None stands for a probe nobody heard."""
    known = [state for state in probes if state not in (None, "unknown")]
    if not known:
        return "unknown"
    down = known.count("outage")
    if down:
        return "outage" if down == len(probes) else "partial"
    if "degraded" in known:
        return "degraded"
    if len(known) < len(probes):
        return "unknown"
    return "maintenance" if is_maintained else "operational"


def moment(text):
    """A moment of the document, aware."""
    return datetime.fromisoformat(text)


def was_announced_in_time(overlay):
    """Whether maintenance was announced as many days before it began as was promised."""
    if overlay.get("notice_days") is None:
        return False
    announced = date.fromisoformat(overlay["announced_on"])
    return announced + timedelta(days=overlay["notice_days"]) <= date.fromisoformat(
        overlay["begins_on"]
    )


def lies_over(item, at, ends):
    """Whether something lies over a moment; its end is no part of it."""
    end = moment(item["ends_at"]) if item["ends_at"] else ends
    return moment(item["starts_at"]) <= at < end


def edges(component, corrections, begins, ends):
    """Every moment at which anything changes, within the month."""
    found = {begins, ends}
    for probe in component["probes"]:
        for _state, start, end in probe["spans"]:
            found |= {moment(start), moment(end)}
    for item in [*component["overlays"], *corrections]:
        found.add(moment(item["starts_at"]))
        found.add(moment(item["ends_at"]) if item["ends_at"] else ends)
    return sorted(at for at in found if begins <= at <= ends)


def state_at(spans, at, places, number):
    """The state a probe's spans give at a moment; moments are asked for in order."""
    while places[number] < len(spans) and moment(spans[places[number]][2]) <= at:
        places[number] += 1
    if places[number] < len(spans) and moment(spans[places[number]][1]) <= at:
        return spans[places[number]][0]
    return None


def add_up(component, corrections, begins, ends):
    """Microseconds measured by state, and of those the ones in excused maintenance."""
    measured, excused = {}, {}
    moments = edges(component, corrections, begins, ends)
    places = [0] * len(component["probes"])
    for at, until in zip(moments, moments[1:]):
        states = [
            state_at(probe["spans"], at, places, number)
            for number, probe in enumerate(component["probes"])
        ]
        over = [item for item in component["overlays"] if lies_over(item, at, ends)]
        planned = [item for item in over if item["kind"] == "maintenance"]
        state = blend(states, bool(planned))
        is_measured = state != "unknown"
        for item in over:
            if item["kind"] == "incident":
                state = max(state, item["state"], key=ORDER.index)
        for item in corrections:
            if lies_over(item, at, ends):
                state = item["state"]
                is_measured = state != "unknown"
        if is_measured:
            length = (until - at) // MICROSECOND
            measured[state] = measured.get(state, 0) + length
            if any(was_announced_in_time(item) for item in planned):
                excused[state] = excused.get(state, 0) + length
    return measured, excused


def percentage(period, measured, formula):
    """Thousandths of a per cent, rounded down; None where too little was measured."""
    covered = sum(measured.values())
    if covered <= 0 or covered * 1000 < period * formula["least_coverage"]:
        return None
    lost = sum(formula["weights"].get(state, 0) * length for state, length in measured.items())
    return (covered * 1000 - lost) * 100_000 // (covered * 1000)


def figures(period, measured, excused, formula):
    """The figures of a month as its document has them."""
    rest = {state: length - excused.get(state, 0) for state, length in measured.items()}
    return {
        "period": period,
        "measured": {state: length for state, length in measured.items() if length},
        "excused": {state: length for state, length in excused.items() if length},
        "all_time": percentage(period, measured, formula),
        "agreed": percentage(period - sum(excused.values()), rest, formula),
        "coverage": sum(measured.values()) * 100_000 // period,
    }


def say(value):
    """A percentage in words."""
    if value is None:
        return "no figure"
    return f"{value // 1000}.{value % 1000:03d}%" if value % 1000 else f"{value // 1000}%"


def line(slug, found):
    """One component's figures in a line."""
    return (
        f"{slug}: all time {say(found['all_time'])}, without announced maintenance "
        f"{say(found['agreed'])}, measured {say(found['coverage'])}"
    )


def main(path):
    """Compute every component again; gives the faults found."""
    with open(path, encoding="utf-8") as file:
        export = json.load(file)
    document = export["document"]
    faults = []
    written = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if hashlib.sha256(written.encode("utf-8")).hexdigest() != export["digest"]:
        faults.append("the document is not the one that was closed: its digest differs")
    begins, ends = moment(document["starts_at"]), moment(document["ends_at"])
    period = (ends - begins) // MICROSECOND
    print(f"{document['month']}, closed {document['closed_at']}")
    print(document["formula"]["words"])
    for component in document["components"]:
        slug = component["slug"]
        found = figures(period, *add_up(component, [], begins, ends), document["formula"])
        print(line(slug, found))
        if found != component["figures"]:
            faults.append(f"{slug}: the export says {line(slug, component['figures'])}")
        mine = [one for one in export["addenda"] if one["component"] == slug]
        if mine:
            lengths = add_up(component, mine, begins, ends)
            print("  corrected: " + line(slug, figures(period, *lengths, document["formula"])))
    return faults


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python3 recompute_month.py MONTH.json")
    found_faults = main(sys.argv[1])
    for fault in found_faults:
        print(fault, file=sys.stderr)
    sys.exit(1 if found_faults else 0)
