"""MM7, multimedia messages between a service and a relay: SOAP envelopes, their attachments, presentations."""
