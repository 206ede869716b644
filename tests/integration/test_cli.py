"""The command line on one installation: every verdict's exit status, keys, lists, and never a stack trace."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from command_line import SAMPLE, Installation, installed, run_inside, serving, write_list

from certificates import pkcs12_of
from pdf_cases import cases
from ports import free_port

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Issued:
    """An installation that serves, a list it issued, and one diploma of it."""

    vanbang: Installation
    rows: list[dict[str, str]]
    file: Path
    url: str
    log: Path


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issued]:
    folder = tmp_path_factory.mktemp("cli")
    log = folder / "serve.log"
    vanbang = installed(folder / "home")
    rows = write_list(folder / "list.csv", 4, "cli")
    with serving(vanbang.home, log) as (base, _):
        (vanbang.home / "vanbang.json").write_text(json.dumps(vanbang.settings | {"base_url": base}))
        vanbang.good("issue", folder / "list.csv", "--issuer", SAMPLE.code)
        file = folder / "diploma.vanbang.json"
        serial = rows[0]["so_hieu_vbcc"]
        exported = vanbang.good("export", serial, "--issuer", SAMPLE.code, "--out", file, "--json").json()
        yield Issued(replace(vanbang, inside=True), rows, file, exported["proof_url"], log)


def altered(issued: Issued, tmp_path: Path) -> list[str]:
    changed = tmp_path / "changed.json"
    changed.write_bytes(issued.file.read_bytes().replace(b'"leaf_index":', b'"leaf_index":99999'))
    return [str(changed), *issued.vanbang.trust()]


def nobody_there(issued: Issued, _: Path) -> list[str]:
    return [str(issued.file), *issued.vanbang.trust(rpc=f"http://127.0.0.1:{free_port()}")]


def no_public_files(issued: Issued, tmp_path: Path) -> list[str]:
    return [str(issued.file), *issued.vanbang.trust(public=str(tmp_path))]


def no_contract(issued: Issued, _: Path) -> list[str]:
    return [str(issued.file), *issued.vanbang.trust(registry="eip155:31337:0x" + "ab" * 20)]


def another_chain(issued: Issued, _: Path) -> list[str]:
    account = issued.vanbang.settings["registry"].rsplit(":", 1)[1]
    return [str(issued.file), *issued.vanbang.trust(registry=f"eip155:88:{account}")]


def no_trust(issued: Issued, _: Path) -> list[str]:
    return [str(issued.file)]


def no_file(issued: Issued, tmp_path: Path) -> list[str]:
    return [str(tmp_path / "nothing.json"), *issued.vanbang.trust()]


def by_url(issued: Issued, _: Path) -> list[str]:
    return [issued.url, *issued.vanbang.trust()]


def by_url_with_another_key(issued: Issued, _: Path) -> list[str]:
    return [issued.url[:-43] + "A" * 43, *issued.vanbang.trust()]


def by_url_cut_off(issued: Issued, _: Path) -> list[str]:
    return [issued.url[:-2], *issued.vanbang.trust()]


def by_url_of_nobody(issued: Issued, _: Path) -> list[str]:
    base, _, key = issued.url.partition("#")
    return [base[:-22] + "A" * 22 + "#" + key, *issued.vanbang.trust()]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (altered, 10, "VERDICT: INVALID"),
        (nobody_there, 11, "endpoints_unavailable"),
        (no_public_files, 11, "type_unavailable"),
        (no_contract, 11, "no_registry"),
        (another_chain, 11, "endpoints_unavailable"),
        (no_trust, 64, "--registry"),
        (no_file, 1, "cannot be read"),
        (by_url, 0, "VERDICT: VALID"),
        (by_url_with_another_key, 1, "does not open the file"),
        (by_url_cut_off, 1, "was the link cut off?"),
        (by_url_of_nobody, 1, "it knows no such diploma"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_exit_statuses(issued: Issued, tmp_path: Path, arguments: object, status: int, words: str) -> None:
    """Each verdict and each misuse has its exit status and says why in words."""
    done = issued.vanbang("verify", *arguments(issued, tmp_path))  # type: ignore[operator]
    assert done.status == status, done
    assert words in done.out + done.err
    assert issued.url[-43:] not in done.out + done.err


def test_another_registry(issued: Issued, tmp_path: Path) -> None:
    """A deployed registry that never heard of the batch makes the diploma INVALID."""
    second = Installation(tmp_path / "second", inside=True)
    second.good("init", "--rpc", issued.vanbang.rpc)
    done = issued.vanbang("verify", issued.file, *issued.vanbang.trust(registry=second.settings["registry"]))
    assert done.status == 10
    assert "not_anchored" in done.out


@pytest.mark.parametrize("options", [("--claim", "ho_va_ten", "--claim", "xep_loai"), ("--unsigned",)])
def test_extracts(issued: Issued, tmp_path: Path, options: tuple[str, ...]) -> None:
    """An extract and a file without signature are VALID, and show what they disclose."""
    file = tmp_path / "extract.json"
    serial = issued.rows[1]["so_hieu_vbcc"]
    issued.vanbang.good("export", serial, "--issuer", SAMPLE.code, "--out", file, *options)
    report = issued.vanbang.good("verify", file, *issued.vanbang.trust(), "--json").json()
    assert report["verdict"] == "VALID"
    if "--claim" in options:
        assert sorted(report["credential"]["claims"]) == ["ho_va_ten", "xep_loai"]
    else:
        assert report["steps"][7]["code"] == "no_signature"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("no-such-serial",), "has issued no vn-diploma whose so_hieu_vbcc is"),
        (("{serial}", "--claim", "nonsense"), "'nonsense'; there is: co_so_dao_tao"),
        (("{serial}", "--out", "{folder}/no/such/folder.json"), "No such file"),
    ],
)
def test_exports_that_cannot_be(issued: Issued, tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    """What cannot be exported is refused in a sentence."""
    serial = issued.rows[0]["so_hieu_vbcc"]
    done = issued.vanbang(
        "export", *(o.format(serial=serial, folder=tmp_path) for o in options), "--issuer", SAMPLE.code
    )
    assert (done.status, words in done.err) == (1, True), done


def test_keys(issued: Issued) -> None:
    """A new officer's key is listed with its window, and after its end with the time of it."""
    vanbang, words = issued.vanbang, ("--code", SAMPLE.code, "--name", "officer-2")
    vanbang.good("key", "add", *words, "--role", "officer")
    name = f"{SAMPLE.code.lower()}/officer-2"
    (added,) = (key for key in vanbang.good("key", "list", "--json").json() if key["name"] == name)
    assert (added["role"], added["until"]) == ("officer", "-")
    vanbang.good("key", "end", *words)
    (ended,) = (key for key in vanbang.good("key", "list", "--json").json() if key["name"] == name)
    assert ended["until"] > added["from"]
    assert vanbang("key", "add", *words, "--role", "nonsense").status == 1
    assert vanbang("key", "end", "--code", SAMPLE.code, "--name", "nonsense").status == 1


