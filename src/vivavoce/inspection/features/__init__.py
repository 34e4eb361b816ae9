"""What the learned detectors look at: computed here alone, for training and at run time."""
