"""The local Stripe through the unmodified stripe-python: objects, errors, idempotency, lists, accounts, restart."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.workers.simulators.processes import ask, process
from workers.simulators.stripe.forms import decode

KEY = "sk_test_local"
OFF = {"off_session": True, "confirm": True}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with process("workers.simulators.stripe", "--state", str(tmp_path_factory.mktemp("stripe"))) as address:
        yield address


@pytest.fixture
def client(url: str) -> Any:
    return connect(url)


def connect(url: str, key: str = KEY, **options: Any) -> Any:
    return stripe.StripeClient(key, base_addresses={"api": url}, max_network_retries=0, **options)


def checkout(client: Any, amount: int = 10_000, **others: Any) -> Any:
    line = {"price_data": {"currency": "cny", "unit_amount": amount, "product_data": {"name": "充值"}}, "quantity": 1}
    return client.v1.checkout.sessions.create(
        {"mode": "payment", "line_items": [line], "success_url": "http://127.0.0.1/ok", **others}
    )


def charge(client: Any, method: str = "pm_card_visa", amount: int = 5_000, **others: Any) -> Any:
    params = {"amount": amount, "currency": "usd", "payment_method": method, "confirm": True, **others}
    return client.v1.payment_intents.create(params)


def pay(url: str, session: Any, **wishes: Any) -> Any:
    return ask(f"{url}/control/sessions/{session.id}/pay", {"card": "4242424242424242", **wishes})


def test_forms_are_read_as_stripe_writes_them() -> None:
    text = "mode=payment&expand[]=a&expand[]=b.c&line_items[0][price_data][currency]=cny&metadata[k]=%E4%BD%A0&empty="
    assert decode(text) == {
        "mode": "payment",
        "expand": ["a", "b.c"],
        "line_items": [{"price_data": {"currency": "cny"}}],
        "metadata": {"k": "你"},
        "empty": "",
    }


def test_a_checkout_is_paid_and_leads_to_its_money(client: Any, url: str) -> None:
    customer = client.v1.customers.create({"email": "ada@acme.example", "metadata": {"tenant": "7"}})
    session = checkout(
        client,
        customer=customer.id,
        client_reference_id="topup-1",
        payment_intent_data={"setup_future_usage": "off_session", "metadata": {"topup": "1"}},
    )
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    pay(url, session)
    expand = ["payment_intent.latest_charge.balance_transaction", "line_items", "customer"]
    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": expand})
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert (paid.amount_total, paid.currency, paid.client_reference_id) == (10_000, "cny", "topup-1")
    assert paid.customer.metadata.tenant == "7"
    assert paid.line_items.data[0].description == "充值"
    assert paid.payment_intent.metadata.topup == "1"
    entry = paid.payment_intent.latest_charge.balance_transaction
    assert (entry.amount, entry.fee, entry.net, entry.type) == (10_000, 320, 9_680, "charge")
    saved = client.v1.customers.payment_methods.list(customer.id)
    assert [method.card.last4 for method in saved.data] == ["4242"]
    assert "_number" not in str(saved)


def test_a_saved_card_is_charged_off_session(client: Any, url: str) -> None:
    customer = client.v1.customers.create({})
    intent = client.v1.setup_intents.create(
        {"customer": customer.id, "payment_method": "pm_card_authenticationRequiredOnSetup", "confirm": True}
    )
    assert intent.status == "requires_action"
    page(intent.next_action.redirect_to_url.url, agree="1")
    intent = client.v1.setup_intents.retrieve(intent.id)
    assert intent.status == "succeeded"
    assert charge(client, intent.payment_method, customer=customer.id, off_session=True).status == "succeeded"


def page(address: str, **content: str) -> None:
    import urllib.error
    import urllib.parse
    import urllib.request

    try:
        urllib.request.urlopen(address, data=urllib.parse.urlencode(content).encode(), timeout=5).read()
    except urllib.error.HTTPError as error:
        assert error.code in (404, 410), "the way back may lead nowhere, the word was given all the same"


@pytest.mark.parametrize(
    ("method", "code", "decline_code", "advice"),
    [
        ("pm_card_authenticationRequired", "authentication_required", "authentication_required", "try_again_later"),
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline", "try_again_later"),
        ("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card", "do_not_try_again"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds", "try_again_later"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card", "do_not_try_again"),
    ],
)
def test_an_off_session_decline_says_why(client: Any, method: str, code: str, decline_code: str, advice: str) -> None:
    with pytest.raises(stripe.CardError) as caught:
        charge(client, method, off_session=True)
    error: Any = caught.value.error
    assert (caught.value.http_status, caught.value.code) == (402, code)
    assert (error.decline_code, error.advice_code) == (decline_code, advice)
    intent = client.v1.payment_intents.retrieve(error.payment_intent.id)
    assert (intent.status, intent.last_payment_error.code) == ("requires_payment_method", code)
    assert client.v1.charges.retrieve(intent.latest_charge).status == "failed"


def test_on_session_the_holder_is_asked_and_may_refuse(client: Any) -> None:
    intent = charge(client, "pm_card_authenticationRequired", return_url="http://127.0.0.1:9/back")
    assert intent.status == "requires_action"
    for word, status in (("0", "requires_payment_method"), ("1", "succeeded")):
        intent = charge(client, "pm_card_authenticationRequired")
        page(intent.next_action.redirect_to_url.url, agree=word)
        assert client.v1.payment_intents.retrieve(intent.id).status == status


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({"mode": "payment", "success_url": "http://x"}, "line_items", "parameter_missing"),
        ({"mode": "payment", "line_items": []}, "success_url", "parameter_missing"),
        ({"mode": "subscription", "success_url": "http://x"}, "mode", None),
        ({"mode": "payment", "success_url": "http://x", "customer": "cus_no"}, "customer", "resource_missing"),
    ],
)
def test_a_wrong_parameter_is_named(client: Any, params: Any, param: str, code: str | None) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.checkout.sessions.create(params)
    assert (caught.value.param, caught.value.code) == (param, code)


def test_amounts_must_be_positive_whole_numbers(client: Any) -> None:
    for amount in (0, -1, "1.5", "１"):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            charge(client, amount=amount)  # type: ignore[arg-type]
        assert caught.value.code == "parameter_invalid_integer"


def test_strangers_and_unknown_things_are_refused(client: Any, url: str) -> None:
    with pytest.raises(stripe.AuthenticationError):
        connect(url, "sk_test_other").v1.customers.list()
    with pytest.raises(stripe.InvalidRequestError, match="No such customer") as caught:
        client.v1.customers.retrieve("cus_nobody")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        client.v1.products.list()


def test_the_same_key_gets_the_first_answer_again(client: Any) -> None:
    options = {"idempotency_key": f"key-{time.time()}"}
    first = client.v1.customers.create({"email": "a@b.example"}, options)
    again = client.v1.customers.create({"email": "a@b.example"}, options)
    assert again.id == first.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError):
        client.v1.customers.create({"email": "other@b.example"}, options)
    with pytest.raises(stripe.IdempotencyError):
        client.v1.checkout.sessions.create({"mode": "setup", "success_url": "http://x"}, options)


def test_a_declined_charge_is_also_told_again_and_not_tried_again(client: Any) -> None:
    options = {"idempotency_key": f"declined-{time.time()}"}
    params = {"amount": 777, "currency": "usd", "payment_method": "pm_card_visa_chargeDeclined", **OFF}
    intents = set()
    for _ in range(3):
        with pytest.raises(stripe.CardError) as caught:
            client.v1.payment_intents.create(params, options)
        error: Any = caught.value.error
        intents.add(error.payment_intent.id)
    assert len(intents) == 1


def test_a_refused_request_leaves_its_key_free(client: Any) -> None:
    options = {"idempotency_key": f"free-{time.time()}"}
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.create({"amount": 0, "currency": "usd"}, options)
    assert client.v1.payment_intents.create({"amount": 100, "currency": "usd"}, options).amount == 100


def test_refunds_never_exceed_the_charge_and_move_the_balance(client: Any) -> None:
    intent = charge(client, amount=5_000)
    refund = client.v1.refunds.create({"payment_intent": intent.id, "amount": 2_000})
    assert refund.status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": intent.id, "amount": 3_001})
    assert caught.value.param == "amount"
    client.v1.refunds.create({"charge": intent.latest_charge})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": intent.id})
    assert caught.value.code == "charge_already_refunded"
    paid = client.v1.charges.retrieve(intent.latest_charge)
    assert (paid.amount_refunded, paid.refunded) == (5_000, True)
    assert client.v1.balance_transactions.retrieve(refund.balance_transaction).net == -2_000


def test_a_refund_can_wait_and_can_fail_later(client: Any, url: str) -> None:
    waiting = client.v1.refunds.create({"payment_intent": charge(client, "pm_card_pendingRefund").id})
    assert (waiting.status, waiting.balance_transaction) == ("pending", None)
    ask(f"{url}/control/refunds/{waiting.id}", {"status": "succeeded"})
    assert client.v1.refunds.retrieve(waiting.id).status == "succeeded"
    intent = charge(client, "pm_card_refundFail")
    failing = client.v1.refunds.create({"payment_intent": intent.id})
    ask(f"{url}/control/refunds/{failing.id}", {"status": "failed"})
    failed = client.v1.refunds.retrieve(failing.id, {"expand": ["failure_balance_transaction"]})
    assert (failed.status, failed.failure_balance_transaction.amount) == ("failed", 5_000)
    assert client.v1.charges.retrieve(intent.latest_charge).refunded is False


def test_disputes_take_the_money_and_a_fee_and_may_give_it_back(client: Any, url: str) -> None:
    intent = charge(client, amount=5_000)
    opened = ask(f"{url}/control/disputes", {"payment_intent": intent.id})
    assert [entry["net"] for entry in opened["balance_transactions"]] == [-6_500]
    ask(f"{url}/control/disputes/{opened['id']}", {"status": "won"})
    won = client.v1.disputes.retrieve(opened["id"])
    assert won.status == "won"
    assert sum(entry.net for entry in won.balance_transactions) == 0
    by_card = charge(client, "pm_card_createDispute")
    assert client.v1.disputes.list({"payment_intent": by_card.id}).data[0].reason == "fraudulent"


def test_delayed_payments_complete_first_and_settle_later(client: Any, url: str) -> None:
    for succeeded, status in ((True, "paid"), (False, "unpaid")):
        session = checkout(client)
        pay(url, session, delayed=True)
        waiting = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
        assert (waiting.status, waiting.payment_status) == ("complete", "unpaid")
        assert waiting.payment_intent.status == "processing"
        ask(f"{url}/control/sessions/{session.id}/settle", {"succeeded": succeeded})
        assert client.v1.checkout.sessions.retrieve(session.id).payment_status == status


def test_an_expired_session_cannot_be_paid(client: Any, url: str) -> None:
    session = checkout(client)
    assert client.v1.checkout.sessions.expire(session.id).status == "expired"
    with pytest.raises(Exception, match="HTTP Error 400"):
        pay(url, session)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.expire(session.id)


def test_lists_page_through_everything_newest_first(client: Any) -> None:
    made = [client.v1.customers.create({"email": "paged@b.example"}).id for _ in range(7)]
    pages = client.v1.customers.list({"limit": 3, "email": "paged@b.example"})
    assert pages.has_more is True
    assert [each.id for each in pages.auto_paging_iter()] == made[::-1]
    newer = client.v1.customers.list({"ending_before": made[-3], "email": "paged@b.example"})
    assert [each.id for each in newer.data] == made[:-3:-1]
    assert client.v1.customers.list({"created": {"gt": int(time.time()) + 60}}).data == []


def test_money_in_the_books_is_found_by_time_type_and_source(client: Any) -> None:
    intent = charge(client, amount=1_234)
    since = {"created": {"gte": int(time.time()) - 60}, "limit": 100}
    entries = client.v1.balance_transactions.list({**since, "type": "charge"}).data
    assert intent.latest_charge in {entry.source for entry in entries}
    (entry,) = client.v1.balance_transactions.list({"source": intent.latest_charge}).data
    assert entry.amount == 1_234


def test_connected_accounts_do_not_see_each_other(client: Any, url: str) -> None:
    other = connect(url, stripe_account="acct_reseller")
    session = checkout(other)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.retrieve(session.id)
    pay(url, session)
    assert other.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert {event.account for event in other.v1.events.list().data} == {"acct_reseller"}
    assert all("account" not in event for event in client.v1.events.list({"limit": 100}).data)


def test_a_restart_finds_everything_again(tmp_path: Path) -> None:
    with process("workers.simulators.stripe", "--state", str(tmp_path)) as first:
        client = connect(first)
        customer = client.v1.customers.create({"email": "stay@b.example"}, {"idempotency_key": "stays"})
        session = checkout(client)
    with process("workers.simulators.stripe", "--state", str(tmp_path)) as second:
        client = connect(second)
        assert client.v1.customers.retrieve(customer.id).email == "stay@b.example"
        again = client.v1.customers.create({"email": "stay@b.example"}, {"idempotency_key": "stays"})
        assert again.id == customer.id
        pay(second, session)
        assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


@pytest.mark.parametrize("kind", ["error", "reset"])
def test_a_fault_after_the_charge_leaves_it_to_be_found_by_metadata(client: Any, url: str, kind: str) -> None:
    ask(f"{url}/control/faults", {"path": "/v1/payment_intents", "kind": kind})
    mark = f"{kind}-{time.time()}"
    with pytest.raises((stripe.APIError, stripe.APIConnectionError)):
        client.v1.payment_intents.create(
            {"amount": 100, "currency": "usd", "payment_method": "pm_card_visa", "metadata": {"mark": mark}, **OFF},
            {"idempotency_key": mark},
        )
    found = [each for each in client.v1.payment_intents.list().data if each.metadata.to_dict().get("mark") == mark]
    assert [each.status for each in found] == ["succeeded"]
    params = {"amount": 100, "currency": "usd", "payment_method": "pm_card_visa", "metadata": {"mark": mark}, **OFF}
    if kind == "error":
        with pytest.raises(stripe.APIError):  # the first answer is the answer of this key for ever
            client.v1.payment_intents.create(params, {"idempotency_key": mark})
    else:
        assert client.v1.payment_intents.create(params, {"idempotency_key": mark}).id == found[0].id


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("unavailable", stripe.APIError),
        ("rate_limit", stripe.RateLimitError),
        ("reset_before", stripe.APIConnectionError),
    ],
)
def test_a_fault_before_the_work_leaves_nothing(client: Any, url: str, kind: str, error: type[Exception]) -> None:
    before = client.v1.customers.list({"limit": 1}).data[0].id
    ask(f"{url}/control/faults", {"path": "/v1/customers", "kind": kind})
    with pytest.raises(error):
        client.v1.customers.create({})
    assert client.v1.customers.list({"limit": 1}).data[0].id == before
