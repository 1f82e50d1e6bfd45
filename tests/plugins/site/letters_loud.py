"""
A plug-in that must not be imported while another one is wanted.
"""

raise RuntimeError("the loud one was imported")
