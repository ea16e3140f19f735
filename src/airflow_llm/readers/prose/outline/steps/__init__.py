"""The tasks as steps of the spec, with the data and systems that they name."""
