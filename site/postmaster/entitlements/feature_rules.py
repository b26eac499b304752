"""Features an organisation may have, what each rests on, and what may follow. Pure."""

from collections.abc import Mapping
from enum import StrEnum


class OrgFeature(StrEnum):
    """A feature of the service that is had by an organisation, never by one person."""

    IM_P = "im_p"
    FILE_SHARING = "file_sharing"
    AV_CONF = "av_conf"
    RECORDING = "recording"


class FeatureState(StrEnum):
    """Where a feature of an organisation stands."""

    REQUESTED = "requested"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class FeatureError(ValueError):
    """It cannot be done; the message says what to do. `field` is the form's."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


FEATURE_WORDS = {
    OrgFeature.IM_P: "Instant messaging and presence",
    OrgFeature.FILE_SHARING: "File sharing",
    OrgFeature.AV_CONF: "Audio and video conferencing",
    OrgFeature.RECORDING: "Recording",
}
STATE_WORDS = {
    FeatureState.REQUESTED: "Requested",
    FeatureState.ACTIVE: "Active",
    FeatureState.SUSPENDED: "Suspended",
    FeatureState.ENDED: "Ended",
}
# What must be in use for another to be: the LA bulletin of 9 April 2018.
RESTS_ON = {
    OrgFeature.FILE_SHARING: OrgFeature.IM_P,
    OrgFeature.RECORDING: OrgFeature.AV_CONF,
}
# Taken as an additional service: a merger does not hand the contract over by itself.
ADDITIONAL = frozenset({OrgFeature.AV_CONF, OrgFeature.RECORDING})
NEXT = {
    FeatureState.REQUESTED: frozenset({FeatureState.ACTIVE, FeatureState.ENDED}),
    FeatureState.ACTIVE: frozenset({FeatureState.SUSPENDED, FeatureState.ENDED}),
    FeatureState.SUSPENDED: frozenset({FeatureState.ACTIVE, FeatureState.ENDED}),
    FeatureState.ENDED: frozenset[FeatureState](),
}


def find_feature_fault(
    feature: OrgFeature, states: Mapping[OrgFeature, FeatureState]
) -> str | None:
    """Why a feature cannot be in use beside what an organisation has; None when it can."""
    needed = RESTS_ON.get(feature)
    if needed is None or states.get(needed) is FeatureState.ACTIVE:
        return None
    return (
        f"{FEATURE_WORDS[feature]} needs {FEATURE_WORDS[needed].lower()} in use. "
        "Have that activated first."
    )


def find_step_fault(now: FeatureState, wanted: FeatureState) -> str | None:
    """Why one state cannot follow another; None when it can."""
    if wanted in NEXT[now]:
        return None
    return f"It is {STATE_WORDS[now].lower()}: it cannot become {STATE_WORDS[wanted].lower()}."


def list_dependants(feature: OrgFeature) -> tuple[OrgFeature, ...]:
    """The features that rest on one."""
    return tuple(one for one, needed in RESTS_ON.items() if needed is feature)


def follow(state: FeatureState, wanted: FeatureState) -> FeatureState | None:
    """What becomes of a dependant when what it rests on becomes `wanted`; None: it stays.

    A suspension suspends what is in use; an end ends whatever has not ended.
    """
    if wanted is FeatureState.SUSPENDED and state is FeatureState.ACTIVE:
        return FeatureState.SUSPENDED
    if wanted is FeatureState.ENDED and state is not FeatureState.ENDED:
        return FeatureState.ENDED
    return None


def inherit(
    feature: OrgFeature, theirs: FeatureState, ours: FeatureState | None
) -> FeatureState | None:
    """What a successor has of a feature its predecessor had; None: what it has already.

    What belongs to the service goes on in use; an additional service, or what was not in use, is
    asked for anew and decided.
    """
    if theirs is FeatureState.ENDED or ours in {FeatureState.ACTIVE, FeatureState.SUSPENDED}:
        return None
    is_core = feature not in ADDITIONAL
    if is_core and theirs is FeatureState.ACTIVE:
        return FeatureState.ACTIVE
    return None if ours is FeatureState.REQUESTED else FeatureState.REQUESTED
