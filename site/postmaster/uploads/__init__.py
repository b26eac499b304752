"""Files of accounts: staged, checked row by row as sets, planned, applied as planned."""
