"""Pure: Stripe's test cards, as far as they matter here, and the payment method names that stand for them.

Numbers and behaviour as on docs.stripe.com/testing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Ask(StrEnum):
    """When the bank wants the holder to authenticate."""

    NEVER = "never"
    UNTIL_SET_UP = "until_set_up"
    ALWAYS = "always"


class Later(StrEnum):
    """What happens after the payment went through."""

    NOTHING = "nothing"
    DISPUTE = "dispute"
    REFUND_FAILS = "refund_fails"
    REFUND_WAITS = "refund_waits"


@dataclass(frozen=True, slots=True)
class Decline:
    """Why the bank says no."""

    code: str
    decline_code: str
    advice: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Card:
    number: str
    says: str
    brand: str = "visa"
    decline: Decline | None = None
    ask: Ask = Ask.NEVER
    later: Later = Later.NOTHING
    set_up_only: bool = False  # can be saved, but not charged


DECLINED: Final = Decline("card_declined", "generic_decline", "try_again_later", "Your card was declined.")
NO_FUNDS: Final = Decline("card_declined", "insufficient_funds", "try_again_later", "Your card has insufficient funds.")
STOLEN: Final = Decline("card_declined", "stolen_card", "do_not_try_again", "Your card was declined.")
OUT_OF_DATE: Final = Decline("expired_card", "expired_card", "do_not_try_again", "Your card has expired.")
WRONG_CVC: Final = Decline(
    "incorrect_cvc", "incorrect_cvc", "confirm_card_data", "Your card's security code is incorrect."
)
BROKEN: Final = Decline(
    "processing_error", "processing_error", "try_again_later", "An error occurred while processing your card."
)
NOT_A_TEST_CARD: Final = Decline(
    "card_declined", "test_mode_live_card", None, "Your card was declined: only test cards work here."
)
ASKED: Final = Decline(
    "authentication_required",
    "authentication_required",
    "try_again_later",
    "Your card was declined. This transaction requires authentication.",
)
REFUSED_TO_AUTHENTICATE: Final = Decline(
    "payment_intent_authentication_failure", "", None, "We are unable to authenticate your payment method."
)

CARDS: Final[dict[str, Card]] = {
    card.number: card
    for card in (
        Card("4242424242424242", "succeeds"),
        Card("5555555555554444", "succeeds", "mastercard"),
        Card("6200000000000005", "succeeds", "unionpay"),
        Card("4000000000000002", "declined", decline=DECLINED),
        Card("4000000000009995", "insufficient funds", decline=NO_FUNDS),
        Card("4000000000009979", "stolen", decline=STOLEN),
        Card("4000000000000069", "expired", decline=OUT_OF_DATE),
        Card("4000000000000127", "wrong security code", decline=WRONG_CVC),
        Card("4000000000000119", "processing error", decline=BROKEN),
        Card("4000000000000341", "can be saved, declined when charged", decline=DECLINED, set_up_only=True),
        Card("4000002760003184", "always asks for authentication", ask=Ask.ALWAYS),
        Card("4000002500003155", "asks until it was set up", ask=Ask.UNTIL_SET_UP),
        Card("4000008260003178", "asks, then insufficient funds", decline=NO_FUNDS, ask=Ask.ALWAYS, set_up_only=True),
        Card("4000000000000259", "succeeds, then disputed", later=Later.DISPUTE),
        Card("4000000000005126", "refund fails later", later=Later.REFUND_FAILS),
        Card("4000000000007726", "refund waits", later=Later.REFUND_WAITS),
    )
}

NAMES: Final[dict[str, str]] = {  # payment methods that exist without being made
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_unionpay": "6200000000000005",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedStolenCard": "4000000000009979",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_chargeDeclinedProcessingError": "4000000000000119",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_authenticationRequiredOnSetup": "4000002500003155",
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": "4000008260003178",
    "pm_card_createDispute": "4000000000000259",
    "pm_card_refundFail": "4000000000005126",
    "pm_card_pendingRefund": "4000000000007726",
}


def card_of(number: str) -> Card:
    """A test card; any other number is declined, since no real card may be used here."""
    return CARDS.get(number) or Card(number, "not a test card", decline=NOT_A_TEST_CARD)


def plausible(number: str) -> bool:
    """Whether it has the form of a card number (Luhn)."""
    if not number.isascii() or not number.isdigit() or not 12 <= len(number) <= 19:
        return False
    digits = [int(digit) for digit in reversed(number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
