"""
Check a sales process before it meets customers: by its definition, and by playing.

A tester writes the process down, has it checked and drawn, and plays the cases
that worry the head of sales, without any server.
"""

from __future__ import annotations

from leadflow.desk import AddClient, AttachDocument, Desk, MoveInterest, OpenInterest
from leadflow.errors import DefinitionError, Refused
from leadflow.playbook import Playbook, loads
from leadflow.storage.memory import MemoryStore
from leadflow.values import Document


PROCESS = """
format = 1
[[reasons]]
id = "price"
title = "Too expensive"
[[scenarios]]
id = "training"
skips = "forbidden"
[[scenarios.stages]]
id = "request"
[[scenarios.stages]]
id = "contract"
enter = { fields = ["amount"] }
leave = { documents = { contract = 1 } }
[[scenarios.stages]]
id = "held"
title = "Training held"
kind = "won"
[[scenarios.stages]]
id = "refused"
kind = "lost"
"""


def problems_of(process: str) -> list[str]:
    """
    Return all that is wrong with a definition, each with its place.
    """
    try:
        loads(process)
    except DefinitionError as error:
        return [str(problem) for problem in error.problems]
    return []


def refusals(playbook: Playbook) -> list[str]:
    """
    Play a deal that is pushed too fast; return the rules that stopped it.
    """
    desk = Desk(playbook, MemoryStore())
    client = desk.do(AddClient(name="Ann Lee"))
    deal = desk.do(OpenInterest(client=client.id, scenario="training"))
    stopped = []
    for stage in ("held", "contract", "refused"):
        try:
            desk.do(MoveInterest(interest=deal.id, stage=stage))
        except Refused as refusal:
            stopped.append(f"{stage}: {refusal.rule} {', '.join(refusal.missing)}")
    contract = Document(id="1", kind="contract")
    desk.do(AttachDocument(interest=deal.id, document=contract))
    return stopped


def main() -> None:
    """
    Show what is wrong of a broken process, and what a sound one stops.
    """
    for problem in problems_of(PROCESS.replace('"amount"', '"discount"')):
        print("problem:", problem)
    playbook = loads(PROCESS)
    print(playbook.scenario("training").draw("mermaid"))
    for refusal in refusals(playbook):
        print("stopped:", refusal)


if __name__ == "__main__":
    main()
