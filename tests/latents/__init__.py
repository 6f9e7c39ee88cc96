"""Tests of finding heads and reading features, and the small nets that they use."""
