"""The pages a stranger can reach, one of each kind."""

PAGES = [
    "/",
    "/bulletins/",
    "/bulletins/?page=2",
    "/bulletins/2018-04-09/",
    "/bulletins/years/2018/",
    "/bulletins/topics/",
    "/bulletins/topics/anti-spoofing/",
    "/bulletins/audiences/la/",
    "/status/",
    "/status/components/incoming-internet-email/",
    "/status/components/portal/",
    "/status/history/",
    "/status/incidents/",
    "/status/changes/",
    "/status/bcdr/",
    "/status/releases/",
    "/contacts/",
    "/feeds/",
    "/accessibility/",
    "/cookies/",
    "/privacy/",
    "/nowhere/",
]
FEEDS = [
    f"{folder}feed.{kind}"
    for folder in (
        "/bulletins/",
        "/bulletins/topics/bcdr/",
        "/bulletins/audiences/la/",
        "/status/",
        "/status/components/portal/",
    )
    for kind in ("atom", "rss", "json")
]
