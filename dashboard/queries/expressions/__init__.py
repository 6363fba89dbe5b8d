"""Expressions over the tags of a run, as `train/loss - val/loss`: read by `grammar`, computed by `evaluate`."""
