"""Who may use SMTP, POP and IMAP over the internet, by whose leave, from when until when."""
