"""Evaluation beyond accuracy: functions on a store, or on models, that return labelled tables."""
