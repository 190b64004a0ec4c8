"""From a job's name to its function, and the one way to run it: app context, clean scope, log."""

from __future__ import annotations

import time
from importlib import import_module

import structlog
from flask import current_app, has_app_context

from tenants.core.jobs import Job

log = structlog.get_logger()

# Job -> module in workers/jobs; the function bears the job's name.
MODULE_OF: dict[Job, str] = {
    Job.SEND_BATCH: "messages",
    Job.SEND_URGENT: "messages",
    Job.RECOVER_BATCH: "messages",
    Job.EXPIRE_BATCH: "messages",
    Job.RETRY_MESSAGES: "messages",
    Job.TAKE_BACK: "revoking",
    Job.PLAN_CAMPAIGN: "campaigns",
    Job.PREFLIGHT_CAMPAIGN: "campaigns",
    Job.CANCEL_CAMPAIGN: "campaigns",
    Job.FINISH_CAMPAIGN: "campaigns",
    Job.SETTLE_RECEIPTS: "receipts",
    Job.CLEAR_DOUBTS: "doubts",
    Job.ROUTE_REPLIES: "replies",
    Job.IMPORT_FILE: "contacts",
    Job.TIDY_IMPORT: "contacts",
    Job.SEND_MAIL: "mail",
    Job.HANDLE_STRIPE_EVENT: "payments",
    Job.RECONCILE_PAYMENTS: "payments",
    Job.CHECK_BOOKS: "ledger",
    Job.MAKE_SPARES: "accounts",
    Job.REMIND_FILINGS: "filings",
    Job.THIN_OUT: "thinning",
}


def run(name: str, *args: int | str) -> None:
    """Run one job; RQ calls this inside a worker that has pushed the app's context."""
    assert has_app_context() and current_app, "jobs run inside the app's context"
    job = Job(name)
    began = time.perf_counter()
    getattr(import_module(f"workers.jobs.{MODULE_OF[job]}"), name)(*args)
    log.info("job.done", job=name, args=args, took_ms=round((time.perf_counter() - began) * 1000))
