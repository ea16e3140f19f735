"""Which tasks a long description has: those it lists, those it declares, those its running text names."""
