"""The `vanbang` command: argument parsing and printing. Rules live in `vanbang.notary`."""

import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import typer
from typer.exceptions import TyperException

from vanbang.cli.output import Exit, errors, print_error
from vanbang.core.errors import VanbangError
from vanbang.notary.garbage import seek_garbage_seldom

COMMANDS = {
    "init": ("setting_up", "init"),
    "issuer": ("governing", "issuer_app"),
    "batch": ("governing", "batch_app"),
    "key": ("rotating", "key_app"),
    "template": ("checking", "template"),
    "check": ("checking", "check"),
    "issue": ("issuing", "issue"),
    "find": ("finding", "find"),
    "index": ("finding", "index"),
    "export": ("exporting", "export"),
    "publish": ("publishing", "publish"),
    "status": ("statuses", "status_app"),
    "extract": ("extracting", "extract"),
    "holder": ("holders", "holder_app"),
    "share": ("holders", "share_app"),
    "correction": ("holders", "correction_app"),
    "verify": ("verification", "verify"),
    "verifier": ("verifier_file", "verifier_app"),
    "settings": ("configuring", "settings"),
    "serve": ("serving", "serve"),
    "worker": ("worker", "worker"),
    "anchors": ("anchors", "anchors_app"),
    "health": ("probing", "health"),
    "api-key": ("api_keys", "api_key_app"),
    "audit": ("auditing", "audit"),
    "monitor": ("monitoring", "monitor"),
    "audit-log": ("keeping", "audit_app"),
    "erase": ("erasing", "erase"),
    "backup": ("keeping", "backup"),
    "restore": ("keeping", "restore"),
    "migrate": ("keeping", "migrate"),
    "devchain": ("serving", "devchain"),
    "demo": ("demo", "demo"),
}
"""Each command's module and what stands for it there."""


def command_line(arguments: Sequence[str]) -> typer.Typer:
    """The command line, with the one command that is asked for, or with all: importing a chain node to check a list
    would cost a registrar two seconds each time.
    """
    app = typer.Typer(
        name="vanbang",
        help="Công chứng văn bằng mã nguồn mở / The open-source notary for a nation's diplomas.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.callback()(_no_options)
    asked = [name for name in arguments[:1] if name in COMMANDS]
    for name in asked or COMMANDS:
        module, attribute = COMMANDS[name]
        found = getattr(import_module(f"vanbang.cli.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def _imported(arguments: Sequence[str]) -> typer.Typer:
    """The command line. Imports make no garbage, and looking for it took a sixth of a command's start; what has been
    imported stays, and is never looked at again.
    """
    gc.disable()
    try:
        return command_line(arguments)
    finally:
        if not gc.get_freeze_count():
            seek_garbage_seldom()
        gc.enable()


def _no_options() -> None:
    """Công chứng văn bằng mã nguồn mở / The open-source notary for a nation's diplomas."""


def main() -> None:
    """Runs the command and turns errors into sentences and exit statuses."""
    try:
        status = _imported(sys.argv[1:])(standalone_mode=False)
    except TyperException as error:
        if str(error):  # without a command there is the help, already printed
            errors.print(f"Cách dùng không đúng / usage: {error.format_message()}", markup=False)
        status = Exit.USAGE
    except (typer.Abort, KeyboardInterrupt):  # the latter while a command is being imported
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
        status = _unexpected(error, sys.argv)
    sys.exit(int(status or 0))


def _unexpected(error: Exception, words: list[str]) -> Exit:
    """Tells of a defect of this program; or which word is no text, if that is what could not be written."""
    # Bytes that are no UTF-8 become surrogates: rightly so in the name of a file.
    spoilt = (number for number, word in enumerate(words) if any("\ud800" <= letter <= "\udfff" for letter in word))
    if isinstance(error, UnicodeEncodeError) and (number := next(spoilt, None)):
        errors.print(
            f"Cách dùng không đúng / usage: chữ thứ {number} của lệnh không phải UTF-8 / "
            f"word {number} of the command is no UTF-8 text"
        )
        return Exit.USAGE
    errors.print(f"Lỗi trong chương trình / A fault in the program ({type(error).__name__}): {error}", markup=False)
    errors.print("VANBANG_TRACEBACK=1 cho biết thêm / tells more.")
    return Exit.CRASH
