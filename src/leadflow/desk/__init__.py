"""
The desk: commands and questions by use case, and the two shells that run them.

`Desk` and `AsyncDesk` carry frozen commands along the one road: reads, facts,
decision, one atomic commit.
"""

from __future__ import annotations

from leadflow.desk._engine import Accepted, Delivered, Taken
from leadflow.desk.answering import (
    Answer,
    Answered,
)
from leadflow.desk.cards import Card, CardView, Entry, Timeline
from leadflow.desk.conversion import (
    AddClient,
    ClientAlone,
    Convert,
    Converted,
    NewInterest,
    NewOrder,
    NewProcess,
    OpenInterest,
    Target,
)
from leadflow.desk.dealing import (
    AttachDocument,
    Collaborate,
    EditInterest,
    Lose,
    MoveInterest,
    ReopenInterest,
    TickItem,
    Win,
)
from leadflow.desk.intake import (
    Amend,
    Entered,
    EnterLead,
    Noted,
    Receive,
    Received,
    ReceivedStanding,
    RecordNotice,
)
from leadflow.desk.questions import (
    Availability,
    Board,
    BoardView,
    ChannelDuty,
    Column,
    FindClients,
    FindLeads,
    Inbox,
    InterestBoard,
    LeadPage,
    Notices,
)
from leadflow.desk.replying import Replies, reply_of
from leadflow.desk.road import (
    Command,
    Decision,
    Draft,
    Facts,
    Question,
    Reads,
    Walk,
)
from leadflow.desk.shells import AsyncDesk, Desk
from leadflow.desk.timing import (
    AssignWaiting,
    Escalate,
    Remind,
)
from leadflow.desk.working import (
    AddTask,
    Assign,
    EditLead,
    FinishTask,
    MoveLead,
    Note,
    RejectLead,
    ReopenLead,
    TagLead,
    Take,
)


__all__ = (
    "Accepted",
    "AddClient",
    "AddTask",
    "Amend",
    "Answer",
    "Answered",
    "Assign",
    "AssignWaiting",
    "AsyncDesk",
    "AttachDocument",
    "Availability",
    "Board",
    "BoardView",
    "Card",
    "CardView",
    "ChannelDuty",
    "ClientAlone",
    "Collaborate",
    "Column",
    "Command",
    "Convert",
    "Converted",
    "Decision",
    "Delivered",
    "Desk",
    "Draft",
    "EditInterest",
    "EditLead",
    "EnterLead",
    "Entered",
    "Entry",
    "Escalate",
    "Facts",
    "FindClients",
    "FindLeads",
    "FinishTask",
    "Inbox",
    "InterestBoard",
    "LeadPage",
    "Lose",
    "MoveInterest",
    "MoveLead",
    "NewInterest",
    "NewOrder",
    "NewProcess",
    "Note",
    "Noted",
    "Notices",
    "OpenInterest",
    "Question",
    "Reads",
    "Receive",
    "Received",
    "ReceivedStanding",
    "RecordNotice",
    "RejectLead",
    "Remind",
    "ReopenInterest",
    "ReopenLead",
    "Replies",
    "TagLead",
    "Take",
    "Taken",
    "Target",
    "TickItem",
    "Timeline",
    "Walk",
    "Win",
    "reply_of",
)
