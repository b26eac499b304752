"""The client of our own API."""

import pytest
from flask import Flask

from api import ApiClient


@pytest.fixture
def api(app: Flask) -> ApiClient:
    """Asks the API and holds every answer against its promise."""
    return ApiClient(app.test_client())
