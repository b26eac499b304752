"""What is planned: BCDR windows, the forward schedule of change, Portal releases."""
