"""The imperative API: arrays that remember what was done to them, and `backward`."""
