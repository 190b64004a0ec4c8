"""Pure: a table to begin with: (level, category, words). Small on purpose: staff know their customers, this does not.

`block` holds what no business has a reason to write; `review` what some may, once a person has looked; `record` what is
worth noticing. Words of two meanings are never blocked.
"""

from __future__ import annotations

STARTER_WORDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("block", "gambling", ("百家乐", "六合彩", "时时彩", "网上赌场", "真人荷官", "online casino", "free bets")),
    ("block", "pornography", ("裸聊", "同城约炮", "色情直播", "一夜情", "escort service", "nude chat")),
    ("block", "drugs", ("冰毒", "摇头丸", "笑气上门", "迷药", "buy cocaine")),
    ("block", "weapons", ("气枪出售", "枪支弹药", "手弩出售", "guns for sale")),
    ("block", "invoices", ("代开发票", "办假证", "刻章办证", "学历代办", "fake diploma")),
    ("block", "fraud", (
        "刷单返利", "杀猪盘", "跑分平台", "银行卡出租", "洗钱", "verify your bank account", "you have won a prize",
    )),
    ("block", "investment", ("稳赚不赔", "内幕股票", "保本高收益", "guaranteed returns")),
    ("review", "loans", (
        "贷款", "提额", "征信修复", "无抵押", "秒到账", "信用卡套现", "花呗", "instant loan", "bad credit ok",
    )),
    ("review", "impersonation", (
        "公安局", "法院传票", "社保局", "税务局", "工商银行", "建设银行", "农业银行", "招商银行", "中国银行", "支付宝",
        "微信支付", "paypal", "tax refund",
    )),
    ("review", "contact", ("加微信", "加v信", "加vx", "薇信", "加qq", "进群", "telegram", "whatsapp")),
    ("review", "medical", ("根治", "包治百病", "无副作用", "祖传秘方", "壮阳", "减肥药", "miracle cure")),
    ("review", "absolute", ("全国第一", "国家级", "史上最低", "百分百有效", "永久免费", "best in the world")),
    ("review", "inducement", (
        "免费领取", "恭喜中奖", "恭喜您获得", "红包到账", "最后机会", "免费送", "claim your reward", "act now",
    )),
    ("review", "real_estate", ("学区房", "首付分期", "稳定回报", "内部认购")),
    ("review", "marketing", (
        "限时优惠", "满减", "折起", "秒杀", "特价", "清仓", "大促", "limited offer", "flash sale", "buy one get one",
    )),
    ("record", "link", ("dwz.cn", "t.cn", "suo.im", "bit.ly", "tinyurl.com", "点击链接")),
    ("record", "contact", ("客服电话", "公众号", "小程序", "扫码")),
    ("record", "inducement", ("会员日", "积分兑换", "优惠券")),
)  # fmt: skip
