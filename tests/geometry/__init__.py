"""Tests of the geometry, and the naive definitions that they compare with."""
