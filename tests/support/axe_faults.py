"""What axe finds at fault in the page a browser shows, at WCAG 2.2 AA and best practice."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def look(page: Page) -> list[str]:
    """Each fault with the first element it is at."""
    violations = Axe().run(page, options=RULES).response["violations"]
    return [f"{found['id']}: {found['nodes'][0]['html'][:120]}" for found in violations]
