"""Our own API: typed, versioned in its address, read only; every answer is one of `shapes`."""
