"""A pipeline as a picture: in the terminal, Mermaid, SVG and PNG."""
