"""Many pages at once: what has to be made and why, who makes it, what became of it, and what is kept for next time."""
