"""Every number a policy fixes, dated and with its source: what held on which day."""
