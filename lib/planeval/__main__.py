"""Where the command starts. A review of which nothing changed is answered before anything heavy is imported."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Entry point of the console script and of `python -m planeval`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    code = _answered_at_once(sys.argv[1:])
    if code is not None:
        sys.exit(code)
    from planeval.cli import main as run_command

    run_command()


def _answered_at_once(words: list[str]) -> int | None:
    """The exit code of `review NAME [--plan] [--output FOLDER] [--workspace FOLDER]` when nothing changed, else None.

    Everything else, mistakes included, is left to the command line proper.
    """
    if len(words) < 2 or words[0] != "review" or words[1].startswith("-"):
        return None
    places: dict[str, str] = {}
    rest = iter(words[2:])
    for word in rest:
        if word in ("--output", "--workspace"):
            places[word] = next(rest, "")
        elif word != "--plan":
            return None
    from planeval.batch.quick_look import nothing_changed, tell_unchanged
    from planeval.problems import InputError
    from planeval.workspace import find_workspace

    try:
        place = find_workspace(places.get("--workspace"))
    except InputError:
        return None
    output = Path(places["--output"]).resolve() if "--output" in places else place.output.resolve()
    same = nothing_changed(place, words[1], output)
    return None if same is None else tell_unchanged(same)


if __name__ == "__main__":
    main()
