"""Vectors for texts: the port (`embedder`), its two adapters (`openai`, `local`) and their choice (`select`)."""
