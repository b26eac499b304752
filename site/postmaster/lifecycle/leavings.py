"""Words kept in rows for what is neither a drop nor a blocker."""

# Due for the reason of a batch, and not in it.
AFTER_CUT_OFF = "after-cut-off"
OVER_SHARE = "over-share"
# A shadow whose days ran and that nobody corrected.
STOOD = "stood"
