"""What belongs to the machine and the person at it is found in every kind of file, and stops a publication.

Every secret here is invented; the message that stops a publication never repeats one.
"""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import zipfile
import zlib
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from planeval.cli import app
from planeval.publish.hygiene import (
    FOREIGN_HOME,
    HOME,
    HOST,
    KEY,
    PASSWORD,
    PLACE,
    PRIVATE_KEY,
    TOKEN,
    USER,
    Secret,
    is_telling_key,
    is_telling_name,
    is_telling_path,
    leaks,
    refuse_machine_leaks,
    scrubbed,
)
from planeval.publish.this_machine import secrets_of
from stranger import EVENT_COLUMNS, OPENING, PARAMETERS, event, file_csv, write_notebook, write_report, write_workspace

SECRETS = (
    Secret(HOME, "/srv/people/zhangsan"), Secret(PLACE, r"D:\评估\晋创谷 {1}"), Secret(USER, "zhangsan"),
    Secret(USER, "欧阳明月"), Secret(HOST, "KJJ-PC-0417"), Secret(KEY, "s3cr3t/Värde+9"),
)  # fmt: skip
PLANTED = [
    (HOME, "/srv/people/zhangsan/数据/a.xlsx"), (HOME, r"\srv\people\ZHANGSAN\a.xlsx"), (PLACE, r"D:\评估\晋创谷 {1}\output"),
    (PLACE, "d:/评估/晋创谷 {1}/output"), (USER, "填报：zhangsan。"), (USER, "Zhangsan@kjj"), (USER, "由欧阳明月填写"),
    (HOST, "kjj-pc-0417"), (KEY, "key=s3cr3t/Värde+9;"), (TOKEN, "AKIA" + "Q7RT" * 4), (TOKEN, "ghp_" + "aB3" * 12),
    (TOKEN, "令牌gho_" + "aB3" * 12), (FOREIGN_HOME, "d:/users/lisi/台账.csv"),
    (TOKEN, "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2lnbmF0dXJlLXg"), (PRIVATE_KEY, "-----BEGIN RSA " + "PRIVATE KEY-----"),
    (PASSWORD, "postgresql://ledger:hunter22@10.0.0.8/db"), (FOREIGN_HOME, "/home/lisi/台账.csv"),
    (FOREIGN_HOME, r"C:\Users\李四\Desktop\佐证.pdf"),
]  # fmt: skip


