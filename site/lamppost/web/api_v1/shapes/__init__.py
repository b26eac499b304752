"""What the API answers: one class a shape. Moments are UTC, days are London's, delays seconds."""
