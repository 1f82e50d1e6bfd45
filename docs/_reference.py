"""
Write the reference: a page for every room, and links between all of them.

The pages are made from the modules that there are, so a new room or a new name
needs no entry here; the words on them are the docstrings.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sphinx.addnodes import pending_xref
from sphinx.util.nodes import make_refnode

import leadflow


if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment


HERE = Path(__file__).parent

# What others document can't be looked up while the docs are built, for there may
# be no network; every name of leadflow's own has to lead somewhere.
FOREIGN = frozenset(
    ("attr", "attrs", "cattr", "cattrs", "hypothesis", "sqlalchemy", "statemachine")
).union(sys.stdlib_module_names)


# -- the reference: one page a room ---------------------------------------------

# Below the rooms there may be files; each room's page has them all.
ROOMS = (
    "errors",
    "values",
    "worktime",
    "identity",
    "charts",
    "channels",
    "reasons",
    "scenario",
    "team",
    "lead",
    "client",
    "interest",
    "touch",
    "assignment",
    "playbook",
    "ports",
    "codec",
    "desk",
    "storage",
    "funnel",
    "testing",
)

# What people type, and data; the command line tells about itself.
NO_ROOMS = ("cli", "demo", "presets", "replay")

ROOMS_PAGE = """\
# Rooms

Each builds on those above it and knows nothing of those below.
What a page names is public; everything else is not.

