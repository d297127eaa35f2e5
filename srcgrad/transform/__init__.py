"""Passes over programs: activity, reverse, forward, needed, unroll, simplify."""
