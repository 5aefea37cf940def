"""Values, however they were written: under dotted keys, as JSON in a string, as a Python repr; each text read once."""
