"""scripts/bench: measures, and prints JSON lines: what, n, seconds, per_second, peak_rss_mib, limit, ratio.

`ratio` is measured over limit, so 1 and less is good. Best of several runs, for other work on the machine only adds.
"""
