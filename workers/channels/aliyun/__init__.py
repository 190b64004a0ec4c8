"""The channel to Alibaba Cloud SMS."""
