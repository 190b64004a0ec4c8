"""The channel to 5G messages: chatbots on the messaging platforms (MaaP) of the mainland's carriers."""
