// An SMSC of npm's smpp: takes messages, sends receipts whose ids are decimal where its answers had them in hex,
// and writes as a subscriber what a line of stdin tells it to.
'use strict';
const smpp = require('smpp');
const say = (what) => process.stdout.write(JSON.stringify(what) + '\n');
let session = null;
let nextId = 0xabc001;
const pending = {};

function gather(pdu) {
  const { udh, message } = pdu.message_payload || pdu.short_message;
  const place = (udh || []).find((one) => one[0] === 0 || one[0] === 8);
  if (!place) return say({ event: 'message', from: pdu.source_addr, to: pdu.destination_addr, text: message, parts: 1 });
  const [total, number] = place.slice(-2);  // behind a reference of one byte or two
  const key = pdu.destination_addr + '/' + place.slice(2, -2).toString('hex');
  const parts = (pending[key] = pending[key] || {});
  parts[number] = message;
  if (Object.keys(parts).length < total) return undefined;
  delete pending[key];
  const text = Object.keys(parts).sort((a, b) => a - b).map((each) => parts[each]).join('');
  return say({ event: 'message', from: pdu.source_addr, to: pdu.destination_addr, text, parts: total });
}

function receipt(pdu, id) {
  const text = `id:${id} sub:001 dlvrd:001 submit date:2611221357 done date:2611221358 stat:DELIVRD err:000 text:`;
  session.deliver_sm(
    { source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: 4, short_message: text },
    (answer) => say({ event: 'acknowledged', what: 'receipt', status: answer.command_status }));
}

const server = smpp.createServer((connected) => {
  connected.on('error', (error) => say({ event: 'error', text: String(error) }));
  connected.on('bind_transceiver', (pdu) => {
    const good = pdu.system_id === '900001' && pdu.password === 'secret';
    connected.send(pdu.response({ command_status: good ? 0 : smpp.ESME_RBINDFAIL, system_id: 'npm' }));
    if (good) session = connected;
  });
  connected.on('submit_sm', (pdu) => {
    const id = nextId++;
    connected.send(pdu.response({ message_id: id.toString(16).toUpperCase() }));
    gather(pdu);
    if (pdu.registered_delivery & 1) receipt(pdu, id);
  });
  connected.on('enquire_link', (pdu) => connected.send(pdu.response()));
  connected.on('unbind', (pdu) => { connected.send(pdu.response()); connected.close(); });
});
server.listen(0, '127.0.0.1', () => say({ event: 'listening', port: server.address().port }));

require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { from, to, text } = JSON.parse(line);
  session.deliver_sm({ source_addr: from, destination_addr: to, message_payload: text },
    (answer) => say({ event: 'acknowledged', what: 'reply', status: answer.command_status }));
}).on('close', () => process.exit(0));
