"""What we do: cases, evidence, notices, the channels they leave by, and what became of them."""
