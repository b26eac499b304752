"""The values this room answers with, and its failure."""


class RegistrationError(ValueError):
    """It cannot be done; the message says what to do. `field` is the form's."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field
