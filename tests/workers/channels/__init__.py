"""Tests of workers/channels/."""
