"""How alike two texts are."""

from tenants.moderation.likeness import likeness, pairs


def alike(one: str, other: str) -> float:
    return likeness(pairs(one), pairs(other))


def test_figures_and_spaces_make_no_difference() -> None:
    assert alike("取件码 1234，请到 5 号柜", "取件码987请到12号柜") == 1


def test_a_changed_word_leaves_them_alike_and_other_texts_are_not() -> None:
    assert alike("您的包裹已到驿站，请尽快领取", "您的快递已到驿站，请尽快领取") > 0.5
    assert alike("您的包裹已到驿站，请尽快领取", "本周末全场五折") < 0.1


def test_nothing_is_like_nothing() -> None:
    assert alike("", "") == 0
