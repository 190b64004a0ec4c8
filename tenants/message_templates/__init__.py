"""Templates: typed variables, kinds, versions, rendering."""
