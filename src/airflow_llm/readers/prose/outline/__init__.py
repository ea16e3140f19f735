"""The reader of long structured descriptions."""
