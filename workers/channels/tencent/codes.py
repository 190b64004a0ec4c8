"""Pure: what Tencent Cloud's codes mean.

Answers: https://cloud.tencent.com/document/api/382/59177, the same list as in the vendor's own SDK.
Receipts hold the carriers' own words (`workers/channels/mainland.py`).
"""

from __future__ import annotations

from typing import Final

from workers.channels.base import Code
from workers.channels.mainland import WORDS
from workers.channels.meaning import Causes, Refusals

REFUSALS: Final[Refusals] = {
    # The number
    "InvalidParameterValue.IncorrectPhoneNumber": (Code.NUMBER_INVALID, False),
    "FailedOperation.PhoneNumberInBlacklist": (Code.BLOCKED, False),
    "FailedOperation.PhoneNumberOnBlacklist": (Code.BLOCKED, False),
    "UnsupportedOperation.UnsuportedRegion": (Code.UNREACHABLE, True),  # spelt so
    # Limits of one number: another channel must not get around them
    "LimitExceeded.PhoneNumberDailyLimit": (Code.TOO_OFTEN, False),
    "LimitExceeded.PhoneNumberOneHourLimit": (Code.TOO_OFTEN, False),
    "LimitExceeded.PhoneNumberThirtySecondLimit": (Code.TOO_OFTEN, False),
    "LimitExceeded.PhoneNumberSameContentDailyLimit": (Code.TOO_OFTEN, False),
    "LimitExceeded.DeliveryFrequencyLimit": (Code.TOO_OFTEN, False),
    # Limits of the account
    "LimitExceeded.AppDailyLimit": (Code.CREDIT, True),
    "LimitExceeded.DailyLimit": (Code.CREDIT, True),
    "LimitExceeded.PhoneNumberCountLimit": (Code.CONFIG, True),
    "FailedOperation.InsufficientBalanceInSmsPackage": (Code.CREDIT, True),
    "UnauthorizedOperation.SerivceSuspendDueToArrears": (Code.CREDIT, True),  # spelt so
    # Signature, template, content
    "FailedOperation.SignatureIncorrectOrUnapproved": (Code.SENDER, True),
    "FailedOperation.MissingSignature": (Code.SENDER, True),
    "FailedOperation.MissingSignatureList": (Code.SENDER, True),
    "FailedOperation.TemplateIncorrectOrUnapproved": (Code.TEMPLATE, True),
    "FailedOperation.MissingTemplateList": (Code.TEMPLATE, True),
    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate": (Code.TEMPLATE, True),
    "InvalidParameterValue.TemplateParameterFormatError": (Code.TEMPLATE, True),
    "InvalidParameterValue.TemplateParameterLengthLimit": (Code.TEMPLATE, True),
    "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter": (Code.TEMPLATE, True),
    "InvalidParameterValue.ContentLengthLimit": (Code.CONTENT, True),
    "InvalidParameterValue.TemplateWithDirtyWords": (Code.CONTENT, False),
    "FailedOperation.ContainSensitiveWord": (Code.CONTENT, False),
    "InvalidParameter.DirtyWordFound": (Code.CONTENT, False),
    "FailedOperation.MarketingSendTimeConstraint": (Code.BUSY, True),  # marketing leaves from 8 to 22 only
    # The account and the request
    "AuthFailure": (Code.CONFIG, True),
    "UnauthorizedOperation": (Code.CONFIG, True),
    "InvalidParameterValue.SdkAppIdNotExist": (Code.CONFIG, True),
    "InvalidParameter": (Code.CONFIG, True),
    "InvalidParameterValue": (Code.CONFIG, True),
    "MissingParameter": (Code.CONFIG, True),
    "UnknownParameter": (Code.CONFIG, True),
    "UnsupportedOperation": (Code.CONFIG, True),
    "UnsupportedRegion": (Code.CONFIG, True),
    "FailedOperation.FailResolvePacket": (Code.CONFIG, True),
    "FailedOperation.JsonParseFail": (Code.CONFIG, True),
    "InternalError.JsonParseFail": (Code.CONFIG, True),
    "InternalError.RequestTimeException": (Code.CONFIG, True),  # our clock
    "InternalError.RestApiInterfaceNotExist": (Code.CONFIG, True),
    "InternalError.SigFieldMissing": (Code.CONFIG, True),
    "InternalError.SigVerificationFail": (Code.CONFIG, True),
    # Pace
    "RequestLimitExceeded": (Code.THROTTLED, True),
    "LimitExceeded": (Code.THROTTLED, True),
    "ResourceInsufficient": (Code.BUSY, True),
    "ResourceUnavailable": (Code.BUSY, True),
}

# All other internal errors: a time-out behind their door may hide a message that went out.
DOUBTS: Final = frozenset({"InternalError"})

CAUSES: Final[Causes] = WORDS
