"""A Statuspage client from the package index, as it ships, reads our summary."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine

from served import serving
from service_rows import define_service, log_hssi, measure, plan_change
from status_rows import NINE

Samples = dict[str, list[tuple[dict[str, str], float]]]


def read_with_client(folder: Path, address: str) -> Samples:
    """What the exporter says once it has read the page, by the name of its figure."""
    services = {"lamppost": {"url": f"{address}/api/v2/summary.json", "name": "Lamppost"}}
    (folder / "services.json").write_text(json.dumps(services))
    figures = folder / "figures.prom"
    subprocess.run(
        [sys.executable, "-m", "statuspage_prometheus_exporter.status_monitoring"],
        cwd=folder,
        env={
            **os.environ,
            "SERVICES_JSON_PATH": str(folder / "services.json"),
            "METRICS_TEXTFILE_PATH": str(figures),
            "RUN_MODE": "once",
        },
        check=True,
        capture_output=True,
        timeout=60,
    )
    found: Samples = {}
    for family in text_string_to_metric_families(figures.read_text(encoding="utf-8")):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def test_a_client_reads_components_an_incident_and_a_maintenance(
    app: Flask, sqlite_engine: Engine, tmp_path: Path
) -> None:
    define_service(sqlite_engine)
    measure(sqlite_engine, "SSSS")
    log_hssi(sqlite_engine, severity=1)
    plan_change(sqlite_engine, starts_at=NINE - timedelta(hours=1), components=("portal",))
    with serving(app) as address:
        figures = read_with_client(tmp_path, address)

    assert figures["statuspage_probe_check"] == [({"service_name": "Lamppost"}, 1)]
    components = {
        labels["component_name"]: value for labels, value in figures["statuspage_component_status"]
    }
    assert components["Incoming internet email"] == 0
    assert components["Portal (administration tools)"] == 0
    assert components["Outlook Web Access"] == 1
    assert len(components) == 9
    incident, one = figures["statuspage_incident_info"][0]
    assert (incident["impact"], one) == ("critical", 1)
    assert incident["incident_name"] == "Relay delivery delays"
    assert incident["affected_components"] == "Incoming internet email"
    maintenance, _ = figures["statuspage_maintenance_info"][0]
    assert maintenance["maintenance_name"] == "New certificates on the relay"
    assert maintenance["scheduled_start"].startswith("2018-04-09T0")


def test_a_client_sees_that_all_is_well(app: Flask, sqlite_engine: Engine, tmp_path: Path) -> None:
    define_service(sqlite_engine)
    measure(sqlite_engine, "SSSS")
    with serving(app) as address:
        figures = read_with_client(tmp_path, address)

    assert figures["statuspage_service_status"] == [({"service_name": "Lamppost"}, 1)]
    assert {value for _, value in figures["statuspage_component_status"]} == {1}
