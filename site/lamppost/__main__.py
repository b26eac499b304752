"""`python -m lamppost` is the same as `lamppost`."""

from lamppost.cli import main

main()
