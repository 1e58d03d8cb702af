"""Notebooks run in forks of one warm parent: the stack imported once, the review opened once, a child per notebook.

`client` is this side; `parent`, `preload` and `child` run in the other processes; `frames` is what they say to each
other. Nothing here knows papermill: `publish.engine` is what papermill calls.
"""
