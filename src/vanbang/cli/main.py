"""The `vanbang` command: argument parsing and printing. Rules live in `vanbang.notary`."""

import os
import sys

import typer
from typer.exceptions import TyperException

from vanbang.cli import checking, demo, issuing, serving, setting_up, verification
from vanbang.cli.output import Exit, errors, print_error
from vanbang.core.errors import VanbangError

app = typer.Typer(
    name="vanbang",
    help="Công chứng văn bằng mã nguồn mở / The open-source notary for a nation's diplomas.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("init")(setting_up.init)
app.add_typer(setting_up.issuer_app, name="issuer")
app.add_typer(setting_up.key_app, name="key")
app.command("template")(checking.template)
app.command("check")(checking.check)
app.command("issue")(issuing.issue)
app.command("export")(issuing.export)
app.command("verify")(verification.verify)
app.command("serve")(serving.serve)
app.command("devchain")(serving.devchain)
app.command("demo")(demo.demo)


def main() -> None:
    """Runs the command and turns errors into sentences and exit statuses."""
    try:
        status = app(standalone_mode=False)
    except TyperException as error:
        errors.print(f"Cách dùng không đúng / usage: {error}", markup=False)
        status = Exit.USAGE
    except typer.Abort:
        errors.print("Đã dừng / Stopped.")
        status = Exit.REFUSED
    except VanbangError as error:
        print_error(error)
        status = Exit.REFUSED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = Exit.REFUSED
    except OSError as error:
        errors.print(f"Lỗi / Error (file): {error}", markup=False)
        status = Exit.REFUSED
    except Exception as error:
        if os.environ.get("VANBANG_TRACEBACK"):
            raise
        errors.print(f"Lỗi trong chương trình / A fault in the program ({type(error).__name__}): {error}", markup=False)
        errors.print("VANBANG_TRACEBACK=1 cho biết thêm / tells more.")
        status = Exit.CRASH
    sys.exit(int(status or 0))
