"""Tests of workers/simulators/, and the helpers that start simulators for other tests."""
