"""Which executor the setting `executor` names. Apart from `bootstrap`, which loads a chain: `check` needs none."""

from concurrent.futures import Executor

from vanbang.adapters.executors import PAUSE, DaskCluster
from vanbang.adapters.objects.paths import without_user
from vanbang.core.errors import FormatError
from vanbang.notary.workers import WorkerPool
from vanbang.settings.kinds import CLUSTERS, EXECUTOR


def executor_at(place: str, *, is_wanted: bool = True, may_be_away: bool = False) -> Executor:
    """Worker processes, or a cluster, which is looked at if it is wanted now; one that may be away is waited for by
    the work that needs it.

    Raises FormatError, ClusterUnreachable, ClusterUnfit.
    """
    try:
        kind, _, rest = EXECUTOR.from_text(place).partition(":")
    except ValueError:
        raise FormatError("--executor", f"{without_user(place)[:60]!r} is not one of: {EXECUTOR.allowed}") from None
    if kind not in CLUSTERS:
        return WorkerPool(int(rest) if rest else None)
    cluster = DaskCluster(f"{kind.replace('dask', 'tcp')}:{rest}", pause=PAUSE if may_be_away else 0.0)
    if is_wanted:
        cluster.look() if may_be_away else cluster.check()
    return cluster
