"""The milter: the service's verdict enforced inside a mail server of the milter protocol."""
