"""From a `Review` and its notebooks to finished pages: run, render, check, stage, promote."""

import sys

# nbformat imports jsonschema, and where JupyterLab is installed jsonschema compiles the whole grammar of internet
# addresses at once (1.5 s), for a check of formats that no notebook asks for. Without the grammar it passes that check.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
