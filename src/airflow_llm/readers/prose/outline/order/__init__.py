"""What follows what: as lists, labels, drawings and sentences say."""
