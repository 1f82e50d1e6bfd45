"""
Counting: history rows folded into visits and milestones, and figures of them.
"""
