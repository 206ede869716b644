"""Keys in hardware modules: a whole installation on tokens of SoftHSM."""

from pathlib import Path

import pytest
from command_line import SAMPLE
from keys_elsewhere import HOUSE, SCHOOL, bound_installation, issue

from key_keepers import PIN, soft_tokens

pytestmark = pytest.mark.slow


def test_an_installation_on_tokens(tmp_path: Path) -> None:
    """With the ministry's and a school's keys on two tokens a diploma is issued and valid; without one it waits."""
    with soft_tokens(tmp_path / "hsm") as tokens:
        for token, roles in (("bộ", HOUSE), ("trường", SCHOOL)):
            tokens.token(token)
            for role in roles:
                tokens.key(token, role)
        (tmp_path / "pin").write_text(PIN + "\n")
        given = ("--pkcs11", tokens.module, "--pin-file", str(tmp_path / "pin"))
        tokens_of = {role: "bộ" if role in HOUSE else "trường" for role in (*HOUSE, *SCHOOL)}
        with bound_installation(
            tmp_path / "home", lambda role: (*given, "--token", tokens_of[role], "--label", role)
        ) as vanbang:
            issue(vanbang, tmp_path, 0)
            tokens.pull()
            refused = vanbang("key", "end", "--code", SAMPLE.code, "--name", "officer")
            assert refused.status == 1
            assert "key_unreachable" in refused.err
            assert "chưa trả lời" in refused.err
            tokens.put_back()
            issue(vanbang, tmp_path, 1)
