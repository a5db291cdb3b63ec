#!/usr/bin/env python3
"""What grows too large, and what has no test of its name: modules over 400 lines, classes with over 25 attributes,
constructors with over 8 parameters, logic modules without a test.

    scripts/structure.py

Prints what is over these limits, and ends with 1 where it has no reason in `scripts/structure.toml`, where a reason is
not needed any more, or where more modules than before have no test of their name.
"""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LINES, ATTRIBUTES, PARAMETERS, STATEMENTS = 400, 25, 8, 12
"""The last is what a module has to have in its functions to count as logic."""
_UNTESTED = " (untested)"


def modules() -> list[Path]:
    """All modules of the product, but for those that a program made."""
    return [
        path
        for folder in ("musfuse", "adapters")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "_pb2" not in path.name
    ]


def findings() -> Iterator[tuple[str, str]]:
    """(what is named in structure.toml, what is said of it)."""
    tests = {path.stem.removeprefix("test_") for path in (ROOT / "tests").rglob("test_*.py")}
    for path in modules():
        name, text = path.relative_to(ROOT).as_posix(), path.read_text("utf-8")
        tree = ast.parse(text)
        lines = len(text.splitlines())
        if lines > LINES:
            yield name, f"{lines} lines"
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                yield from _of_class(name, node)
        if _logic(tree) >= STATEMENTS and not _names(path) & tests:
            yield f"{name}{_UNTESTED}", "no test of its name"


def _of_class(name: str, node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    own = {
        target.attr
        for found in ast.walk(node)
        for target in _targets(found)
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self"
    }
    if len(own) > ATTRIBUTES:
        yield f"{name} {node.name}", f"{len(own)} attributes"
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and method.name == "__init__":
            count = len(method.args.args) + len(method.args.kwonlyargs) + len(method.args.posonlyargs) - 1
            if count > PARAMETERS:
                yield f"{name} {node.name}()", f"{count} parameters"


def _targets(node: ast.AST) -> list[ast.expr]:
    found = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [part for target in found for part in (target.elts if isinstance(target, ast.Tuple) else [target])]


def _logic(tree: ast.Module) -> int:
    """Statements in functions, but for docstrings."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return sum(
        isinstance(node, ast.stmt) and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for function in functions
        for node in ast.walk(function)
        if node is not function
    )


def _names(path: Path) -> set[str]:
    """Names that a test of a module may have: its own, alone or behind its package's; a command's without `_cmd`."""
    stem = path.parent.name if path.stem == "__init__" else path.stem.removesuffix("_cmd")
    return {stem, f"{path.parent.name}_{stem}", stem.removesuffix("s"), f"{stem}s"}


def main() -> int:
    """Print the report; 1 where something has no reason, or more modules than before have no test of their name."""
    allowed = tomllib.loads((ROOT / "scripts/structure.toml").read_text("utf-8"))
    reasons, found = allowed["reasons"], dict(findings())
    untested = [key.removesuffix(_UNTESTED) for key in found if key.endswith(_UNTESTED)]
    large = {key: said for key, said in found.items() if not key.endswith(_UNTESTED)}
    for key, said in large.items():
        print(f"{key}: {said}; {reasons.get(key, 'no reason is given')}")
    print(f"{len(untested)} logic modules without a test of their name, {allowed['untested']} at most")
    wrong = [f"{key}: give a reason in scripts/structure.toml, or mend it" for key in large if key not in reasons]
    wrong += [f"{key}: has a reason in scripts/structure.toml, but needs none" for key in reasons if key not in large]
    if len(untested) != allowed["untested"]:
        wrong.append(
            f"untested = {len(untested)} in scripts/structure.toml, where that is fewer; these are: {untested}"
        )
    print(*wrong, sep="\n", file=sys.stderr, end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
