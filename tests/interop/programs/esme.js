// A customer on npm's smpp: `node esme.js PORT`; each line of stdin is a message to send, in parts or in one payload.
'use strict';
const smpp = require('smpp');
const say = (what) => process.stdout.write(JSON.stringify(what) + '\n');
const PART = 67; // UTF-16 units beside a header
const session = smpp.connect({ url: 'smpp://127.0.0.1:' + process.argv[2] });
session.on('error', (error) => say({ event: 'error', text: String(error) }));
session.bind_transceiver({ system_id: '900001', password: 'secret' },
  (pdu) => say({ event: 'bound', status: pdu.command_status }));

const heard = {};
session.on('deliver_sm', (pdu) => {
  session.send(pdu.response());
  const { udh, message } = pdu.short_message;
  if (pdu.esm_class & 4) {
    say({ event: 'receipt', id: pdu.receipted_message_id, number: pdu.source_addr, text: message, state: pdu.message_state });
    return;
  }
  if (!udh) { say({ event: 'reply', from: pdu.source_addr, text: message }); return; }
  heard[udh[0][4]] = message;
  if (Object.keys(heard).length === udh[0][3]) {
    say({ event: 'reply', from: pdu.source_addr, text: Object.keys(heard).sort((a, b) => a - b).map((n) => heard[n]).join('') });
  }
});

function submit(fields) {
  session.submit_sm({ source_addr: '10690001', registered_delivery: 1, data_coding: 8, ...fields },
    (pdu) => say({ event: 'answer', status: pdu.command_status, id: pdu.message_id }));
}

require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { to, text, payload } = JSON.parse(line);
  if (payload) { submit({ destination_addr: to, message_payload: text }); return; }
  const total = Math.ceil(text.length / PART);
  for (let number = 1; number <= total; number++) {
    const message = Buffer.from(text.slice((number - 1) * PART, number * PART), 'utf16le').swap16();
    submit({ destination_addr: to, esm_class: 0x40, short_message: { udh: Buffer.from([5, 0, 3, 7, total, number]), message } });
  }
}).on('close', () => process.exit(0));