```{{toctree}}
:maxdepth: 1

{}
```
"""


def modules_of(room: str) -> dict[str, list[str]]:
    """
    Return the public modules of *room* with the names that each is the home of.

    A package's own module mostly repeats names of the modules inside it; those
    are shown once, where they are made.
    """
    top = f"leadflow.{room}"
    path = getattr(importlib.import_module(top), "__path__", [])
    inside = sorted(
        found.name
        for found in pkgutil.walk_packages(path, f"{top}.")
        if "._" not in found.name
    )
    names = {
        name: list(getattr(importlib.import_module(name), "__all__", ()))
        for name in [top, *inside]
    }
    return {
        module: [
            name
            for name in listed
            if not any(
                name in names[other]
                for other in inside
                if other.startswith(f"{module}.")
            )
        ]
        for module, listed in names.items()
    }


def kind_of(thing: object) -> str:
    """
    Return the sort of directive that shows *thing*.
    """
    if isinstance(thing, type):
        return "exception" if issubclass(thing, BaseException) else "class"
    return "function" if inspect.isroutine(thing) else "data"


def page_of(room: str) -> str:
    """
    Return the text of the page on *room*.
    """
    parts = [f"# `leadflow.{room}`\n"]
    for module, names in modules_of(room).items():
        if module != f"leadflow.{room}":
            parts.append(f"## `{module}`\n")
        lines = [f".. automodule:: {module}", "   :no-members:", ""]
        for name in names:
            thing = getattr(sys.modules[module], name)
            lines += [f".. auto{kind_of(thing)}:: {module}.{name}"]
            # What is made only when asked for is a class of another library.
            lines += ["   :no-members:"] * (name not in vars(sys.modules[module]))
            lines += [""]
        parts.append("\n".join(["```{eval-rst}", *lines, "```\n"]))
    return "\n".join(parts)


def write_reference() -> None:
    """
    Write a page for every room that there is.
    """
    folder = HERE / "reference" / "rooms"
    folder.mkdir(exist_ok=True)
    there = {module.name for module in pkgutil.iter_modules(leadflow.__path__)}
    rooms = [room for room in ROOMS if room in there]
    rooms += sorted(
        room for room in there - {*ROOMS, *NO_ROOMS} if not room.startswith("_")
    )
    pages = {f"{room}.md": page_of(room) for room in rooms}
    listed = "\n".join(page.removesuffix(".md") for page in pages)
    pages["index.md"] = ROOMS_PAGE.format(listed)
    for old in folder.glob("*.md"):
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        path = folder / name
        # An unchanged page keeps its date, so that it isn't read again.
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


# -- links ----------------------------------------------------------------------


@cache
def scopes(module: str) -> list[ModuleType]:
    """
    Return *module* and the private modules inside it, which write for it.
    """
    names = [name for name in sys.modules if name.startswith(f"{module}._")]
    return [sys.modules[name] for name in [module, *names] if name in sys.modules]


@cache
def imported(module: str) -> dict[str, str]:
    """
    Return what *module* imports, if only for type checkers: name and dotted name.
    """
    return {
        alias.asname or alias.name: f"{line.module}.{alias.name}"
        for scope in scopes(module)
        for part in ast.parse(inspect.getsource(scope)).body
        for line in (part.body if isinstance(part, ast.If) else [part])
        if isinstance(line, ast.ImportFrom)
        for alias in line.names
    }


def thing_called(target: str, module: str, inside: str = "") -> object:
    """
    Return what *target* is for code in *module*, or in a class of it, or None.
    """
    head, *rest = target.split(".")
    owner = thing_called(inside, module) if inside else None
    found = (getattr(scope, head, None) for scope in [owner, *scopes(module)])
    thing = next(filter(None, found), None) or sys.modules.get(head)
    for part in rest:
        thing = getattr(thing, part, None)
    return thing


def meanings(node: pending_xref) -> Iterator[str]:
    """
    Yield the dotted names that the name in *node* may stand for.
    """
    target, module = node["reftarget"], node.get("py:module") or ""
    thing = thing_called(target, module, node.get("py:class") or "")
    if home := getattr(thing, "__module__", ""):
        name = getattr(thing, "__qualname__", target.rpartition(".")[2])
        yield f"{home}.{name}"
    head, _, rest = target.partition(".")
    if module in sys.modules and head in imported(module):
        yield ".".join(filter(None, (imported(module)[head], rest)))
    yield target


def aim(_app: Sphinx, document: nodes.document) -> None:
    """
    Give every name the meaning that it has in the module where it stands.

    Left to itself Sphinx takes a short name for any thing of that name anywhere.
    """
    for node in document.findall(pending_xref):
        if node.get("refdomain") == "py":
            # What an alias stands for is another library's: its own name counts.
            ours = (name for name in meanings(node) if name.startswith("leadflow."))
            if name := next(ours, ""):
                node["reftarget"] = name
                node["refspecific"] = False


def find(
    app: Sphinx,
    env: BuildEnvironment,
    node: pending_xref,
    contnode: nodes.TextElement,
) -> nodes.Element | None:
    """
    Resolve what Sphinx does not find by itself.

    It takes a `NewType` for data, never for a class.  A name that only one thing
    has leads there from anywhere.  What is private or not leadflow's has no page
    here, so it is shown without a link.
    """
    if node.get("refdomain") != "py":
        return None
    known = env.domains.python_domain.objects
    target, module = node["reftarget"], node.get("py:module") or ""
    names = list(meanings(node))
    ending = f".{target.lstrip('.')}"
    alike = {
        entry.node_id: name
        for name, entry in known.items()
        if name.endswith(ending) and not entry.aliased
    }
    for name in [*names, *(alike.values() if len(alike) == 1 else ())]:
        if name in known:
            entry = known[name]
            return make_refnode(
                app.builder, node["refdoc"], entry.docname, entry.node_id, contnode
            )
    elsewhere = (
        # A callable in a guarded annotation comes in pieces.
        "[" in target
        or isinstance(thing_called(target, module), TypeVar)
        or any(name.partition(".")[0] in FOREIGN for name in names)
        or any(name.startswith("_") or "._" in name for name in names)
    )
    return contnode if elsewhere else None


def mend(
    _app: Sphinx,
    what: str,
    _name: str,
    thing: object,
    _options: object,
    lines: list[str],
) -> None:
    """
    Keep the text of data from being read as something else.

    What has no text of its own shows the text of its class, and a colon in the
    first line is taken for the end of a type.
    """
    if what in {"attribute", "data", "property"}:
        if "\n".join(lines).strip() == (inspect.getdoc(type(thing)) or "").strip():
            lines.clear()
        if lines:
            # Shown as nothing, and it has no colon.
            lines.insert(0, "\\ ")


def setup(app: Sphinx) -> None:
    """
    Write the pages before they are looked for, and connect what is above.
    """
    write_reference()
    app.connect("doctree-read", aim)
    app.connect("missing-reference", find)
    # Before napoleon, which has the usual 500.
    app.connect("autodoc-process-docstring", mend, priority=100)
