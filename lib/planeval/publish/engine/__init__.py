"""The papermill engine `planeval`: notebooks run in forks of a warm parent, see `planeval.warm`."""

# First: papermill.engines loads the entry point below, whose module needs papermill's own engine to be defined.
import papermill.engines  # noqa: F401
