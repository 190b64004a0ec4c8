"""The hosted page as a payer's browser sees it: fields, declines, authentication, both languages, the ways back."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.workers.simulators.processes import process
from tests.workers.simulators.stripe.test_api import checkout, connect
from workers.simulators.stripe.cards import CARDS, NAMES, card_of, plausible
from workers.simulators.stripe.words import WORDS, money

GOOD = {"number": "4242 4242 4242 4242", "expiry": "12 / 34", "cvc": "123", "email": "ada@acme.example"}
OK = "http://127.0.0.1:9/ok?s={CHECKOUT_SESSION_ID}"


class Stay(urllib.request.HTTPRedirectHandler):
    """Shows redirects instead of following them."""

    def redirect_request(self, *_: Any) -> None:
        return None


opener = urllib.request.build_opener(Stay)


def visit(url: str, content: dict[str, str] | None = None, language: str = "en") -> tuple[int, str, str]:
    """Status, page, where it leads."""
    body = urllib.parse.urlencode(content).encode() if content is not None else None
    request = urllib.request.Request(url, data=body, headers={"Accept-Language": language})
    try:
        with opener.open(request, timeout=10) as answer:
            return answer.status, answer.read().decode(), ""
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), error.headers.get("Location", "")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with process("workers.simulators.stripe", "--state", str(tmp_path_factory.mktemp("stripe"))) as address:
        yield address


@pytest.fixture
def client(url: str) -> Any:
    return connect(url)


@pytest.fixture
def session(client: Any) -> Any:
    return checkout(client, amount=123_456, success_url=OK, cancel_url="http://127.0.0.1:9/no")


def test_the_page_shows_amount_goods_and_the_way_back(session: Any) -> None:
    status, page, _ = visit(session.url)
    assert status == 200
    assert "<h1>¥1,234.56</h1>" in page and "充值" in page
    assert 'href="http://127.0.0.1:9/no"' in page
    assert not re.search(r"style=|<script|onclick", page)


def test_a_good_card_pays_and_leads_back(client: Any, session: Any) -> None:
    status, _, where = visit(session.url, GOOD)
    assert (status, where) == (303, f"http://127.0.0.1:9/ok?s={session.id}")
    paid = client.v1.checkout.sessions.retrieve(session.id)
    assert (paid.payment_status, paid.customer_details.email) == ("paid", "ada@acme.example")
    assert "This payment is complete" in visit(session.url)[1] if session.url else True
    assert visit(session.url, GOOD)[0] == 200
    assert len(client.v1.charges.list({"payment_intent": paid.payment_intent}).data) == 1


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"number": "4242424242424241"}, "bad_number"),
        ({"number": ""}, "bad_number"),
        ({"expiry": "01 / 20"}, "bad_expiry"),
        ({"expiry": "13 / 34"}, "bad_expiry"),
        ({"cvc": "12"}, "bad_cvc"),
        ({"email": "nobody"}, "bad_email"),
        ({"number": "4000000000000002"}, "card_declined"),
        ({"number": "4000000000009995"}, "insufficient_funds"),
        ({"number": "4000000000000069"}, "expired_card"),
        ({"number": "4000000000000127"}, "incorrect_cvc"),
        ({"number": "4111111111111111"}, "test_mode_live_card"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_wrong_is_said_in_the_payers_language(
    session: Any, wrong: dict[str, str], word: str, language: str
) -> None:
    status, page, _ = visit(session.url, {**GOOD, **wrong}, language)
    assert status == 422
    assert WORDS[language][word] in page
    assert 'value="12 / 34"' in page or "expiry" in wrong


def test_after_a_decline_another_card_pays_the_same_intent(client: Any, session: Any) -> None:
    visit(session.url, {**GOOD, "number": "4000000000000002"})
    first = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    assert visit(session.url, GOOD)[0] == 303
    paid = client.v1.checkout.sessions.retrieve(session.id)
    assert (paid.payment_intent, paid.payment_status) == (first, "paid")


def test_a_card_that_asks_leads_to_the_bank_and_back(client: Any, session: Any) -> None:
    asking = {**GOOD, "number": "4000 0027 6000 3184"}
    status, _, bank = visit(session.url, asking)
    assert status == 303 and "/c/auth/" in bank
    assert WORDS["en"]["agree"] in visit(bank)[1]
    _, _, back = visit(bank, {"agree": "0"})
    again = urllib.parse.urljoin(session.url, back)
    assert WORDS["en"]["payment_intent_authentication_failure"] in visit(again)[1]
    _, _, bank = visit(session.url, asking)
    assert visit(bank, {"agree": "1"})[2] == f"http://127.0.0.1:9/ok?s={session.id}"
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert visit(bank, {"agree": "1"})[0] == 410


def test_a_card_can_fail_after_the_bank_agreed(session: Any) -> None:
    _, _, bank = visit(session.url, {**GOOD, "number": "4000008260003178"})
    _, _, back = visit(bank, {"agree": "1"})
    assert WORDS["en"]["insufficient_funds"] in visit(urllib.parse.urljoin(session.url, back))[1]


def test_setup_saves_the_card_without_money(client: Any) -> None:
    customer = client.v1.customers.create({"email": "a@b.example"})
    session = client.v1.checkout.sessions.create({"mode": "setup", "customer": customer.id, "success_url": OK})
    assert visit(session.url, GOOD)[0] == 303
    done = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent"]})
    assert (done.status, done.setup_intent.status) == ("complete", "succeeded")
    assert len(client.v1.customers.payment_methods.list(customer.id).data) == 1


def test_an_expired_page_says_so_and_an_unknown_one_is_not_there(client: Any, session: Any, url: str) -> None:
    client.v1.checkout.sessions.expire(session.id)
    assert WORDS["zh"]["expired"] in visit(session.url, language="zh-CN,zh;q=0.9")[1]
    assert visit(f"{url}/c/pay/cs_test_nothing")[0] == 404


def test_what_others_wrote_is_escaped(client: Any) -> None:
    session = checkout(client, success_url="http://127.0.0.1:9/ok")
    page = visit(session.url, {**GOOD, "email": '"><script>x</script>'})[1]
    assert "<script>" not in page


def test_both_languages_have_every_word_and_every_name_a_card() -> None:
    assert WORDS["en"].keys() == WORDS["zh"].keys()
    assert all(number in CARDS for number in NAMES.values())
    assert all(plausible(number) for number in CARDS)
    assert {card.decline.decline_code for card in CARDS.values() if card.decline} <= WORDS["en"].keys() | {
        "generic_decline",
        "stolen_card",
    }
    assert card_of("4111111111111111").decline is not None


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [(5, "cny", "¥0.05"), (1_234_567, "usd", "$12,345.67"), (1_200, "jpy", "JP¥1,200"), (1_500, "kwd", "KWD 1.500")],
)
def test_money_is_written_by_its_currency(amount: int, currency: str, text: str) -> None:
    assert money(amount, currency) == text
