"""What the reader's learned part and its benchmark are made from: the annotated corpus and the scripts that train."""
