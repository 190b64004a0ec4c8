"""A customer on smpplib: `python smpplib_client.py PORT`; each line of stdin is a message to send."""

import json
import sys
import threading
from typing import Any

import smpplib.client
import smpplib.consts
import smpplib.exceptions
import smpplib.gsm

RECEIPT = 0x04


def say(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def heard(pdu: Any) -> None:
    content = pdu.short_message
    if pdu.esm_class & RECEIPT:
        say(event="receipt", text=content.decode("latin-1"), number=pdu.source_addr.decode())
    else:
        say(event="reply", content=content.hex(), esm_class=pdu.esm_class, data_coding=pdu.data_coding)


client = smpplib.client.Client("127.0.0.1", int(sys.argv[1]), timeout=0.5, allow_unknown_opt_params=True)
client.set_message_sent_handler(lambda pdu: say(event="answer", status=pdu.status, id=(pdu.message_id or b"").decode()))
client.set_message_received_handler(heard)
client.set_error_pdu_handler(lambda pdu: say(event="answer", status=pdu.status, id=""))
client.connect()
try:
    client.bind_transceiver(system_id="900001", password=sys.argv[2])
except smpplib.exceptions.PDUError as error:
    say(event="refused", status=error.args[1])
    sys.exit(0)
say(event="bound")


def listen() -> None:
    while True:
        try:
            client.read_once(auto_send_enquire_link=False)
        except TimeoutError:
            continue
        except (smpplib.exceptions.ConnectionError, OSError):
            return


threading.Thread(target=listen, daemon=True).start()
for line in sys.stdin:
    message = json.loads(line)
    parts, coding, esm_class = smpplib.gsm.make_parts(message["text"])
    for part in parts:
        client.send_message(
            source_addr_ton=smpplib.consts.SMPP_TON_NWSPEC,
            source_addr="10690001",
            dest_addr_ton=smpplib.consts.SMPP_TON_INTL,
            dest_addr_npi=smpplib.consts.SMPP_NPI_ISDN,
            destination_addr=message["to"],
            short_message=part,
            data_coding=coding,
            esm_class=esm_class,
            registered_delivery=True,
        )