def test_template_and_check(issued: Issued, tmp_path: Path) -> None:
    """The template passes the check; a bad list has status 1, findings in JSON, and cannot be issued."""
    vanbang, template, bad = issued.vanbang, tmp_path / "template.csv", tmp_path / "bad.csv"
    vanbang.good("template", "--out", template)
    vanbang.good("check", template)
    rows = write_list(bad, 3, "bad")
    bad.write_text(bad.read_text().replace(rows[1]["ngay_sinh"], "31/02/2004"))
    checked = vanbang("check", bad, "--json")
    report = json.loads(checked.out)
    assert (checked.status, report["clean"], report["rejected"]) == (1, False, 1)
    assert {"row": 3, "column": "ngay_sinh", "value": "31/02/2004"}.items() <= report["findings"][0].items()
    refused = vanbang("issue", bad, "--issuer", SAMPLE.code, "--json")
    assert (refused.status, json.loads(refused.out)["clean"]) == (1, False)


def test_a_serial_issued_before(issued: Issued, tmp_path: Path) -> None:
    """A second list that holds an issued serial number is refused as a whole."""
    path = tmp_path / "again.csv"
    write_list(path, 5, "cli")
    refused = issued.vanbang("issue", path, "--issuer", SAMPLE.code, "--json")
    report = json.loads(refused.out)
    assert refused.status == 1
    assert report["rules"]["already_issued"] == 4


def test_init_again(issued: Issued) -> None:
    """An installation is never set up a second time: its registry stays."""
    before = issued.vanbang.settings
    done = issued.vanbang("init")
    assert (done.status, "holds an installation already" in done.err) == (1, True)
    assert issued.vanbang.settings == before


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("issuer", "list"), 1),
        (("issue", "list.csv", "--issuer", "X"), 1),
        (("nonsense",), 64),
        (("verify",), 64),
        (("issue",), 64),
        (("check", "nowhere.csv"), 1),
        (("check", "{folder}"), 1),
        (("init", "--rpc", "http://127.0.0.1:9/"), 1),
        (("init", "--depth", "-1"), 64),
    ],
)
def test_without_an_installation(tmp_path: Path, arguments: tuple[str, ...], status: int) -> None:
    """Commands that cannot work say why in one sentence and give the status for it."""
    done = run_inside(*(word.format(folder=tmp_path) for word in arguments), home=tmp_path / "none")
    assert done.status == status, done
    assert done.err
    assert "Traceback" not in done.out + done.err


