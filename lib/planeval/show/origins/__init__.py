"""Where the numbers of every section come from: function of `show` that makes the section → its origin."""

from __future__ import annotations

from planeval.show.origins.capital import CAPITAL
from planeval.show.origins.editions import EDITIONS
from planeval.show.origins.firms import FIRMS
from planeval.show.origins.governance import GOVERNANCE
from planeval.show.origins.judgement import JUDGEMENT
from planeval.show.origins.origin import Origin as Origin
from planeval.show.origins.places import PLACES
from planeval.show.origins.tasks import TASKS

ORIGINS = {**JUDGEMENT, **TASKS, **FIRMS, **CAPITAL, **PLACES, **GOVERNANCE, **EDITIONS}
