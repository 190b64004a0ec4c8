"""Pure: an API error in the shape stripe-python turns into its exceptions."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """`more` goes into the error object as it is, without what is None."""

    def __init__(self, status: int, kind: str, message: str, **more: Any) -> None:
        self.status = status
        self.content = {
            "type": kind,
            "message": message,
            **{key: value for key, value in more.items() if value is not None},
        }
        super().__init__(message)


def invalid(message: str, param: str | None = None, code: str | None = None) -> ApiError:
    return ApiError(400, "invalid_request_error", message, param=param, code=code)


def missing(param: str) -> ApiError:
    return invalid(f"Missing required param: {param}.", param, "parameter_missing")


def no_such(kind: str, given: str, param: str = "id") -> ApiError:
    message = f"No such {kind.split('.')[-1]}: '{given}'"
    return ApiError(404, "invalid_request_error", message, param=param, code="resource_missing")
