"""The channel to Tencent Cloud SMS."""
