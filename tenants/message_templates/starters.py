"""Pure: ten templates to begin with, by scenario, in Chinese and in English; copied into a draft."""

from dataclasses import dataclass
from enum import StrEnum

from tenants.message_templates.kinds import Kind
from tenants.message_templates.variables import Type, Variable


class Scenario(StrEnum):
    COMMERCE = "commerce"
    SERVICE = "service"
    GOVERNMENT = "government"
    EDUCATION = "education"
    FINANCE = "finance"
    TRAVEL = "travel"


@dataclass(frozen=True, slots=True)
class Wording:
    name: str
    body: str
    variables: tuple[Variable, ...]


@dataclass(frozen=True, slots=True)
class Starter:
    key: str
    scenario: Scenario
    kind: Kind
    zh: Wording
    en: Wording

    def wording(self, language: str) -> Wording:
        return self.zh if language.startswith("zh") else self.en


def _text(name: str, most: int) -> Variable:
    return Variable(name, Type.TEXT, most)


def _number(name: str, most: int) -> Variable:
    return Variable(name, Type.NUMBER, most)


def _date(name: str) -> Variable:
    return Variable(name, Type.DATE, 20)


def _code(name: str) -> Variable:
    return Variable(name, Type.CODE, 6)


STARTERS: tuple[Starter, ...] = (
    Starter(
        "new_arrivals", Scenario.COMMERCE, Kind.MARKETING,
        Wording(
            "新品到店满减",
            "{姓名}，秋季新品已到店。凭此短信到{门店}消费满{满额}元减{减额}元，{截止日期}前有效",
            (_text("姓名", 10), _text("门店", 15), _number("满额", 5), _number("减额", 4), _date("截止日期")),
        ),
        Wording(
            "New arrivals with money off",
            "{name}, the autumn range is in. Show this text at our {store} store: {discount} off when you spend "
            "{minimum}, until {end_date}.",
            (_text("name", 20), _text("store", 20), _number("discount", 6), _number("minimum", 6), _date("end_date")),
        ),
    ),
    Starter(
        "birthday_treat", Scenario.COMMERCE, Kind.MARKETING,
        Wording(
            "会员生日礼",
            "{姓名}，生日快乐。本月到店任意消费，即赠{礼品}一份，另享全单{折扣}折，{截止日期}前有效",
            (_text("姓名", 10), _text("礼品", 15), _number("折扣", 4), _date("截止日期")),
        ),
        Wording(
            "Birthday treat for members",
            "Happy birthday, {name}. Enjoy a free {gift} and {percent}% off your bill with us this month, "
            "until {end_date}.",
            (_text("name", 20), _text("gift", 20), _number("percent", 3), _date("end_date")),
        ),
    ),
    Starter(
        "sign_in_code", Scenario.SERVICE, Kind.VERIFICATION,
        Wording(
            "登录验证码",
            "您的登录验证码是{验证码}，{分钟}分钟内有效。请勿告诉他人，工作人员不会向您索要。",
            (_code("验证码"), _number("分钟", 2)),
        ),
        Wording(
            "Sign-in code",
            "Your sign-in code is {code}. It is valid for {minutes} minutes. Never share it: "
            "our staff will not ask for it.",
            (_code("code"), _number("minutes", 2)),
        ),
    ),
    Starter(
        "order_shipped", Scenario.SERVICE, Kind.NOTICE,
        Wording(
            "订单发货",
            "{姓名}您好，订单{订单号}已由{快递公司}发出，预计{送达日期}送达，请保持电话畅通。",
            (_text("姓名", 10), _text("订单号", 24), _text("快递公司", 10), _date("送达日期")),
        ),
        Wording(
            "Order shipped",
            "Hi {name}, order {order_no} is on its way with {courier} and should reach you by {arrival_date}.",
            (_text("name", 20), _text("order_no", 24), _text("courier", 20), _date("arrival_date")),
        ),
    ),
    Starter(
        "points_expiring", Scenario.SERVICE, Kind.NOTICE,
        Wording(
            "会员积分到期提醒",
            "{姓名}您好，您有{积分}积分将于{到期日期}到期，到店出示会员码即可兑换。",
            (_text("姓名", 10), _number("积分", 8), _date("到期日期")),
        ),
        Wording(
            "Points about to expire",
            "Hi {name}, {points} of your points expire on {expiry_date}. Show your member code in store to use them.",
            (_text("name", 20), _number("points", 8), _date("expiry_date")),
        ),
    ),
    Starter(
        "service_appointment", Scenario.GOVERNMENT, Kind.NOTICE,
        Wording(
            "办事预约确认",
            "{姓名}您好，您预约的{事项}已确认。请于{预约日期}携带身份证原件到{地点}办理，如需改期请提前一天联系窗口。",
            (_text("姓名", 10), _text("事项", 20), _date("预约日期"), _text("地点", 30)),
        ),
        Wording(
            "Appointment at a public office",
            "{name}, your appointment for {matter} is confirmed. Please come to {place} on {appointment_date} "
            "with your original identity card.",
            (_text("name", 20), _text("matter", 30), _text("place", 35), _date("appointment_date")),
        ),
    ),
    Starter(
        "weather_warning", Scenario.GOVERNMENT, Kind.NOTICE,
        Wording(
            "恶劣天气提醒",
            "{部门}提醒：预计{开始时间}起{地区}将出现{天气}，请减少外出，远离低洼和临水地带，遇险拨打119。",
            (_text("部门", 15), _date("开始时间"), _text("地区", 15), _text("天气", 10)),
        ),
        Wording(
            "Severe weather warning",
            "{office}: {weather} expected in {area} from {start_date}. Stay indoors and keep away from low ground and "
            "water. In danger call {hotline}.",
            (_text("office", 30), _text("weather", 20), _text("area", 30), _date("start_date"), _text("hotline", 15)),
        ),
    ),
    Starter(
        "parents_evening", Scenario.EDUCATION, Kind.NOTICE,
        Wording(
            "家长会通知",
            "{学生}家长您好，{班级}定于{日期}在{地点}召开家长会，请准时参加。如不能到会，请联系班主任{老师}。",
            (_text("学生", 10), _text("班级", 15), _date("日期"), _text("地点", 20), _text("老师", 10)),
        ),
        Wording(
            "Parents' evening",
            "Dear parent of {student}, the parents' evening of {class_name} is on {date} in {place}. "
            "If you cannot come, please tell {teacher}.",
            (_text("student", 20), _text("class_name", 20), _date("date"), _text("place", 30), _text("teacher", 20)),
        ),
    ),
    Starter(
        "repayment_due", Scenario.FINANCE, Kind.NOTICE,
        Wording(
            "还款日提醒",
            "{姓名}您好，您尾号{尾号}的账户本期应还{金额}元，到期日{还款日}。如已还款请忽略，请勿向陌生账户转账。",
            (_text("姓名", 10), _number("尾号", 4), _number("金额", 12), _date("还款日")),
        ),
        Wording(
            "Repayment due",
            "{name}, {amount} is due on {due_date} for your account ending {last_four}. Ignore this if you have paid. "
            "Never transfer money to an account you do not know.",
            (_text("name", 20), _number("amount", 12), _date("due_date"), _number("last_four", 4)),
        ),
    ),
    Starter(
        "trip_departure", Scenario.TRAVEL, Kind.NOTICE,
        Wording(
            "出行集合通知",
            "{姓名}您好，您预订的{线路}于{出发日期}出发，请{集合时间}前到{集合地点}集合，带好身份证件。领队{领队}随行。",
            (
                _text("姓名", 10), _text("线路", 20), _date("出发日期"), _text("集合时间", 10), _text("集合地点", 25),
                _text("领队", 10),
            ),
        ),
        Wording(
            "Trip departure",
            "{name}, your trip to {destination} leaves on {departure_date}. Please be at {meeting_point} by "
            "{meeting_time} with your passport. Your guide is {guide}.",
            (
                _text("name", 20), _text("destination", 30), _date("departure_date"), _text("meeting_point", 35),
                _text("meeting_time", 10), _text("guide", 20),
            ),
        ),
    ),
)  # fmt: skip
BY_KEY = {starter.key: starter for starter in STARTERS}
