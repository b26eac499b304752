"""Service-health probes: one file each, each looks at one thing."""
