"""audit-log, backup, restore, migrate: keeping what is stored, and proving that it is what was stored."""

from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from vanbang.adapters.archive import is_sealed
from vanbang.adapters.sql import opened_store
from vanbang.adapters.sql.migrating import migrate as migrate_database
from vanbang.backing_up import back_up
from vanbang.backing_up import restore as restore_backup
from vanbang.cli.options import HomeOption, JsonOption
from vanbang.cli.output import Exit, console, print_json, print_table
from vanbang.core.encoding import from_hex, from_time_text, time_text
from vanbang.core.errors import FormatError
from vanbang.notary.audit_log import LogState, audit_lines, check_log
from vanbang.ports import DatabaseServer
from vanbang.settings import BACKUP_PASSWORD, backup_password_from_environment, home_folder, load

SHORTEST_PASSWORD = 12
WORDS = {
    "changed": "đã bị sửa / was changed: its hash does not fit what it says",
    "missing": "bị mất / is missing",
    "out_of_order": "sai chỗ / is out of order: it was written behind another line than the one before it",
    "cut": "bị cắt hoặc viết lại, không có mã đã ghi / was cut or rewritten: no line has the hash given",
}

audit_app = typer.Typer(help="Nhật ký kiểm toán / the audit log", no_args_is_help=True)


@audit_app.command("verify")
def audit_verify(
    head: Annotated[
        str | None, typer.Option("--head", help="Mã dòng cuối đã ghi lại lần trước / the head noted down earlier")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Kiểm tra nhật ký không bị sửa, xóa, chèn / check that nothing in the log was changed, removed or added."""
    known = None if head is None else from_hex(head, "--head")
    with opened_store(_database(home)) as store:
        state = check_log(audit_lines(store), known)
    if as_json:
        print_json(_as_json(state))
    else:
        console.print(_told(state), markup=False)
    if not state.holds:
        raise typer.Exit(Exit.INVALID)


@audit_app.command("show")
def audit_show(
    since: Annotated[
        str | None, typer.Option("--since", help="Từ ngày hoặc lúc / from 2026-06-10 or 2026-06-10T08:00:00Z on")
    ] = None,
    subject: Annotated[str | None, typer.Option("--subject", help="Chỉ về đối tượng này / only about this")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Số dòng mới nhất / how many, the newest")] = 100,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Xem nhật ký / show the log, the newest lines last."""
    after = 0 if since is None else from_time_text(since if "T" in since else f"{since}T00:00:00Z", "--since")
    with opened_store(_database(home)) as store:
        wanted = (line for line in audit_lines(store) if line.at >= after and subject in (None, line.subject))
        lines = deque(wanted, limit)
    columns = ("seq", "at", "actor", "action", "subject", "facts")
    rows = [(str(line.seq), time_text(line.at), line.actor, line.action, line.subject, line.facts) for line in lines]
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) | {"seq": int(row[0])} for row in rows])
    else:
        print_table("Nhật ký / audit log", columns, rows)


