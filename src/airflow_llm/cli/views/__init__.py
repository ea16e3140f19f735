"""What the commands print: for people and, as plain values, for machines."""
