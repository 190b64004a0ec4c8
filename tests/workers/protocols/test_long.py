"""Long messages: how they are cut, and how they come together again whatever happens to the parts."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.protocols import long
from workers.protocols.errors import LocalProtocolError
from workers.protocols.long import Assembler, Gathered, Part
from workers.protocols.text import ASCII, GB18030, GSM, GSM_PACKED, LATIN1, UCS2, Coding
from workers.protocols.udh import Concat


@pytest.mark.parametrize(
    ("coding", "said", "wide", "sizes"),
    [
        (GSM, "a" * 160, False, [160]),
        (GSM, "a" * 161, False, [153, 8]),
        (GSM, "a" * 306, False, [153, 153]),
        (GSM, "a" * 307, False, [153, 153, 1]),
        (GSM, "a" * 307, True, [152, 152, 3]),
        (GSM, "a" * 159 + "€", False, [153, 8]),
        (GSM, "a" * 152 + "€" + "a" * 8, False, [152, 10]),
        (UCS2, "汉" * 70, False, [140]),
        (UCS2, "汉" * 71, False, [134, 8]),
        (UCS2, "汉" * 134, False, [134, 134]),
        (UCS2, "汉" * 135, False, [134, 134, 2]),
        (UCS2, "汉" * 71, True, [132, 10]),
        (UCS2, "😀" * 35, False, [140]),
        (UCS2, "😀" * 36, False, [132, 12]),
        (LATIN1, "é" * 141, False, [134, 7]),
        (LATIN1, "é" * 141, True, [133, 8]),
        (ASCII, "a" * 160, False, [153, 7]),
        (GB18030, "汉" * 70, False, [140]),
        (GB18030, "a" + "汉" * 70, False, [133, 8]),
        (GB18030, "😀" * 40, False, [132, 28]),
        (UCS2, "", False, [0]),
    ],
)
def test_parts_have_the_sizes_of_the_air(coding: Coding, said: str, wide: bool, sizes: list[int]) -> None:
    parts = long.split(coding.encode(said), coding, 7, wide=wide)
    assert [len(part.body) for part in parts] == sizes
    assert "".join(coding.decode(part.body) for part in parts) == said
    if len(sizes) > 1:
        places = [part.concat for part in parts]
        assert places == [Concat(7, len(sizes), number, wide) for number in range(1, len(sizes) + 1)]


def test_more_than_255_parts_are_refused() -> None:
    long.split(b"a" * (153 * 255), GSM, 1)
    with pytest.raises(LocalProtocolError):
        long.split(b"a" * (153 * 255 + 1), GSM, 1)


def test_packed_septets_are_never_cut() -> None:
    (one,) = long.split(GSM_PACKED.encode("a" * 160), GSM_PACKED, 1)
    assert len(one.body) == 140
    with pytest.raises(LocalProtocolError):
        long.split(GSM_PACKED.encode("a" * 161), GSM_PACKED, 1)


TEXT = st.text(st.sampled_from("a€汉😀é{ \n"), min_size=0, max_size=600)


@given(TEXT, st.sampled_from([UCS2, GB18030]), st.booleans(), st.randoms(use_true_random=False))
def test_a_text_comes_together_in_any_order(said: str, coding: Coding, wide: bool, dice: random.Random) -> None:
    parts = long.split(coding.encode(said), coding, 0x1FF, wide=wide)
    for part in parts:
        assert "\ufffd" not in coding.decode(part.body)
    arrived = [long.read(part.content, part.has_header) for part in parts]
    arrived += dice.sample(arrived[:-1], len(arrived) // 3)
    dice.shuffle(arrived)
    assembler, done = Assembler(), []
    for part in arrived:
        done += assembler.add("139", part, 0.0)
    whole = [one for one in done if not one.missing]
    assert coding.decode(whole[0].body) == said


def test_a_character_torn_by_a_careless_sender_comes_out_whole() -> None:
    body = UCS2.encode("好😀")
    assembler = Assembler()
    assert assembler.add("139", Part(body[:4], Concat(1, 2, 1)), 0.0) == []
    (whole,) = assembler.add("139", Part(body[4:], Concat(1, 2, 2)), 0.0)
    assert UCS2.decode(whole.body) == "好😀"


def test_tokens_come_out_in_the_order_of_the_parts() -> None:
    assembler = Assembler()
    assembler.add("139", Part(b"b", Concat(1, 2, 2)), 0.0, token="second")
    (whole,) = assembler.add("139", Part(b"a", Concat(1, 2, 1), ((5, b"port"),)), 0.0, token="first")
    assert whole == Gathered("139", b"ab", ((5, b"port"),), ("first", "second"))


def test_a_short_message_is_whole_at_once() -> None:
    assert Assembler().add("139", Part(b"hi"), 0.0, 1) == [Gathered("139", b"hi", (), (1,))]


def test_senders_and_references_are_kept_apart() -> None:
    assembler = Assembler()
    for key, concat in [("a", Concat(1, 2, 1)), ("b", Concat(1, 2, 2)), ("a", Concat(2, 2, 2)), ("a", Concat(1, 3, 2))]:
        assert assembler.add(key, Part(b"x", concat), 0.0) == []
    assert len(assembler) == 4


def test_a_part_that_comes_twice_counts_once() -> None:
    assembler = Assembler()
    assembler.add("a", Part(b"x", Concat(1, 2, 1)), 0.0)
    assert assembler.add("a", Part(b"x", Concat(1, 2, 1)), 0.0) == []
    assert assembler.add("a", Part(b"y", Concat(1, 2, 2)), 0.0)[0].body == b"xy"


def test_what_never_completes_is_given_up_after_its_time() -> None:
    assembler = Assembler(age_s=600)
    assembler.add("a", Part(b"c", Concat(1, 3, 3)), 0.0, token=9)
    assert assembler.expire(599.0) == []
    assert assembler.expire(600.0) == [Gathered("a", b"c", (), (9,), (1, 2))]
    assert len(assembler) == 0


def test_too_many_messages_push_out_the_oldest() -> None:
    assembler = Assembler(pending_max=3)
    given_up = [assembler.add(key, Part(b"x", Concat(1, 2, 1)), 0.0) for key in "abcde"]
    assert [[one.key for one in found] for found in given_up] == [[], [], [], ["a"], ["b"]]
    assert len(assembler) == 3


def test_too_many_bytes_push_out_the_oldest_even_when_parts_are_empty() -> None:
    assembler = Assembler(bytes_max=10 * long.PART_COST)
    for number in range(1, 200):
        assembler.add("a", Part(b"", Concat(number, 255, 1)), 0.0)
        assert len(assembler) <= 10


def test_what_is_finished_or_repeated_takes_no_room() -> None:
    assembler = Assembler(bytes_max=10 * long.PART_COST)
    for number in range(100):
        assert assembler.add("done", Part(b"x", Concat(number, 2, 1)), 0.0) == []
        assert len(assembler.add("done", Part(b"y", Concat(number, 2, 2)), 0.0)) == 1
        assert assembler.add("waiting", Part(b"z", Concat(1, 2, 1)), 0.0) == []
    assert len(assembler) == 1
