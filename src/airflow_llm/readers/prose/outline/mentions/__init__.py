"""Which tasks a piece of text means, and what it draws between them."""
