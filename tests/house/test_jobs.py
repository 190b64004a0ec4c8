"""Every job has one queue, one function and a test; no job is retried by RQ."""

from __future__ import annotations

from importlib import import_module
from inspect import isfunction, signature

import pytest

from tenants.core.jobs import LANE_OF, Job, Lane
from tests.house.tree import ROOT, modules
from workers import schedule
from workers.jobs import sweeps
from workers.jobs.registry import MODULE_OF


def test_every_job_has_one_lane_and_one_module() -> None:
    assert set(LANE_OF) == set(Job) == set(MODULE_OF)


@pytest.mark.parametrize("job", list(Job))
def test_every_job_is_a_function_of_its_name(job: Job) -> None:
    function = getattr(import_module(f"workers.jobs.{MODULE_OF[job]}"), str(job))
    assert function.__doc__ or job is Job.SEND_URGENT
    assert len(signature(function).parameters) <= 3


@pytest.mark.parametrize("job", list(Job))
def test_every_job_is_named_in_a_test(job: Job) -> None:
    texts = [
        path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py") if path.parent.name != "house"
    ]
    assert any(str(job) in text or f"Job.{job.name}" in text for text in texts), f"no test names {job}"


def test_every_lane_has_a_process() -> None:
    procfile = (ROOT / "Procfile").read_text(encoding="utf-8")
    for lane in Lane:
        assert f"python -m workers {lane}" in procfile


def test_nothing_asks_rq_to_retry() -> None:
    assert not [str(path) for path, text in modules().items() if "Retry(" in text or "retry=" in text]


def test_the_clock_rings_every_sweep() -> None:
    rung = {entry.task for entry in schedule.TABLE}
    found = {
        value for name, value in vars(sweeps).items() if isfunction(value) and value.__module__ == sweeps.__name__
        if not name.startswith("_")
    }  # fmt: skip
    assert found and not [sweep.__name__ for sweep in found - rung]
