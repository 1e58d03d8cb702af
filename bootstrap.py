"""Sets the project up in `.venv` beside this file, then runs it. Needs only Python 3.11, 3.12 or 3.13.

python bootstrap.py review [ARGS...]   set up if needed, run a review (the default one), print where its page is
python bootstrap.py test [ARGS...]     set up if needed, run the tests and every notebook
python bootstrap.py COMMAND [ARGS...]  any other planeval command, such as: check 2026Q3
"""

import functools
import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit(f"需要 Python 3.11、3.12 或 3.13，现在是 {sys.version.split()[0]}。请换用其中一个再运行。")

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "planeval-setup.txt"  # written last: a set-up without it does not count
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOCKS = {"review": ROOT / "requirements.lock", "test": ROOT / "requirements-all.lock"}
CHILDREN = {"PYTHONUTF8": "1", "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "VIRTUAL_ENV": str(VENV)}
CHILDREN |= {"MPLCONFIGDIR": f"{VENV / 'matplotlib'}", "IPYTHONDIR": f"{VENV / 'ipython'}", "UV_SYSTEM_CERTS": "1"}
say = functools.partial(print, file=sys.stderr)  # standard output belongs to the command that follows


def fingerprint() -> str:
    """What a set-up depends on: the locks, the project file, this file, Python, and where the project lies."""
    files = [*LOCKS.values(), ROOT / "pyproject.toml", ROOT / "bootstrap.py"]
    place = f"{sys.version}|{ROOT}".encode("utf-8", "surrogateescape")
    return hashlib.sha256(b"".join([place, *(path.read_bytes() for path in files)])).hexdigest()


def is_ready(need: str) -> bool:
    """Whether `.venv` is complete for what is needed; one made for the tests serves reviews too."""
    words = STAMP.read_text(encoding="utf-8").split() if STAMP.is_file() and PYTHON.is_file() else []
    return words in ([fingerprint(), need], [fingerprint(), "test"])


def step(*command: object) -> None:
    """Runs one step of the set-up: counts downloads on the way, raises with the last lines of a failure."""
    lines: list[str] = []
    with subprocess.Popen([*map(str, command)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        for line in process.stdout or []:
            lines.append(line.decode("utf-8", "replace"))
            fetched = sum(earlier.startswith("Collecting ") for earlier in lines)
            if line.startswith(b"Collecting ") and fetched % 20 == 0:
                say(f"  已下载 {fetched} 个包")
    if process.returncode:
        raise OSError("".join(lines[-10:]).strip())


def install(uv: str | None, need: str) -> None:
    """Makes `.venv` anew: the locked packages, then the project itself, editable."""
    STAMP.unlink(missing_ok=True)
    venv.create(VENV, clear=True, symlinks=os.name != "nt", with_pip=not uv)
    pip = [uv, "pip", "install", "--python", PYTHON] if uv else [PYTHON, "-m", "pip", "install", "--no-compile"]
    step(*pip, "--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", LOCKS[need])
    step(*pip, "--no-deps", "--no-build-isolation", "-e", ROOT)
    # A .pth is read in the system's encoding, which may lack letters of this folder's name; a relative path is safe.
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(VENV)}))
    (site / "_planeval.pth").write_text(os.path.relpath(ROOT / "lib", site), encoding="ascii")
    STAMP.write_text(f"{fingerprint()} {need}", encoding="utf-8")


def set_up(need: str) -> None:
    """Installs unless all is there, with uv if it works, else with pip. SQLite's lock holds a second process off."""
    if is_ready(need):
        return
    say("首次运行或依赖有变：正在安装运行环境到 .venv（若另一个窗口正在安装，先等它完成）……")
    lock = sqlite3.connect(ROOT / ".venv.lock", timeout=3600, isolation_level=None).execute("BEGIN EXCLUSIVE")
    uv = shutil.which("uv")
    if not is_ready(need):
        try:
            install(uv, need)
        except OSError as error:
            if not uv:
                raise
            say(f"{error}\nuv 没有装成，改用 pip 重装……")
            install(None, need)
    lock.connection.close()


def command_line(arguments: list[str]) -> list[str]:
    """What to run in `.venv`; the tests take the whole suite, on every core, unless files are named."""
    if arguments[0] != "test":
        return [str(PYTHON), "-m", "planeval", *arguments]
    named = any((ROOT / word.split("::")[0]).exists() for word in arguments[1:] if not word.startswith("-"))
    whole = [] if named else [*"-n auto --dist loadfile notebooks tests".split()]
    return [str(PYTHON), *"-m pytest --nbval-lax --nbval-current-env".split(), *whole, *arguments[1:]]


def main(arguments: list[str]) -> int:
    """Sets up, runs, and gives the exit code of what ran; 1 when the set-up failed."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0 if arguments else 2
    for name in ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", *([] if os.environ.get("HOME") else ["HOME"])):
        os.environ.pop(name, None)  # another Python's settings (the third slows every start), and an empty HOME
    os.environ.update(CHILDREN)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it at once, also while it waits for another set-up
    try:
        set_up("test" if arguments[0] == "test" else "review")
        os.chdir(ROOT if arguments[0] == "test" else os.curdir)
        if os.name == "nt":
            return subprocess.call(command_line(arguments))
        os.execv(PYTHON, command_line(arguments))  # so that signals reach it, and its exit code is ours
    except (OSError, sqlite3.Error, subprocess.SubprocessError) as error:
        say(f"{error}\n没有完成。请查网络和磁盘，关闭占用 .venv 的程序，Debian 须装 python3-venv，再运行一次。")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
