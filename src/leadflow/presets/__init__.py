"""
The playbooks that ship with leadflow, as TOML; read by `leadflow.playbook.preset`.
"""

from __future__ import annotations


__all__: tuple[str, ...] = ()
