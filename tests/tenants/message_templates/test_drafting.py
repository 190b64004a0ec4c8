"""Writing templates: drafts, versions, what stays fixed, and the way to a decision."""

from __future__ import annotations

import pytest
from flask import Flask

from tenants import message_templates
from tenants.core import scopes
from tenants.core.errors import Invalid, NotFound, WrongState
from tenants.message_templates import Draft, State, Type, Variable
from tests import factories

BODY = "Hello {name}, your parcel is here"


def draft(body: str = BODY, **changed: str) -> Draft:
    said = {"name": "Parcel", "kind": "notice", "language": "en"} | changed
    return Draft(said["name"], said["kind"], said["language"], body, message_templates.declared_in(body))


def submitted(template: int, version: int, approved: bool) -> None:
    message_templates.submit(template, version)
    message_templates.decide(template, version, approved, "" if approved else "other\nno", 9)


def test_a_draft_is_changed_in_place(app: Flask) -> None:
    with scopes.tenant(factories.business().id):
        made = message_templates.create(draft(), by=1)
        assert message_templates.save(made.id, 1, draft("Bye {name} {when}"), by=1) == 1
        found = message_templates.version(made.id, 1)
        assert (found.body, found.state, found.variables) == (
            "Bye {name} {when}", State.DRAFT, (Variable("name"), Variable("when")),
        )  # fmt: skip


@pytest.mark.parametrize("approved", [True, False])
def test_an_edit_after_a_decision_makes_the_next_version(app: Flask, approved: bool) -> None:
    with scopes.tenant(factories.business().id):
        made = message_templates.create(draft(), by=1)
        submitted(made.id, 1, approved)
        assert message_templates.save(made.id, 1, draft("Now {name} differs"), by=1) == 2
        assert message_templates.save(made.id, 2, draft("And {name} again"), by=1) == 2
        assert [(each.version, each.body) for each in message_templates.history(made.id)] == [
            (2, "And {name} again"), (1, BODY),
        ]  # fmt: skip
        assert [ready.body for ready in message_templates.usable()] == ([BODY] if approved else [])


def test_a_version_in_review_is_not_touched_by_an_edit(app: Flask) -> None:
    with scopes.tenant(factories.business().id):
        made = message_templates.create(draft(), by=1)
        message_templates.submit(made.id, 1)
        message_templates.save(made.id, 1, draft("Other {name} words"), by=1)
        assert message_templates.version(made.id, 1).body == BODY
        message_templates.submit(made.id, 2)
        message_templates.decide(made.id, 2, True, "", 9)
        message_templates.decide(made.id, 1, True, "", 9)
        assert [ready.version for ready in message_templates.usable()] == [2]  # the newest approved one


def test_a_newer_version_is_never_overwritten(app: Flask) -> None:
    with scopes.tenant(factories.business().id):
        made = message_templates.create(draft(), by=1)
        submitted(made.id, 1, True)
        message_templates.save(made.id, 1, draft("Second {name} text"), by=1)
        with pytest.raises(WrongState, match="template_changed"):
            message_templates.save(made.id, 1, draft("From an old page {name}"), by=1)


def test_a_notice_cannot_become_advertising_after_its_review(app: Flask) -> None:
    with scopes.tenant(factories.business().id):
        made = message_templates.create(draft(), by=1)
        message_templates.save(made.id, 1, draft(kind="marketing"), by=1)
        submitted(made.id, 1, True)
        with pytest.raises(WrongState, match="template_kind_fixed"):
            message_templates.save(made.id, 1, draft(kind="notice"), by=1)


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"name": ""}, "name"), ({"name": "n" * 41}, "name"), ({"kind": "spam"}, "kind"), ({"language": "fr"}, "language"),
     ({"body": "x" * 2001}, "body")],
)  # fmt: skip
def test_a_draft_that_cannot_be_kept_is_refused(app: Flask, changed: dict[str, str], field: str) -> None:
    with scopes.tenant(factories.business().id), pytest.raises(Invalid) as error:
        message_templates.create(draft(**changed), by=1)
    assert set(error.value.fields) == {field}


def test_a_faulty_text_may_be_saved_but_not_handed_in(app: Flask) -> None:
    with scopes.tenant(factories.business().id):
        made = message_templates.create(draft("【Acme】 hello {a}{b}"), by=1)
        with pytest.raises(Invalid):
            message_templates.submit(made.id, 1)
        assert message_templates.version(made.id, 1).state == State.DRAFT


def test_a_decision_may_be_repeated_but_not_turned_round(app: Flask) -> None:
    with scopes.tenant(factories.business().id):
        made = message_templates.create(draft(), by=1)
        with pytest.raises(WrongState):
            message_templates.decide(made.id, 1, True, "", 9)
        submitted(made.id, 1, True)
        message_templates.decide(made.id, 1, True, "", 9)
        with pytest.raises(WrongState):
            message_templates.decide(made.id, 1, False, "other\nno", 9)


def test_an_archived_template_is_offered_no_more_until_it_is_brought_back(app: Flask) -> None:
    with scopes.tenant(factories.business().id):
        made = message_templates.create(draft(), by=1)
        submitted(made.id, 1, True)
        message_templates.archive(made.id, by=1)
        assert (message_templates.usable(), message_templates.listed()) == ([], [])
        assert [row.latest.name for row in message_templates.listed(archived=True)] == ["Parcel"]
        assert message_templates.version(made.id, 1).body == BODY  # what is being sent goes on
        message_templates.save(made.id, 1, draft("New {name} text"), by=1)
        with pytest.raises(WrongState, match="template_archived"):
            message_templates.submit(made.id, 2)
        message_templates.restore(made.id, by=1)
        assert message_templates.archived_count() == 0
        assert len(message_templates.usable()) == 1


@pytest.mark.parametrize("starter", message_templates.STARTERS, ids=lambda starter: starter.key)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_starter_becomes_a_draft_that_can_be_handed_in(
    app: Flask, starter: message_templates.Starter, language: str
) -> None:
    with scopes.tenant(factories.business().id):
        made = message_templates.copy_starter(starter.key, language, by=1)
        assert message_templates.submit(made.id, 1).state == State.IN_REVIEW


def test_an_unknown_starter_or_template_is_not_found(app: Flask) -> None:
    with scopes.tenant(factories.business().id):
        for missing in (
            lambda: message_templates.copy_starter("none", "en", by=1),
            lambda: message_templates.get(1),
            lambda: message_templates.version(1, 1),
            lambda: message_templates.submit(1, 1),
        ):
            with pytest.raises(NotFound):
                missing()


def test_types_are_kept_with_the_version(app: Flask) -> None:
    with scopes.tenant(factories.business().id):
        typed = Draft("Code", "verification", "en", "Code {code}", (Variable("code", Type.CODE, 6),))
        made = message_templates.create(typed, by=1)
        assert message_templates.version(made.id, 1).variables == (Variable("code", Type.CODE, 6),)
