"""MMS and RCS: stored and read again, their limits, what a recipient gets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tenants.media import Facts
from tenants.message_templates import Kind, Product, declared_in
from tenants.message_templates.rich import (
    Act,
    Card,
    Frame,
    Height,
    Mms,
    Orientation,
    Rcs,
    Rich,
    Suggestion,
    from_json,
    media_of,
    texts,
    to_json,
    words,
)
from tenants.message_templates.rich_render import filled, whole
from tenants.message_templates.rich_rules import MMS_BYTES_MAX, Medium, size_bytes, wrong

MEDIA = {
    1: Medium(Facts("image", "image/jpeg", 640, 360), 300_000),
    2: Medium(Facts("audio", "audio/amr", duration_ms=900), 40_000),
    3: Medium(Facts("video", "video/mp4", 320, 240, 3_000), 1_700_000),
}
MMS = Mms("桂花拿铁", (Frame("{name}，桂花酒酿拿铁今日上市", 1), Frame("", 2), Frame("到店即享")))
OPEN = Suggestion(Act.OPEN, "附近门店", "https://hemu.example/near")
CARD = Card("桂花拿铁", "{name}，您有{points}积分", 1, (OPEN, Suggestion(Act.REPLY, "好的", "OK")))
RCS = Rcs(cards=(CARD,), suggestions=(Suggestion(Act.DIAL, "致电", "+8657188201134"),), fallback="{name}，拿铁今日上市")


def faults(rich: Rich, kind: Kind = Kind.NOTICE) -> list[tuple[str, str]]:
    return [(each.where, each.code) for each in wrong(rich, declared_in("\n".join(texts(rich))), kind, MEDIA)]


@pytest.mark.parametrize(("product", "rich"), [(Product.MMS, MMS), (Product.RCS, RCS), (Product.RCS, Rcs("Hello"))])
def test_what_is_stored_is_read_again(product: Product, rich: Rich) -> None:
    assert from_json(product, to_json(rich)) == rich
    assert to_json(rich)["media"] == media_of(rich)
    assert faults(rich) == []


def test_an_sms_stores_nothing_of_it() -> None:
    assert to_json(None) == {}
    assert from_json(Product.SMS, {}) is None


def test_everything_a_recipient_may_read_is_judged() -> None:
    said = words(RCS)
    for part in ("桂花拿铁", "{points}积分", "附近门店", "https://hemu.example/near", "致电", "+8657188201134", "上市"):
        assert part in said


@pytest.mark.parametrize(
    ("mms", "expected"),
    [
        (replace(MMS, subject=" "), ("subject", "subject_empty")),
        (replace(MMS, subject="题" * 21), ("subject", "too_long")),
        (replace(MMS, subject="{name}" + "题" * 5), ("subject", "too_long")),
        (replace(MMS, frames=()), ("", "frames_number")),
        (replace(MMS, frames=(Frame("a"),) * 10), ("", "frames_number")),
        (replace(MMS, frames=(Frame("a"), Frame(" "))), ("frame-2", "frame_empty")),
        (replace(MMS, frames=(Frame("", 1),)), ("frame-1", "mms_wordless")),
        (replace(MMS, frames=(Frame("a", 9),)), ("frame-1", "medium_gone")),
        (replace(MMS, frames=(Frame("a", 3), Frame("b", 1))), ("", "mms_too_large")),
        (replace(MMS, frames=(Frame("【x】"),)), ("frame-1", "signature_bracket")),
        (replace(MMS, frames=(Frame("{name}{other}"),)), ("frame-1", "variables_touch")),
    ],
)
def test_an_mms_beyond_its_limits_is_refused_at_the_place(mms: Mms, expected: tuple[str, str]) -> None:
    assert expected in faults(mms)


@pytest.mark.parametrize(
    ("rcs", "expected"),
    [
        (Rcs(), ("text", "body_empty")),
        (replace(RCS, text="beside"), ("text", "text_beside_cards")),
        (Rcs("x" * 2_001), ("text", "too_long")),
        (Rcs(cards=(CARD,) * 11), ("", "cards_number")),
        (Rcs(cards=(replace(CARD, title="", text=""),)), ("card-1", "card_empty")),
        (Rcs(cards=(CARD, replace(CARD, title="x" * 201))), ("card-2", "too_long")),
        (Rcs(cards=(replace(CARD, medium=2),)), ("card-1", "medium_not_here")),
        (Rcs(cards=(replace(CARD, medium=7),)), ("card-1", "medium_gone")),
        (Rcs(cards=(replace(CARD, suggestions=(OPEN,) * 5),)), ("card-1-suggestion-4", "suggestions_number")),
        (Rcs("a", suggestions=(OPEN,) * 12), ("suggestion-11", "suggestions_number")),
        (Rcs("a", suggestions=(replace(OPEN, label="x" * 26),)), ("suggestion-1", "label_length")),
        (Rcs("a", suggestions=(replace(OPEN, label=""),)), ("suggestion-1", "label_length")),
        (Rcs("a", suggestions=(replace(OPEN, value="javascript:alert(1)"),)), ("suggestion-1", "suggestion_address")),
        (
            Rcs("a", suggestions=(replace(OPEN, value="https://a.example/{name}"),)),
            ("suggestion-1", "suggestion_fixed"),
        ),
        (Rcs("a", suggestions=(Suggestion(Act.DIAL, "x", "call me"),)), ("suggestion-1", "suggestion_number")),
        (Rcs("a", fallback="【禾木】你好"), ("fallback", "signature_bracket")),
        (Rcs("a", fallback="你" * 501), ("fallback", "too_long")),
    ],
)
def test_an_rcs_beyond_its_limits_is_refused_at_the_place(rcs: Rcs, expected: tuple[str, str]) -> None:
    assert expected in faults(rcs)


def test_limits_are_reached_without_a_fault() -> None:
    assert faults(Rcs(cards=(replace(CARD, title="题" * 200, text="文" * 2_000, suggestions=(OPEN,) * 4),) * 10)) == []
    assert faults(Rcs("文" * 2_000, suggestions=(replace(OPEN, label="x" * 25),) * 11)) == []
    assert faults(Mms("题" * 20, (Frame("文" * 500),) * 9)) == []


def test_a_verification_needs_its_code() -> None:
    assert ("", "code_missing") in faults(Rcs("Hello {name}"), Kind.VERIFICATION)
    assert faults(Rcs("您的验证码 {code}，请勿告诉他人"), Kind.VERIFICATION) == []


def test_an_mms_weighs_its_texts_media_and_frames() -> None:
    assert size_bytes(Mms("ab", (Frame("文", 1), Frame("", 2))), MEDIA) == 3 * 3 + 340_000 + 2 * 512
    assert MMS_BYTES_MAX == 1_900_000


def test_signature_and_opt_out_stand_in_the_first_and_last_text_of_an_mms() -> None:
    sent = whole(MMS, "禾木", Kind.MARKETING)
    assert [frame.text for frame in sent.frames] == [
        "【禾木】{name}，桂花酒酿拿铁今日上市", "", "到店即享，拒收请回复R",
    ]  # fmt: skip
    assert filled(sent, {"name": "陈晨"}).frames[0].text == "【禾木】陈晨，桂花酒酿拿铁今日上市"
    assert whole(MMS, "禾木", Kind.MARKETING, "US").frames[2].text == "到店即享 Reply STOP to opt out"


def test_an_rcs_is_not_signed_but_its_fallback_is() -> None:
    sent = whole(RCS, "禾木", Kind.MARKETING)
    assert sent.fallback == "【禾木】{name}，拿铁今日上市，拒收请回复R"
    assert sent.cards[0].text == "{name}，您有{points}积分，拒收请回复R"
    got = filled(sent, {"name": "100%陈晨", "points": "320"})
    assert got.cards[0].text == "100%陈晨，您有320积分，拒收请回复R"
    assert got.cards[0].suggestions == CARD.suggestions


def test_a_suggestion_that_stops_it_replaces_the_opt_out_words() -> None:
    rcs = replace(RCS, suggestions=(Suggestion(Act.REPLY, "退订", "R"),))
    assert whole(rcs, "禾木", Kind.MARKETING).cards == RCS.cards
    wordless = Rcs(cards=(Card("桂花拿铁", "", 1),))
    assert whole(wordless, "禾木", Kind.MARKETING).cards[0].text == "拒收请回复R"


def test_orientation_and_height_are_kept() -> None:
    rcs = replace(RCS, orientation=Orientation.HORIZONTAL, height=Height.TALL)
    assert from_json("rcs", to_json(rcs)) == rcs
