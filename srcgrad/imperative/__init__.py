"""The imperative interface: arrays that record what is done to them, in the dialects of MXNet."""
