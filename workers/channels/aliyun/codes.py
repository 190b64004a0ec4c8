"""Pure: what Alibaba Cloud's codes mean.

Answers: https://help.aliyun.com/zh/sms/developer-reference/api-error-codes
         https://www.alibabacloud.com/help/en/sms/developer-reference/error-codes
Receipts: the same page, delivery receipts; what is not there is a carrier's own word (`workers/channels/mainland.py`).
"""

from __future__ import annotations

from typing import Final

from workers.channels.base import Code, Outcome
from workers.channels.mainland import WORDS
from workers.channels.meaning import Causes, Refusals

REFUSALS: Final[Refusals] = {
    # The number
    "isv.MOBILE_NUMBER_ILLEGAL": (Code.NUMBER_INVALID, False),
    "isv.MOBILE_COUNT_OVER_LIMIT": (Code.CONFIG, True),
    "isv.BLACK_KEY_CONTROL_LIMIT": (Code.CONTENT, False),  # a variable holds a listed word
    "isv.CUSTOMER_REFUSED": (Code.BLOCKED, False),
    "isv.PHONENUMBER_BLACKLIST": (Code.BLOCKED, False),
    # Limits of one number, not of our pace: waiting seconds does not help, and another channel must not get around them
    "isv.BUSINESS_LIMIT_CONTROL": (Code.TOO_OFTEN, False),
    "isv.DAY_LIMIT_CONTROL": (Code.CREDIT, True),
    "isv.MONTH_LIMIT_CONTROL": (Code.CREDIT, True),
    "isv.SMS_OVER_LIMIT": (Code.CREDIT, True),
    # Signature and template
    "isv.SMS_SIGNATURE_ILLEGAL": (Code.SENDER, True),
    "isv.SMS_SIGN_ILLEGAL": (Code.SENDER, True),
    "isv.SMS_SIGNATURE_SCENE_ILLEGAL": (Code.SENDER, True),
    "isv.SIGN_COUNT_OVER_LIMIT": (Code.SENDER, True),
    "isv.EXTEND_CODE_ERROR": (Code.SENDER, True),
    "isv.SMS_TEMPLATE_ILLEGAL": (Code.TEMPLATE, True),
    "isv.SMS_CONTENT_MISMATCH_TEMPLATE_TYPE": (Code.TEMPLATE, True),
    "isv.TEMPLATE_MISSING_PARAMETERS": (Code.TEMPLATE, True),
    "isv.TEMPLATE_PARAMS_ILLEGAL": (Code.TEMPLATE, True),
    "isv.TEMPLATE_COUNT_OVER_LIMIT": (Code.TEMPLATE, True),
    "isv.PARAM_LENGTH_LIMIT": (Code.CONTENT, True),
    "isv.PARAM_NOT_SUPPORT_URL": (Code.CONTENT, True),
    "isv.SMS_CONTENT_ILLEGAL": (Code.CONTENT, False),
    "isv.UNSUPPORTED_CONTENT": (Code.CONTENT, True),
    "isv.INVALID_JSON_PARAM": (Code.CONFIG, True),
    "isv.INVALID_PARAMETERS": (Code.CONFIG, True),
    # The account
    "isv.AMOUNT_NOT_ENOUGH": (Code.CREDIT, True),
    "isv.OUT_OF_SERVICE": (Code.CREDIT, True),
    "isv.PRODUCT_UNSUBSCRIBE": (Code.CONFIG, True),
    "isv.PRODUCT_UN_SUBSCRIPT": (Code.CONFIG, True),
    "isv.ACCOUNT_NOT_EXISTS": (Code.CONFIG, True),
    "isv.ACCOUNT_ABNORMAL": (Code.CONFIG, True),
    "isv.SECURITY_FROZEN_ACCOUNT": (Code.CONFIG, True),
    "isv.DENY_IP_RANGE": (Code.CONFIG, True),
    "isp.RAM_PERMISSION_DENY": (Code.CONFIG, True),
    "SignatureDoesNotMatch": (Code.CONFIG, True),
    "IncompleteSignature": (Code.CONFIG, True),
    "SignatureNonceUsed": (Code.CONFIG, True),
    "InvalidAccessKeyId": (Code.CONFIG, True),
    "InvalidTimeStamp": (Code.CONFIG, True),
    "InvalidAction": (Code.CONFIG, True),
    "InvalidVersion": (Code.CONFIG, True),
    "MissingParameter": (Code.CONFIG, True),
    "Forbidden": (Code.CONFIG, True),
    # Pace and faults of theirs; "call again" is what the list says to a system error
    "Throttling": (Code.THROTTLED, True),
    "isp.SYSTEM_ERROR": (Code.BUSY, True),
}

DOUBTS: Final = frozenset({"InternalError", "ServiceUnavailable", "isp.UNKNOWN"})

CAUSES: Final[Causes] = {
    **WORDS,
    "MOBILE_NOT_ON_SERVICE": (Outcome.UNDELIVERED, Code.ABSENT),
    "MOBILE_ACCOUNT_ABNORMAL": (Outcome.UNDELIVERED, Code.ABSENT),
    "MOBLLE_TERMINAL_ERROR": (Outcome.UNDELIVERED, Code.ABSENT),  # spelt so
    "INVALID_NUMBER": (Outcome.UNDELIVERED, Code.NUMBER_INVALID),
    "MOBILE_SEND_LIMIT": (Outcome.REJECTED, Code.TOO_OFTEN),
    "MOBILE_IN_BLACK": (Outcome.REJECTED, Code.BLOCKED),
    "USER_REJECT": (Outcome.REJECTED, Code.BLOCKED),
    "CONTENT_KEYWORD": (Outcome.REJECTED, Code.CONTENT),
    "CONTENT_ERROR": (Outcome.REJECTED, Code.CONTENT),
    "SIGNATURE_BLACKLIST": (Outcome.REJECTED, Code.SENDER),
    "PARAMS_ILLEGAL": (Outcome.REJECTED, Code.TEMPLATE),
    "IS_CLOSE": (Outcome.UNDELIVERED, Code.BUSY),
    "NO_ROUTE": (Outcome.UNDELIVERED, Code.UNREACHABLE),
    "SP_NOT_BY_INTER_SMS": (Outcome.UNDELIVERED, Code.ABSENT),
    "SP_UNKNOWN_ERROR": (Outcome.UNDELIVERED, Code.UNKNOWN),
    "REQUEST_SUCCESS": (Outcome.UNDELIVERED, Code.ABSENT),  # their carrier never reported
}
