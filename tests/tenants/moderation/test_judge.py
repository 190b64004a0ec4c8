"""The verdict on a text, and how soon a change of the word table is heeded."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select

from tenants import moderation
from tenants.core import audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound
from tenants.core.scopes import Reason
from tenants.moderation import Level, Word, words
from tenants.moderation.judge import forget
from tenants.moderation.starter_words import STARTER_WORDS
from tests import factories


@pytest.fixture(autouse=True)
def empty_table(app: Flask) -> Iterator[None]:
    forget()
    with scopes.platform(Reason.STAFF):
        yield
        db.session.rollback()
        db.session.execute(delete(Word))
        db.session.commit()
    forget()


def test_the_gravest_level_decides() -> None:
    words.add(["roulette"], "block", "gambling", by=1)
    words.add(["免费领取"], "review", "inducement", by=1)
    assert moderation.judge("明天见", "notice").level is Level.PASS
    assert moderation.judge("今天免费领取", "notice").level is Level.REVIEW
    verdict = moderation.judge("免费领取 Roulette", "notice")
    assert verdict.level is Level.BLOCK
    assert [(hit.word, hit.category, hit.start, hit.end) for hit in verdict.hits] == [
        ("免费领取", "inducement", 0, 4), ("roulette", "gambling", 5, 13),
    ]  # fmt: skip


def test_advertising_words_count_only_outside_advertising() -> None:
    words.add(["限时优惠"], "review", "marketing", by=1)
    assert moderation.judge("限时优惠", "notice").level is Level.REVIEW
    assert moderation.judge("限时优惠", "marketing").hits == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("点 hemu.example/m1 查看", ("link", "hemu.example/m1")), ("见https://a.cn/x?y=1。", ("link", "https://a.cn/x?y=1")),
        ("致电 400-820-1234", ("phone", "400-820-1234")), ("回电13800138000", ("phone", "13800138000")),
    ],
)  # fmt: skip
def test_links_and_numbers_are_noted(text: str, found: tuple[str, str]) -> None:
    verdict = moderation.judge(text, "notice")
    assert verdict.level is Level.PASS
    assert [(hit.category, text[hit.start : hit.end]) for hit in verdict.hits] == [found]


def test_figures_and_versions_are_neither_links_nor_numbers() -> None:
    assert moderation.judge("第3.5版，订单20261122001，共12.50元", "notice").hits == ()


def test_another_process_heeds_a_new_word_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert moderation.judge("roulette", "notice").level is Level.PASS
    # As another process writes it: this one is not told.
    db.session.execute(insert(Word).values(word="roulette", level="block", category="", created_at=now()))
    assert moderation.judge("roulette", "notice").level is Level.PASS
    monkeypatch.setattr(import_module("tenants.moderation.judge"), "STALE_S", 0.0)
    assert moderation.judge("roulette", "notice").level is Level.BLOCK
    db.session.execute(delete(Word))
    assert moderation.judge("roulette", "notice").level is Level.PASS


def test_a_tenant_is_judged_by_the_same_table() -> None:
    words.add(["roulette"], "block", "gambling", by=1)
    db.session.commit()
    with scopes.tenant(factories.business().id):
        assert moderation.judge("roulette", "notice").level is Level.BLOCK


def test_a_word_added_again_moves_to_its_new_level() -> None:
    assert words.add([" Roulette", "ｒｏｕｌｅｔｔｅ", ""], "block", "gambling", by=1) == 1
    assert words.add(["roulette"], "block", "gambling", by=1) == 0
    assert words.add(["roulette"], "record", "gambling", by=1) == 1
    assert words.counts() == {"record": 1}
    query = select(audit.Entry.detail).where(audit.Entry.action == "words.add").order_by(audit.Entry.id.desc())
    newest = db.session.scalars(query).first()
    assert newest is not None and newest["words"] == ["roulette"]


def test_a_word_taken_out_is_no_longer_found() -> None:
    words.add(["roulette"], "block", "", by=1)
    assert words.remove(words.page()[0].id, by=1) == "roulette"
    assert moderation.judge("roulette", "notice").level is Level.PASS
    with pytest.raises(NotFound):
        words.remove(1, by=1)


@pytest.mark.parametrize(
    ("given", "level", "category", "field"),
    [([], "block", "", "words"), (["!?"], "block", "", "words"), (["x" * 51], "block", "", "words"),
     (["x"], "grave", "", "level"), (["x"], "block", "c" * 31, "category")],
)  # fmt: skip
def test_what_cannot_be_listed_is_said(given: list[str], level: str, category: str, field: str) -> None:
    with pytest.raises(Invalid) as error:
        words.add(given, level, category, by=1)
    assert set(error.value.fields) == {field}


def test_the_table_is_read_by_the_page_and_searched() -> None:
    words.add([f"word {number:03}" for number in range(120)], "review", "", by=1)
    first = words.page()
    assert len(first) == words.PAGE + 1  # one more says that there is a next page
    assert [word.word for word in words.page(after=first[words.PAGE - 1].word)] == [
        f"word {number:03}" for number in range(100, 120)
    ]
    assert [word.word for word in words.page(contains="ＷＯＲＤ 11", level="review")] == [
        f"word {n}" for n in range(110, 120)
    ]
    assert words.page(level="block") == []


def test_the_first_table_has_three_levels_and_no_word_twice() -> None:
    listed = [word for _level, _category, group in STARTER_WORDS for word in group]
    assert len(listed) == len(set(map(words.normal, listed))) >= 60
    assert {level for level, _category, _group in STARTER_WORDS} == {"block", "review", "record"}
    for level, category, group in STARTER_WORDS:
        assert words.add(group, level, category, by=None) == len(group)
    for word in listed:
        assert moderation.judge(f"请看：{word}，谢谢", "notice").hits, word
