"""Everything that runs beside the web: jobs, channels, payments, mail, and the simulators of the outside."""
