"""Links, numbers and accounts are found in a text, each under one name."""

import pytest

from tenants.filings import What, leads


@pytest.mark.parametrize(
    ("text", "what", "key"),
    [
        ("点 https://Shop.Hemu.cn/m1 查看", What.URL, "shop.hemu.cn/m1"),
        ("点hemu.example/m1查看", What.URL, "hemu.example/m1"),
        ("see hemu.example/a?b=1&c=2.", What.URL, "hemu.example/a?b=1&c=2"),
        ("详见hemu.com，谢谢", What.URL, "hemu.com"),
        ("www.hemu.com.cn/", What.URL, "www.hemu.com.cn"),
        ("客服400-820-8820", What.PHONE, "4008208820"),
        ("call 4008 208 820 no, 400 820 8820", What.PHONE, "4008208820"),
        ("电话0571-88886666", What.PHONE, "057188886666"),
        ("联系13800138000退订", What.PHONE, "13800138000"),
        ("请拨打95588", What.PHONE, "95588"),
        ("加微信hemu_coffee领券", What.CONTACT, "hemu_coffee"),
        ("QQ群:123456789", What.CONTACT, "123456789"),
        ("WeChat ID: Hemu-Shop", What.CONTACT, "hemu-shop"),
    ],
)
def test_a_lead_is_found(text: str, what: What, key: str) -> None:
    assert [(lead.what, lead.key) for lead in leads(text)] == [(what, key)]


@pytest.mark.parametrize(
    "text",
    [
        "您好{姓名}，金额12345元，时间14:30，尾号6021",
        "版本3.14已发布。明天见",
        "您的验证码是{验证码}，10分钟内有效",
        "遇险拨打119",
        "订单20261108123456已发货",
        "e.g. this, i.e. that",
        "共95588元",
        "mail ada@hemu.com please",
    ],
)
def test_ordinary_words_and_figures_lead_nowhere(text: str) -> None:
    assert leads(text) == ()


def test_what_no_operator_files_is_said_with_the_place() -> None:
    text = "点 https://hemu.cn/{码} 或 t.cn/A6x"
    first, second = leads(text)
    assert (first.fault, text[first.start : first.end]) == ("variable_link", "https://hemu.cn/{码}")
    assert (second.fault, second.key) == ("short_link", "t.cn/A6x")


def test_the_same_link_is_one_and_a_text_full_of_links_is_bounded() -> None:
    assert len(leads("hemu.cn/a HTTPS://HEMU.cn/a hemu.cn/b")) == 2
    assert len(leads(" ".join(f"a{n}.cn/x" for n in range(500)))) == 20
