"""Software nobody here wrote, talking to ours. `./run interop` makes it and runs these; elsewhere they are skipped."""
