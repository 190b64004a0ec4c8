"""The ten starters are ready to use in both languages."""

import pytest

from tenants.core import gsm7
from tenants.message_templates.kinds import RULES, Kind
from tenants.message_templates.render import preview
from tenants.message_templates.starters import BY_KEY, STARTERS, Scenario, Starter
from tenants.message_templates.variables import check, declared_in


def test_there_are_ten_and_every_scenario_and_kind_has_one() -> None:
    assert len(STARTERS) == len(BY_KEY) == 10
    assert {starter.scenario for starter in STARTERS} == set(Scenario)
    assert {starter.kind for starter in STARTERS} == set(Kind) == set(RULES)
    assert len({starter.zh.name for starter in STARTERS} | {starter.en.name for starter in STARTERS}) == 20


@pytest.mark.parametrize("starter", STARTERS, ids=lambda starter: starter.key)
@pytest.mark.parametrize(("language", "country"), [("zh", "CN"), ("en", "US")])
def test_a_starter_passes_its_own_check(starter: Starter, language: str, country: str) -> None:
    wording = starter.wording(language)
    assert check(wording.body, wording.variables, starter.kind, signature="禾木咖啡", country=country) == []
    assert [v.name for v in declared_in(wording.body)] == [v.name for v in wording.variables]


@pytest.mark.parametrize("starter", STARTERS, ids=lambda starter: starter.key)
def test_english_starters_need_no_ucs2(starter: Starter) -> None:
    values = {variable.name: "x" for variable in starter.en.variables}
    assert gsm7.fits(preview(starter.en.body, values))
