"""Parts of a text: a golden table, and agreement with an obvious slow splitter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.core import gsm7
from tenants.messages.segments import Change, Segments, count, split, tidy

GOLDEN = [
    # text, country, encoding, characters, parts, per_part
    ("", "CN", "ucs2", 0, 0, 70),
    ("", "US", "gsm7", 0, 0, 160),
    ("汉" * 70, "CN", "ucs2", 70, 1, 70),
    ("汉" * 71, "CN", "ucs2", 71, 2, 67),
    ("汉" * 134, "CN", "ucs2", 134, 2, 67),
    ("汉" * 135, "CN", "ucs2", 135, 3, 67),
    ("a" * 70, "CN", "ucs2", 70, 1, 70),
    ("a" * 71, "CN", "ucs2", 71, 2, 67),
    ("汉" * 500, "CN", "ucs2", 500, 8, 67),
    ("a" * 160, "US", "gsm7", 160, 1, 160),
    ("a" * 161, "US", "gsm7", 161, 2, 153),
    ("a" * 306, "US", "gsm7", 306, 2, 153),
    ("a" * 307, "US", "gsm7", 307, 3, 153),
    ("a" * 158 + "€", "US", "gsm7", 160, 1, 160),
    ("a" * 159 + "€", "US", "gsm7", 161, 2, 153),
    ("a" * 152 + "€" + "a" * 152, "US", "gsm7", 306, 3, 153),  # the pair at the border moves on as a whole
    ("汉" * 70, "US", "ucs2", 70, 1, 70),
    ("汉" * 71, "US", "ucs2", 71, 2, 67),
    ("😀" * 35, "US", "ucs2", 70, 1, 70),
    ("😀" * 36, "US", "ucs2", 72, 2, 67),
    ("😀" * 67, "US", "ucs2", 134, 3, 67),  # 33 of them fit a part of 67
    ("\ud83d" * 71, "US", "ucs2", 71, 2, 67),  # a lone surrogate is one unit, never a crash
]


@pytest.mark.parametrize(("text", "country", "encoding", "characters", "parts", "per_part"), GOLDEN)
def test_known_texts_have_known_parts(
    text: str, country: str, encoding: str, characters: int, parts: int, per_part: int
) -> None:
    assert count(text, country)[:4] == (encoding, characters, parts, per_part)


def test_the_character_that_forces_ucs2_is_named() -> None:
    counted = count("he said “hi”", "US")
    assert (counted.encoding, counted.forced_by, counted.forced_at) == ("ucs2", "“", 8)


def test_nothing_is_forced_in_mainland_china() -> None:
    assert count("汉", "CN").forced_by is None


@pytest.mark.parametrize(
    ("text", "country", "over"),
    [("汉" * 500, "CN", 0), ("汉" * 501, "CN", 1), ("a" * 1530, "US", 0), ("a" * 1533, "US", 3), ("汉" * 672, "US", 2)],
)
def test_what_is_beyond_the_most_is_counted(text: str, country: str, over: int) -> None:
    assert count(text, country).over == over


def _obvious(text: str, country: str) -> Segments:
    """Writes every character out as its units, then deals them into parts one by one."""
    gsm = country != "CN" and gsm7.fits(text)
    single, room = (160, 153) if gsm else (70, 67)
    sizes = [len(gsm7.encode(c)) if gsm else len(c.encode("utf-16-le", "surrogatepass")) // 2 for c in text]
    if sum(sizes) <= single:
        return Segments("gsm7" if gsm else "ucs2", sum(sizes), 1 if text else 0, single)
    bins = [0]
    for size in sizes:
        if bins[-1] + size > room:
            bins.append(0)
        bins[-1] += size
    return Segments("gsm7" if gsm else "ucs2", sum(sizes), len(bins), room)


texts = st.one_of(
    st.text(max_size=300),
    st.text(alphabet="aé€{}^", min_size=140, max_size=330),
    st.text(alphabet="汉a😀", min_size=60, max_size=220),
    st.text(alphabet="abc [~", max_size=170),
)


@given(texts, st.sampled_from(["CN", "US"]))
def test_counting_agrees_with_the_obvious_way(text: str, country: str) -> None:
    assert count(text, country)[:4] == _obvious(text, country)[:4]


@given(texts, st.sampled_from(["CN", "US"]))
def test_splitting_gives_as_many_parts_as_counted_and_loses_nothing(text: str, country: str) -> None:
    counted, parts = count(text, country), split(text, country)
    assert "".join(parts) == text
    assert len(parts) == counted.parts
    for part in parts:
        size = gsm7.septets(part) if counted.encoding == "gsm7" else len(part.encode("utf-16-le", "surrogatepass")) // 2
        assert 0 < size <= counted.per_part


def test_tidying_makes_typography_plain_and_lists_it() -> None:
    text, changes = tidy("he said “x”\u00a0– ok…\u200b")
    assert text == 'he said "x" - ok...'
    assert changes[0] == Change(8, "“", '"')
    assert [change.after for change in changes] == ['"', '"', " ", "-", "...", ""]
    assert count(text, "US").encoding == "gsm7"


def test_chinese_punctuation_stays() -> None:
    assert tidy("他说“好”——就这样…") == ("他说“好”——就这样…", [])
    assert tidy("限时\u200b优惠\u00a0开始")[0] == "限时优惠 开始"


def test_a_joiner_stays_where_it_means_something() -> None:
    assert tidy("👨\u200d👩\u200d👧")[0] == "👨\u200d👩\u200d👧"
    assert tidy("\u200da\u200db")[0] == "ab"


@given(texts)
def test_every_change_is_found_at_its_place(text: str) -> None:
    tidied, changes = tidy(text)
    rebuilt, end = "", 0
    for change in changes:
        assert text[change.position : change.position + len(change.before)] == change.before
        rebuilt += text[end : change.position] + change.after
        end = change.position + len(change.before)
    assert rebuilt + text[end:] == tidied
