"""Tests of the imperative API: MXNet's `attach_grad`, `record` and `backward`."""
