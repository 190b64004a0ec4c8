"""What the demo's business has: an approved signature and template, ten thousand invented people."""

from __future__ import annotations

from itertools import cycle, islice, product

from sqlalchemy import insert, select

from tenants.accounts import vault
from tenants.contacts import NAME
from tenants.contacts.models import Contact, ContactList, ListMember
from tenants.core import bulk
from tenants.core.clock import now
from tenants.core.db import db, tenant_ids
from tenants.core.phone import Phone, parse
from tenants.message_templates.models import Template, TemplateVersion
from tenants.message_templates.variables import declared_in
from tenants.signatures.models import Signature

COMPANY, REGISTRATION = "杭州禾木咖啡有限公司", "91330106MA2CDEMO1X"
COUNT, FEW = 10_000, 600
# Prefixes of the four operators, about as common as they are.
PREFIXES = ("1380", "1391", "1502", "1880", "1860", "1310", "1330", "1891", "1920")
SURNAMES, GIVEN = "陈林黄张李王吴刘蔡杨许郑谢郭洪", "晨晓雨佳子梓浩思文嘉一欣宇涵婷"
BIRTHDAY = "{姓名}您好，本月是您的生日月。到店出示会员码，即可领取生日蛋糕一份，本月底前有效。"
BODY = "{姓名}您好，冬季新品「桂花酒酿拿铁」今日上市。您账户现有{积分}积分，11月30日前到店出示会员码即可兑换一杯。"


def signature(text: str, by: int) -> int:
    """An approved signature."""
    row = {"text": text, "basis": "company", "company": COMPANY, "registration_no": REGISTRATION,
           "state": "approved", "created_by": by}  # fmt: skip
    return db.session.scalars(
        insert(Signature).values(**row, created_at=now(), decided_at=now()).returning(Signature.id)
    ).one()


def template(name: str, body: str, by: int) -> int:
    """An approved template of kind marketing."""
    at = now()
    template_id = db.session.scalars(
        insert(Template)
        .values(name=name, kind="marketing", current=1, created_by=by, created_at=at, updated_at=at)
        .returning(Template.id)
    ).one()
    variables = [variable.to_json() for variable in declared_in(body)]
    version = {"template_id": template_id, "version": 1, "body": body, "variables": variables, "state": "approved"}
    db.session.execute(insert(TemplateVersion).values(**version, created_by=by, created_at=at, decided_at=at))
    return template_id


def few(name: str, list_id: int, by: int) -> int:
    """A smaller list, of people of another one."""
    few_id = db.session.scalars(
        insert(ContactList).values(name=name, contacts_n=FEW, created_by=by, created_at=now()).returning(ContactList.id)
    ).one()
    members = select(ListMember.contact_id).where(ListMember.list_id == list_id).order_by(ListMember.contact_id)
    chosen = db.session.scalars(members.limit(FEW)).all()
    bulk.copy(ListMember.__table__, ("list_id", "contact_id"), [(few_id, id) for id in chosen])  # type: ignore[arg-type]
    return few_id


def people(name: str, by: int) -> int:
    """A list of ten thousand people whose numbers nobody has been asked for: they exist in the simulator only."""
    list_id = db.session.scalars(
        insert(ContactList)
        .values(name=name, contacts_n=COUNT, created_by=by, created_at=now())
        .returning(ContactList.id)
    ).one()
    keys, ids, at = vault(), bulk.take_ids(tenant_ids, COUNT), now()
    names = islice(cycle(a + b for a, b in product(SURNAMES, GIVEN)), COUNT)
    rows = []
    for place, (id, person) in enumerate(zip(ids, names, strict=True)):
        # Three digits below nine hundred keep away from the simulator's scripts for trouble.
        number = f"{PREFIXES[place % len(PREFIXES)]}{place // 900:04d}{place % 900:03d}"
        phone = parse(number)
        assert isinstance(phone, Phone), number
        index = keys.index(phone.e164)
        sealed = keys.seal("contacts", index, {"n": phone.e164, "v": {NAME: person}})
        fields = f'{{"积分": "{place * 37 % 900 + 100}"}}'
        rows.append((id, index, sealed, phone.country, phone.operator, phone.line, fields, at, at))
    columns = ("id", "phone_index", "sealed", "country", "operator", "line", "fields", "created_at", "updated_at")
    bulk.copy(Contact.__table__, columns, rows)  # type: ignore[arg-type]
    bulk.copy(ListMember.__table__, ("list_id", "contact_id"), [(list_id, id) for id in ids])  # type: ignore[arg-type]
    return list_id
