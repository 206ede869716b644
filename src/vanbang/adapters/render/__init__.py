"""Pages and papers made from what the house knows: one file each, nothing loaded from elsewhere."""

from vanbang.adapters.render.quality_page import quality_page, quality_page_policy

__all__ = ["quality_page", "quality_page_policy"]
