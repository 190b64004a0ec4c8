"""Pure: the words of the hosted pages in both languages, and how they write money."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "lang": "en",
        "title": "Payment",
        "set_up": "Save a card",
        "local": "Local payment page: only test cards work and no money moves.",
        "email": "E-mail",
        "number": "Card number",
        "expiry": "Expiry (MM / YY)",
        "cvc": "Security code",
        "pay": "Pay",
        "save": "Save card",
        "cancel": "Cancel and go back",
        "cards": "Test cards",
        "bank": "Your bank asks for confirmation",
        "bank_text": "In real life your bank's page would open here.",
        "agree": "Complete authentication",
        "refuse": "Fail authentication",
        "done": "This payment is complete.",
        "expired": "This payment page has expired.",
        "back": "Go back to the shop",
        "bad_email": "Enter an e-mail address.",
        "bad_number": "This is not a card number.",
        "bad_expiry": "Enter a date that is not past, for example 12 / 34.",
        "bad_cvc": "Enter the 3 or 4 digits.",
        "card_declined": "The card was declined. Try another card.",
        "insufficient_funds": "The card has insufficient funds.",
        "expired_card": "The card has expired.",
        "incorrect_cvc": "The security code is incorrect.",
        "processing_error": "The bank could not process the payment. Try again in a moment.",
        "test_mode_live_card": "Only test cards work here.",
        "payment_intent_authentication_failure": "The bank could not confirm that it is you. Try another card.",
    },
    "zh": {
        "lang": "zh-CN",
        "title": "付款",
        "set_up": "保存银行卡",
        "local": "本地付款页：只能使用测试卡，不会真正扣款。",
        "email": "邮箱",
        "number": "卡号",
        "expiry": "有效期（月 / 年）",
        "cvc": "安全码",
        "pay": "支付",
        "save": "保存银行卡",
        "cancel": "取消并返回",
        "cards": "测试卡",
        "bank": "银行需要你确认",
        "bank_text": "真实付款时，这里会打开银行的页面。",
        "agree": "完成验证",
        "refuse": "验证失败",
        "done": "这笔付款已完成。",
        "expired": "付款页已过期。",
        "back": "返回商户",
        "bad_email": "请填写邮箱地址。",
        "bad_number": "这不是有效的卡号。",
        "bad_expiry": "请填写未过期的日期，例如 12 / 34。",
        "bad_cvc": "请填写 3 或 4 位数字。",
        "card_declined": "银行卡被拒绝，请换一张卡。",
        "insufficient_funds": "卡内余额不足。",
        "expired_card": "银行卡已过期。",
        "incorrect_cvc": "安全码不正确。",
        "processing_error": "银行暂时无法处理，请稍后再试。",
        "test_mode_live_card": "这里只能使用测试卡。",
        "payment_intent_authentication_failure": "银行未能确认是你本人，请重试或换一张卡。",
    },
}

SYMBOLS: Final = {"cny": "¥", "usd": "$", "eur": "€", "gbp": "£", "hkd": "HK$", "jpy": "JP¥", "sgd": "S$"}
NO_DECIMALS: Final = {
    "bif",
    "clp",
    "djf",
    "gnf",
    "jpy",
    "kmf",
    "krw",
    "mga",
    "pyg",
    "rwf",
    "vnd",
    "vuv",
    "xaf",
    "xof",
    "xpf",
}
THREE_DECIMALS: Final = {"bhd", "jod", "kwd", "omr", "tnd"}


def words_for(asked: str, session_locale: str | None, accepted: str) -> dict[str, str]:
    """An explicit wish first, then the session's locale, then the browser's."""
    wish = asked or (session_locale if session_locale not in (None, "auto") else "") or accepted
    return WORDS["zh" if wish.lower().startswith("zh") else "en"]


def money(amount: int, currency: str) -> str:
    """`¥1,200.00`; a currency without a symbol is named by its code."""
    places = 0 if currency in NO_DECIMALS else 3 if currency in THREE_DECIMALS else 2
    whole, part = divmod(amount, 10**places)
    return f"{SYMBOLS.get(currency, currency.upper() + ' ')}{whole:,}" + (f".{part:0{places}d}" if places else "")
