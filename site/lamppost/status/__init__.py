"""What the probes say of the service, made into states, logs and windows."""
