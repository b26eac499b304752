"""LAMPPOST_SMTP_URL read into a mail server."""

import pytest

from lamppost.delivery.carrying import route_of
from lamppost.delivery.mail_server import MailServer, MailServerUrlError
from lamppost.settings import Settings


@pytest.mark.parametrize(
    "url", ["", "mail.test", "http://mail.test", "smtp://", "smtp://h:x", "smtp://h?tls=no"]
)
def test_an_address_that_is_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(MailServerUrlError, match="LAMPPOST_SMTP_URL"):
        MailServer.parse(url)


def test_a_mail_servers_password_is_read_and_not_shown() -> None:
    server = MailServer.parse("smtps://post%40x:p%2Fw@mail.test")

    assert (server.host, server.port, server.has_tls) == ("mail.test", 465, True)
    assert (server.username, server.password) == ("post@x", "p/w")
    assert "p/w" not in repr(server)


def test_without_a_mail_server_there_is_no_route(settings: Settings) -> None:
    assert route_of(settings) is None
