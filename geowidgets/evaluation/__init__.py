"""Evaluation beyond accuracy: functions on a store that return labelled tables."""
