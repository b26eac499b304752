"""The practice relay: real SMTP, IMAP, HTTP and TLS here, late or wrong as its script says.

A target to practise on, for tests and demonstrations. It never sends anything on.
"""