def backup(
    out: Annotated[Path, typer.Option("--out", help="Tệp mới, ví dụ / a new file, e.g. 2026-06-10.vanbang-backup")],
    is_plain: Annotated[bool, typer.Option("--plain", help="Không mã hóa (.tar.gz) / not encrypted")] = False,
    without_secrets: Annotated[
        bool, typer.Option("--without-secrets", help="Không kèm bí mật của bản ghi, để lưu lâu / for long-term copies")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sao lưu bản cài đặt, kể cả khi đang chạy / back up the installation, also while it runs."""
    if out.exists():
        raise FormatError("--out", f"{out} is there already: a backup replaces nothing")
    password = None if is_plain else _password(confirm=True)
    made = back_up(home_folder(home), out, password, without_secrets=without_secrets)
    if as_json:
        print_json({"file": str(out), "files": len(made.files), **made.facts})
        return
    console.print(f"Đã sao lưu / backed up: {out} ({len(made.files)} tệp / files)", markup=False)
    console.print(f"Nhật ký / audit log: {made.facts['audit_lines']} {made.facts['audit_head']}", markup=False)
    if is_plain:
        console.print(
            "Không mã hóa: ai có tệp này đọc được mọi bản ghi. Không kèm keys/.password: hãy giữ riêng.\n"
            "Not encrypted: it opens every record. keys/.password is not in it: keep that apart.",
            markup=False,
        )


def restore(
    file: Annotated[Path, typer.Argument(help="Tệp sao lưu / the backup")],
    home: Annotated[Path, typer.Option("--home", help="Thư mục mới / a new folder")],
    as_json: JsonOption = False,
) -> None:
    """Khôi phục vào một thư mục mới / put a backup into a new folder: all of it, or nothing."""
    done = restore_backup(file, home, _password(confirm=False) if is_sealed(file) else None)
    if as_json:
        print_json({"home": str(home), "files": done.files, **done.facts, "audit_log": _as_json(done.log)})
    else:
        console.print(f"Đã khôi phục / restored: {home} ({done.files} tệp / files)", markup=False)
        console.print(_told(done.log), markup=False)
        console.print(_what_to_do(home, done.facts), markup=False)
    if not done.log.holds:
        raise typer.Exit(Exit.INVALID)


def migrate(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Chuyển cơ sở dữ liệu sang phiên bản này / bring the database to this version. Stop `serve` and back up first."""
    before, after = migrate_database(_database(home))
    if as_json:
        print_json({"before": before, "after": after})
    else:
        console.print(f"Cơ sở dữ liệu / database: {before or '-'} → {after}", markup=False)


def _database(home: Path | None) -> Path | DatabaseServer:
    return load(home_folder(home)).database_at


def _password(*, confirm: bool) -> str:
    password = backup_password_from_environment() or typer.prompt(
        "Mật khẩu của bản sao lưu / the backup's password", hide_input=True, confirmation_prompt=confirm, err=True
    )
    if confirm and len(password) < SHORTEST_PASSWORD:
        raise FormatError(BACKUP_PASSWORD.variable, f"shorter than {SHORTEST_PASSWORD} characters")
    return str(password)


def _as_json(state: LogState) -> dict[str, object]:
    return {
        "holds": state.holds,
        "lines": state.lines,
        "first": None if state.first_at is None else time_text(state.first_at),
        "last": None if state.last_at is None else time_text(state.last_at),
        "head": state.head.hex(),
        "wrong": None if state.wrong is None else {"line": state.lines + 1, "what": state.wrong},
    }


def _told(state: LogState) -> str:
    if state.wrong:
        line = "" if state.wrong == "cut" else f"dòng / line {state.lines + 1} "
        return f"Nhật ký KHÔNG nguyên vẹn / the log does NOT hold: {line}{WORDS[state.wrong]}"
    times = [time_text(at) for at in (state.first_at, state.last_at) if at is not None]
    return (
        f"Nhật ký nguyên vẹn / the log holds: {state.lines} dòng / lines, {' … '.join(times)}\n"
        f"Hãy ghi lại ở nơi khác / note down elsewhere: --head {state.head.hex()}"
    )


def _what_to_do(home: Path, facts: Mapping[str, Any]) -> str:
    made_at = time_text(facts["made_at"])
    lines = [
        "1. Dừng hẳn bản cài đặt cũ / stop the old installation for good: two with the same keys would collide.",
        f"2. vanbang serve --home {home}",
        f"3. Văn bằng cấp sau {made_at} vẫn hợp lệ nhưng không có ở đây / diplomas issued after {made_at} stay valid, "
        "but are not in this database: issue nothing before you know which they are (docs/operations.md).",
    ]
    if not facts["key_password"]:
        lines.append(
            "*  Đặt lại keys/.password hoặc VANBANG_PASSWORD / put keys/.password back, or set VANBANG_PASSWORD."
        )
    if not facts["secrets"]:
        lines.append(
            "*  Bản không kèm bí mật: không xuất được văn bằng / made without secrets: nothing can be exported."
        )
    return "\n".join(lines)
