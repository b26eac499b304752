"""The estate the account tests stand on."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from estate import Estate, make_estate


@pytest.fixture
def estate(engine: Engine) -> Estate:
    return make_estate(engine, now=datetime(2018, 4, 2, 9, tzinfo=UTC))
