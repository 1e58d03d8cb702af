"""What the values mean: expected share, required pace, lights and the readings they depend on."""
