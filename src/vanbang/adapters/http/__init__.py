"""HTTP with strangers: bounded requests, many at once, mirrors of public files, and proof URLs."""
