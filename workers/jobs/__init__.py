"""What the queues run: one thin function a job, calling the domain from the top."""
