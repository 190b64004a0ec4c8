"""A customer on pycmpp: `python pycmpp_client.py PORT SECRET`; each line of stdin is a message to send. pycmpp leaves
receipts and replies to whoever uses it: they are told as they came."""

import json
import logging
import struct
import sys
import threading

from pycmpp import Cmpp
from pycmpp.cmpp_defines import CMPP_CONNECT_RESP, CMPP_DELIVER_REQ, CMPP_DELIVER_RESP, CMPP_SUBMIT_RESP
from pycmpp.response import ConnectResponseInstance, SubmitResponseInstance

logging.basicConfig(level=logging.ERROR)


def say(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


class Connected:
    def __init__(self, cmpp: Cmpp, message: bytes) -> None:
        self.message = message

    def __call__(self) -> None:
        answer = ConnectResponseInstance()
        answer.resolve(self.message)
        say(event="bound", status=answer.status)


class Submitted:
    def __init__(self, cmpp: Cmpp, message: bytes) -> None:
        self.message = message

    def __call__(self) -> None:
        answer = SubmitResponseInstance()
        answer.resolve(self.message)
        say(event="answer", status=answer.status, id=answer.msg_id)


class Delivered:
    def __init__(self, cmpp: Cmpp, message: bytes) -> None:
        self.cmpp, self.message = cmpp, message

    def __call__(self) -> None:
        sequence, body = self.message[8:12], self.message[12:]
        self.cmpp.send(struct.pack("!LL", 21, CMPP_DELIVER_RESP) + sequence + body[:8] + b"\0")
        say(event="deliver", body=body.hex())


client = Cmpp("127.0.0.1", int(sys.argv[1]), "900001", sys.argv[2], "10690001", delivery=1, client_heartbeat=False)
client.handlers |= {CMPP_CONNECT_RESP: Connected, CMPP_SUBMIT_RESP: Submitted, CMPP_DELIVER_REQ: Delivered}
threading.Thread(target=client.run, daemon=True).start()
for line in sys.stdin:
    asked = json.loads(line)
    client.submit(asked["text"], [asked["to"]])
