"""The channel to gateways of China Mobile, by CMPP 2.0 and 3.0."""
