"""From a `Review` and its notebooks to finished pages: run, render, check, stage, promote."""
