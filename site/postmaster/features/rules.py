"""The behaviours releases switch. What was live is asked of the moment of the event, never of now.

The four of the release of 4 April 2018, from the LA bulletin of 9 April 2018.
"""

from enum import StrEnum


class Feature(StrEnum):
    """A behaviour that is one way before its go-live and another after."""

    SHARED_SENT_ITEMS = "shared_sent_items"
    SSPR_UNLOCKS = "sspr_unlocks"
    ANSWERS_CASE_INSENSITIVE = "answers_case_insensitive"
    SDL_PROTOCOL_GRANT = "sdl_protocol_grant"


FEATURE_WORDS = {
    Feature.SHARED_SENT_ITEMS: "Mail sent from a shared mailbox is kept in its own sent items",
    Feature.SSPR_UNLOCKS: "Resetting a password by oneself unlocks the account too",
    Feature.ANSWERS_CASE_INSENSITIVE: "Security answers may be typed in capitals or not",
    Feature.SDL_PROTOCOL_GRANT: "Members of a static distribution list can be given protocols",
}
