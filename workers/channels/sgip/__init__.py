"""The channel to gateways of China Unicom, by SGIP 1.2."""
