"""What is wrong with a home folder."""

from typing import ClassVar

from vanbang.core.errors import VanbangError


class NotSetUp(VanbangError):
    """The home folder holds no installation, one of another version, or a setting that cannot be read."""

    code: ClassVar[str] = "not_set_up"


class AlreadySetUp(VanbangError):
    """The home folder holds an installation: it is left as it is."""

    code: ClassVar[str] = "already_set_up"
