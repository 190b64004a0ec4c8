"""The channel to gateways of China Telecom, by SMGP 3.0."""
