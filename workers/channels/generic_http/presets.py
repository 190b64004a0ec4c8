"""Pure: filled-in settings for providers whose documents say enough; what is missing is the account's own.

Huawei    https://support.huaweicloud.com/intl/en-us/api-msgsms/sms_05_0001.html (sending, X-WSSE),
          …/sms_05_0003.html (receipts), …/sms_05_0050.html (codes)
Vonage    https://developer.vonage.com/en/messaging/sms/guides/troubleshooting-sms (answers),
          https://developer.vonage.com/en/messaging/sms/guides/delivery-receipts (receipts, sent as POST-JSON)
Sinch     https://developers.sinch.com/docs/sms/api-reference/sms/batches, …/sms/delivery-reports
Infobip   https://dev-old.infobip.com/send-sms/fully-featured-text-message (version 2, still served),
          https://www.infobip.com/docs/essentials/api-essentials/response-status-and-error-codes
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workers.channels.mainland import WORDS

Preset = Mapping[str, str | int]

HUAWEI: Final[Preset] = {
    "url": "https://smsapi.cn-north-4.myhuaweicloud.com/sms/batchSendSms/v1",
    "headers": 'Authorization: WSSE realm="SDP",profile="UsernameToken",type="Appkey"\n'
    'X-WSSE: UsernameToken Username="{{user}}",PasswordDigest="{{wsse}}",Nonce="{{nonce}}",Created="{{now}}"',
    "body_type": "form",
    "body": "from={{sender}}&to={{to}}&templateId={{template}}&templateParas={{values}}&signature={{signature}}"
    "&statusCallback={{callback}}&extend={{reference}}",
    "success_status": "200",
    "success_at": "code",
    "success_is": "000000",
    "id_at": "result.0.smsMsgId",
    # E000510 says "see the message's own status", so that is asked first.
    "code_at": "result.0.status | code",
    "refusals": "E000000 = channel_misconfigured again\nE000001 = channel_misconfigured again\n"
    "E000045 = channel_misconfigured again\nE000101 = channel_misconfigured again\n"
    "E000102 = channel_misconfigured again\nE000103 = channel_misconfigured again\n"
    "E000104 = channel_misconfigured again\nE000112 = channel_misconfigured again\n"
    "E000503 = channel_misconfigured again\nE000620 = channel_misconfigured again\n"
    "E000510 = unknown_failure\nE200015 = carrier_busy again\nE200028 = template_rejected again\n"
    "E200029 = template_rejected again\nE200030 = template_rejected again\nE200033 = template_rejected again\n"
    "E200041 = too_often",
    "receipt_form": "form",
    "receipt_id": "smsMsgId",
    "receipt_reference": "extend",
    "receipt_status": "status",
    # Any other word is one of the carriers' thousand codes of failure, which no table holds.
    "receipt_words": "\n".join(
        f"{word} = {outcome}" for word, (outcome, _) in WORDS.items() if len(word) == 7 and word.isalpha()
    )
    + "\nE200034 = expired\nMILIMIT = rejected\nLIMIT = rejected\nKEYWORD = rejected\nBLACK = rejected\n"
    "* = undelivered",
    "receipt_code": "status",
    "receipt_codes": "UNDELIV = absent\nEXPIRED = validity_expired\nREJECTD = blocked\nMILIMIT = too_often\n"
    "LIMIT = too_often\nKEYWORD = content_rejected\nBLACK = blocked\nMBBLACK = blocked\nDJ:0255 = content_rejected",
    "receipt_at": "updateTime",
}

VONAGE: Final[Preset] = {
    "url": "https://rest.nexmo.com/sms/json",
    "body_type": "form",
    "body": "api_key={{user}}&api_secret={{secret}}&from={{sender}}&to={{number}}&text={{text}}&type=unicode"
    "&client-ref={{reference}}&callback={{callback}}",
    "success_status": "200",
    "success_at": "messages.0.status",
    "success_is": "0",
    "id_at": "messages.0.message-id",
    "code_at": "messages.0.status",
    "refusals": "1 = throttled again\n2 = channel_misconfigured again\n3 = channel_misconfigured again\n"
    "4 = channel_misconfigured again\n5 = doubt\n6 = number_invalid\n7 = blocked\n8 = channel_misconfigured again\n"
    "9 = carrier_credit again\n10 = throttled again\n11 = channel_misconfigured again\n12 = content_rejected\n"
    "14 = channel_misconfigured again\n15 = sender_rejected again\n22 = carrier_unreachable again\n"
    "23 = channel_misconfigured again\n29 = channel_misconfigured again\n33 = number_invalid",
    "receipt_id": "messageId",
    "receipt_reference": "client-ref",
    "receipt_status": "status",
    "receipt_words": "delivered = delivered\nexpired = expired\nfailed = undelivered\nrejected = rejected\n"
    "accepted = accepted\nbuffered = accepted\nunknown = accepted",
    "receipt_code": "err-code",
    "receipt_codes": "2 = absent\n3 = absent\n4 = blocked\n6 = content_rejected\n7 = absent\n8 = carrier_busy\n"
    "9 = number_invalid\n10 = content_rejected\n11 = carrier_unreachable\n12 = absent\n14 = blocked\n"
    "15 = carrier_credit",
    "receipt_at": "message-timestamp",
}

SINCH: Final[Preset] = {
    "url": "https://eu.sms.api.sinch.com/xms/v1/SERVICE-PLAN/batches",
    "headers": "Authorization: Bearer {{secret}}",
    "body_type": "json",
    "body": '{"from": "{{sender}}", "to": ["{{to}}"], "body": "{{text}}", "client_reference": "{{reference}}",'
    ' "delivery_report": "per_recipient", "callback_url": "{{callback}}"}',
    "success_status": "201",
    "id_at": "id",
    "code_at": "code",
    "refusals": "syntax_invalid_json = channel_misconfigured again\n"
    "syntax_invalid_parameter_format = unknown_failure\nsyntax_constraint_violation = channel_misconfigured again\n"
    "unauthorized = channel_misconfigured again\nmissing_callback_url = channel_misconfigured again",
    "receipt_id": "batch_id",
    "receipt_reference": "client_reference",
    "receipt_status": "status",
    "receipt_words": "Queued = accepted\nDispatched = accepted\nUnknown = accepted\nDelivered = delivered\n"
    "Failed = undelivered\nDeleted = undelivered\nExpired = expired\nAborted = rejected\nRejected = rejected\n"
    "Cancelled = rejected",
    "receipt_code": "code",
    "receipt_codes": "402 = carrier_unreachable\n403 = carrier_busy\n404 = carrier_busy\n406 = validity_expired\n"
    "410 = sender_rejected\n411 = content_rejected\n412 = carrier_unreachable\n413 = channel_misconfigured",
    "receipt_at": "at",
}

INFOBIP: Final[Preset] = {
    "url": "https://api.infobip.com/sms/2/text/advanced",
    "headers": "Authorization: App {{secret}}\nAccept: application/json",
    "body_type": "json",
    "body": '{"messages": [{{items}}]}',
    "item": '{"from": "{{sender}}", "destinations": [{"to": "{{number}}"}], "text": "{{text}}",'
    ' "callbackData": "{{reference}}", "notifyUrl": "{{callback}}", "notifyContentType": "application/json"}',
    "batch": 100,
    "success_status": "200",
    "answers_at": "messages",
    "answer_number": "to",
    "success_at": "status.groupName",
    "success_is": "PENDING|DELIVERED",
    "id_at": "messageId",
    "code_at": "status.name | requestError.serviceException.messageId",
    "refusals": "UNAUTHORIZED = channel_misconfigured again\nFORBIDDEN = channel_misconfigured again\n"
    "BAD_REQUEST = channel_misconfigured again\nTOO_MANY_REQUESTS = throttled again\nGENERAL_ERROR = doubt\n"
    "REJECTED_NOT_ENOUGH_CREDITS = carrier_credit again\nREJECTED_DESTINATION = number_invalid\n"
    "REJECTED_INVALID_DESTINATION = number_invalid\nREJECTED_SENDER = sender_rejected again\n"
    "REJECTED_SOURCE = sender_rejected again\nREJECTED_DESTINATION_ON_BLACKLIST = blocked\n"
    "REJECTED_PREFIX_MISSING = number_invalid\nREJECTED_NETWORK = carrier_unreachable again\n"
    "REJECTED_ROUTE_NOT_AVAILABLE = carrier_unreachable again\nREJECTED_FLOODING_FILTER = too_often\n"
    "REJECTED_SYSTEM_ERROR = carrier_busy again",
    "receipt_list": "results",
    "receipt_id": "messageId",
    "receipt_reference": "callbackData",
    "receipt_status": "status.groupName",
    "receipt_words": "PENDING = accepted\nDELIVERED = delivered\nUNDELIVERABLE = undelivered\nEXPIRED = expired\n"
    "REJECTED = rejected",
    "receipt_code": "error.name",
    "receipt_codes": "EC_ABSENT_SUBSCRIBER = absent\nEC_UNKNOWN_SUBSCRIBER = number_invalid\n"
    "EC_UNIDENTIFIED_SUBSCRIBER = number_invalid\nEC_ILLEGAL_SUBSCRIBER = blocked\nEC_CALL_BARRED = blocked\n"
    "EC_DEST_ADDRESS_BLACKLISTED = blocked\nEC_MESSAGE_CONTENT_FILTERED = content_rejected",
    "receipt_at": "doneAt",
}

PRESETS: Final[Mapping[str, Preset]] = {"huawei": HUAWEI, "vonage": VONAGE, "sinch": SINCH, "infobip": INFOBIP}
