"""Tests of workers/jobs/."""
