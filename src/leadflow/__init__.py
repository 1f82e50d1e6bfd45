"""
leadflow: the rules of lead handling as a typed library.
"""
