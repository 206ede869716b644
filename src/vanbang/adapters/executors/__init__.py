"""Where heavy work goes when the processes of one machine are not enough (docs/decisions/0035-executors.md)."""

from vanbang.adapters.executors.dask_cluster import PAUSE, DaskCluster
from vanbang.adapters.executors.errors import ClusterLost, ClusterUnfit, ClusterUnreachable

__all__ = ["PAUSE", "ClusterLost", "ClusterUnfit", "ClusterUnreachable", "DaskCluster"]
