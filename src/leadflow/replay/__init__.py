"""
Deliveries kept in files: read them, feed them to a desk, account for them.

A folder of ``.eml`` files, an mbox, or a ``.jsonl`` of webhook deliveries becomes
a `Pile`: its deliveries in order of arrival, each with the place where it stands.
What cannot be read is one of its `Spoilt` items; the others lose nothing by it.
`Tally` counts what became of them.

The same files give the same deliveries, whenever and wherever they are read: no
time of a file's own is used.  So feeding a pile to a desk twice adds nothing.
"""

from __future__ import annotations

from leadflow.replay._files import UNDATED, FileForm, Kept, Pile, Spoilt
from leadflow.replay._tally import Tally, TallyLine


__all__ = ("UNDATED", "FileForm", "Kept", "Pile", "Spoilt", "Tally", "TallyLine")
