"""What can be wrong with a cluster."""

from concurrent.futures import BrokenExecutor
from typing import ClassVar

from vanbang.core.errors import VanbangError


class ClusterUnreachable(VanbangError):
    """The Dask cluster does not answer, or has no worker. Work that comes nevertheless ends with ClusterLost."""

    code: ClassVar[str] = "cluster_unreachable"


class DaskMissing(ClusterUnreachable):
    """The package distributed is not installed here: no waiting brings it."""

    def __init__(self) -> None:
        super().__init__("the package distributed is missing here: pip install 'vanbang[dask]'")


class ClusterUnfit(VanbangError):
    """A worker of the Dask cluster has other code than we, and might make other bytes of the same record."""

    code: ClassVar[str] = "cluster_unfit"

    def __init__(self, who: str, has: str, ours: str) -> None:
        super().__init__(f"{who} of the Dask cluster has {has}, and here is {ours}: install the same on both sides")


class ClusterLost(BrokenExecutor):
    """Work was under way when its workers, or the scheduler, went away."""