def test_a_damaged_database(issued: Issued, tmp_path: Path) -> None:
    """A database that is none is told in a sentence."""
    home = tmp_path / "home"
    shutil.copytree(issued.vanbang.home, home, ignore=shutil.ignore_patterns("chain", "*-wal", "*-shm"))
    (home / "vanbang.json").write_text(json.dumps(issued.vanbang.settings | {"rpc": [issued.vanbang.rpc]}))
    (home / "vanbang.sqlite").write_bytes(b"this is no database at all" * 100)
    done = Installation(home, inside=True)("issuer", "list")
    assert (done.status, "(store)" in done.err) == (1, True), done


def test_nothing_secret_in_the_log(issued: Issued) -> None:
    """The server's log names no share, no key and no person."""
    words = issued.log.read_text()
    for secret in (issued.url[-43:], issued.url.split("/v/")[1][:22], issued.rows[0]["ho_va_ten"]):
        assert secret not in words


def test_a_diploma_as_pdf(issued: Issued, tmp_path: Path) -> None:
    """A PDF is printed beside the file, for its holder alone, and is verified by the credential inside."""
    vanbang, serial, pdf = issued.vanbang, issued.rows[1]["so_hieu_vbcc"], tmp_path / "d.pdf"
    told = vanbang.good(
        "export", serial, "--issuer", SAMPLE.code, "--out", tmp_path / "d.json", "--pdf", pdf, "--json"
    ).json()
    assert told["pdf"] == str(pdf)
    assert pdf.stat().st_mode & 0o077 == 0
    judged = vanbang.good("verify", pdf, *vanbang.trust()).out
    assert "VERDICT: VALID" in judged
    assert "Những gì nhìn thấy trên trang PDF" in judged
    assert "The PDF itself is not signed." in judged
    assert f"Họ và tên / Full name: {issued.rows[1]['ho_va_ten']}" in judged
    report = vanbang.good("verify", pdf, *vanbang.trust(), "--json").json()
    assert report["pdf"] == {"signature": "unsigned", "signer": None, "authority": None}
    assert vanbang.good("verify", told["proof_url"], *vanbang.trust(), "--json").json()["verdict"] == "VALID"


def test_a_signed_pdf(issued: Issued, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a certificate PDFs are signed, and told to be signed whole until somebody adds to them."""
    (issued.vanbang.home / "school.p12").write_bytes(pkcs12_of(SAMPLE.name, "mật khẩu"))
    monkeypatch.setenv("VANBANG_PDF_CERTIFICATE", "school.p12")
    serial, pdf = issued.rows[1]["so_hieu_vbcc"], tmp_path / "d.pdf"
    command = ("export", serial, "--issuer", SAMPLE.code, "--out", tmp_path / "d.json", "--pdf", pdf)
    refused = issued.vanbang(*command)
    assert refused.status == 1
    assert "(pdf_certificate)" in refused.err
    assert not list(tmp_path.iterdir())
    monkeypatch.setenv("VANBANG_PDF_CERTIFICATE_PASSWORD", "mật khẩu")
    issued.vanbang.good(*command)
    verify = ("verify", pdf, *issued.vanbang.trust())
    assert f"Toàn bộ tệp PDF được ký số bởi {SAMPLE.name}" in issued.vanbang.good(*verify).out
    pdf.write_bytes(pdf.read_bytes() + b"%")
    changed = issued.vanbang.good(*verify).out
    assert f"The PDF has a signature of {SAMPLE.name}, but was changed or added to after signing." in changed


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("foreign", "pdf_without_credential"),
        ("second-attachment-forged", "pdf_several_credentials"),
        ("saved-encrypted", "pdf_encrypted"),
    ],
)
def test_pdfs_that_are_not_verified(issued: Issued, tmp_path: Path, name: str, code: str) -> None:
    """A PDF without one credential file is no file to judge: a sentence, and no verdict."""
    file = tmp_path / "some.pdf"
    file.write_bytes(next(case.pdf for case in cases() if case.name == name))
    refused = issued.vanbang("verify", file, *issued.vanbang.trust())
    assert refused.status == 1
    assert f"({code})" in refused.err
    assert "VERDICT" not in refused.out
