"""Changes of an existing pipeline, said in a sentence."""