def zipped(member: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(member, content)
    return packed.getvalue()


def pdf(content: bytes) -> bytes:
    packed = zlib.compress(content)
    return b"%PDF-1.7\n1 0 obj<</Filter/FlateDecode>>stream\n" + packed + b"\nendstream endobj\n%%EOF"


def in_png(content: bytes) -> bytes:
    body = b"Comment\0\0" + zlib.compress(content)
    chunk = len(body).to_bytes(4, "big") + b"zTXt" + body + zlib.crc32(b"zTXt" + body).to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n" + chunk


def in_address(kind: str, content: bytes) -> bytes:
    return f'<img src="data:{kind};base64,{base64.b64encode(content).decode("ascii")}">'.encode()


def xml(text: str) -> bytes:
    return f"<t>{html.escape(text)}</t>".encode()


WRAPPINGS = {
    "页.html": lambda text: f"<p>{html.escape(text)}</p>".encode(),
    "实体.html": lambda text: "".join(f"&#{ord(char)};" for char in text).encode(),
    "图.html": lambda text: in_address("image/svg+xml", xml(text)),
    "图片.html": lambda text: in_address("image/png", in_png(text.encode())),
    "链接.html": lambda text: f'<a href="file://{quote(text)}">'.encode(),
    "表.csv": lambda text: f"\ufeff甲,{text},乙\n".encode(),
    "旧表.csv": lambda text: f"甲,{text.replace('ä', 'a')},乙\n".encode("gb18030"),
    "run.json": lambda text: json.dumps({"path": text}, ensure_ascii=False).encode(),
    "ascii.json": lambda text: json.dumps({"path": text}).encode(),
    "SHA256SUMS": lambda text: f"{'0' * 64}  {text}\n".encode(),
    "表.xlsx": lambda text: zipped("xl/sharedStrings.xml", xml(text)),
    "稿.docx": lambda text: zipped("docProps/core.xml", xml(text)),
    "页.pdf": lambda text: pdf(text.encode()),
    "页-utf16.pdf": lambda text: pdf(text.encode("utf-16-be")),
    "夹.zip": lambda text: zipped("里.xlsx", zipped("xl/workbook.xml", xml(text))),
}


@pytest.mark.parametrize("name", WRAPPINGS)
def test_each_kind_is_found_in_each_file(name: str) -> None:
    """18 texts in 15 kinds of file; in GB18030 the one text that it was given without its ä is no secret."""
    for kind, text in PLANTED:
        if name == "旧表.csv" and "ä" in text:
            continue
        found = {leak.kind for leak in leaks(name, WRAPPINGS[name](text), SECRETS)}
        assert kind in found, (name, text)


def test_a_file_s_own_name_is_read_too() -> None:
    assert leaks("zhangsan.csv", b"", SECRETS) == leaks("zhangsan.csv", b"", SECRETS[2:3])
    assert leaks("zhangsan.csv", b"", SECRETS)[0].part == "文件名"


@pytest.mark.parametrize(
    "text",
    [
        "zhangsanfeng", "lizhangsan", "zhang san", "zhangsan_1", "wangzhangsan@x", "KJJ-PC-04170", "欧阳明",
        "s3cr3t/Värde+91", "/srv/people/zhangsanfeng/a", "E:/评估/晋创谷 {1}/output", "params/home/x/y",
        "https://www.jcgov.gov.cn/users", "见 http://a.cn/home/news/1.html", "电话：//无", "a/home/x/", "5://3:4",
        "AKIA", "ghp_", "-----BEGIN CERTIFICATE-----", "data/jincheng/filings/2026Q3/kejiju.xlsx",
    ],
)  # fmt: skip
def test_what_only_looks_like_it_is_no_alarm(text: str) -> None:
    assert leaks("页.html", text.encode(), SECRETS) == ()


@pytest.mark.parametrize(
    ("name", "tells"),
    [
        ("a", False), ("abc", False), ("root", False), ("Administrator", False), ("localhost", False), ("1234", False),
        ("vm", False), ("明月", False), ("DESKTOP", False), ("zhangsan", True), ("欧阳明月", True), ("DESKTOP-7A1K", True),
    ],
)  # fmt: skip
def test_short_names_and_names_of_nobody_tell_nothing(name: str, tells: bool) -> None:
    assert is_telling_name(name) is tells
    said = list(secrets_of({"USER": name, "COMPUTERNAME": name}))
    assert [secret.kind for secret in said] == ([USER, HOST] if tells else [])


def test_values_of_keys_are_told_from_switches_words_and_paths() -> None:
    environment = {
        "API_TOKEN": "a8f3b2c9", "DB_PASSWORD": "p@ssword", "MONKEY": "a8f3b2c9d1", "GIT_AUTHOR_NAME": "a8f3b2c9d1",
        "USE_AUTH": "true", "SECRET": "none", "KEY": "evaluation", "SSH_AUTH_SOCK": "/tmp/ssh-x1/agent.9",
        "DATABASE_URL": "mysql://ledger:h7nt3r22@db/x", "PASS": "1234567",
    }  # fmt: skip
    assert {secret.text for secret in secrets_of(environment)} == {"a8f3b2c9", "p@ssword", "h7nt3r22"}
    assert not is_telling_key("evaluation") and is_telling_key("evaluation-of-plan")


@pytest.mark.parametrize("path", ["/", "/w", "data", "./x/y", "", "C:"])
def test_paths_that_every_machine_has_tell_nothing(path: str) -> None:
    assert not is_telling_path(path)


@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_any_bytes_can_be_looked_at(content: bytes) -> None:
    for start in (b"", b"PK\x03\x04", b"%PDF stream\n", b"\x89PNG\r\n\x1a\n", b"data:image/png;base64,"):
        leaks("x", start + content, SECRETS)


def test_letters_of_a_font_are_not_read_as_names() -> None:
    assert leaks("页.html", in_address("font/otf", b" zhangsan "), SECRETS) == ()
    assert leaks("页.html", in_address("image/svg+xml", b" zhangsan "), SECRETS)


def test_the_word_by_which_a_pdf_says_where_it_begins_is_no_folder() -> None:
    account = [Secret(HOME, "/root")]
    assert leaks("页.pdf", pdf(b"x") + b"trailer <</Size 3 /Root 2 0 R>>", account) == ()
    assert leaks("页.pdf", pdf(b"x") + b"(/root/a.py) trailer <</Root 2 0 R>>", account)
    assert leaks("页.pdf", pdf(b"see /root/a.py"), account)


def test_a_log_says_the_kind_instead() -> None:
    said = scrubbed("/srv/people/zhangsan/a.py: s3cr3t/Värde+9 at ZHANGSAN, zhangsanfeng", SECRETS)
    assert said == f"<{HOME}>/a.py: <{KEY}> at <{USER}>, zhangsanfeng"
    assert not [secret for secret in SECRETS if secret.text in repr(secret)]


def test_what_was_filed_is_not_the_machine_s_but_a_key_is() -> None:
    """A unit may write its own paths and names; a key that stands in the inputs is still not printed again."""
    page = {"页.html": r"C:\Users\李四\a.pdf，zhangsan".encode()}
    filed = (("报送.xlsx", zipped("xl/sharedStrings.xml", xml(r"C:\Users\王五\b.pdf zhangsan"))),)
    refuse_machine_leaks(page, SECRETS, lambda: filed)
    with pytest.raises(Exception, match="个人文件夹的路径") as stopped:
        refuse_machine_leaks(page, SECRETS, lambda: (("报送.csv", b"zhangsan"),))
    assert USER not in str(stopped.value)
    with pytest.raises(Exception, match=KEY):
        refuse_machine_leaks({"a": "s3cr3t/Värde+9".encode()}, SECRETS, lambda: (("b", "s3cr3t/Värde+9".encode()),))


def test_compressed_rubbish_is_no_fault() -> None:
    assert leaks("x.pdf", b"%PDF stream\n" + gzip.compress(b"x") + b"endstream", SECRETS) == ()


def review(root: Path) -> Result:
    return CliRunner().invoke(app, ["review", "2026Q2", "--workspace", str(root)])


def test_a_publication_with_a_leak_is_stopped_and_the_secret_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A unit's own path is no leak; a page that shows a key and the workspace's path is, and nothing is published."""
    root = write_workspace(tmp_path / "书香", notebooks=True)
    file_csv(root, "library", "活动", EVENT_COLUMNS, [event(7, r"C:\Users\李四\台账")], period="2026Q1")
    monkeypatch.setenv("LEDGER_TOKEN", "q7Zt-55-kk0")
    write_notebook(
        root / "notebooks/02_again.ipynb", "# 泄漏", PARAMETERS, "import os", "from planeval import open_review, opening",
        "from planeval.show.html import paragraph", OPENING, "## 一、指标",
        'paragraph(os.environ["LEDGER_TOKEN"] + "，" + os.environ["PLANEVAL_WORKSPACE"])',
    )  # fmt: skip
    stopped = review(root)
    assert stopped.exit_code == 2
    assert "02_again.html：2 处问题" in stopped.output and KEY in stopped.output and PLACE in stopped.output
    assert "q7Zt-55-kk0" not in stopped.output
    assert FOREIGN_HOME not in stopped.output and not (root / "output/2026Q2/internal").exists()
    write_report(
        root, "02_again", "失败", 'raise ValueError(os.environ["LEDGER_TOKEN"])'.replace("os.", "__import__('os').")
    )
    assert review(root).exit_code == 3
    logs = [path.read_text(encoding="utf-8") for path in (root / "output").rglob("*.log")]
    assert any("ValueError" in log for log in logs)
    assert not [log for log in logs if "q7Zt-55-kk0" in log or str(root) in log]
