"""The ``{api-modules}`` directive: a reference of ocrlib from its source, without importing it.

    ```{api-modules} ocrlib.* ocrlib.data.**
    ```

One star means the modules directly in a package, two stars also those in its sub-packages.

Reading the source (``ast``) instead of importing keeps Paddle out of the build, and building plain
nodes instead of parsing docstrings as reStructuredText means that no docstring can break a page.
Docstrings are Google style; ``code`` marks are the only inline markup.
"""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.domains.python import PythonDomain
from sphinx.util.docutils import SphinxDirective

SECTIONS = ("Args", "Returns", "Yields", "Raises", "Attributes", "Example", "Examples", "Note")
CODE = re.compile(r"``(.+?)``|`([^`]+)`")
NAME = re.compile(r"[A-Za-z_][\w.]*")


@dataclass(frozen=True)
class Item:
    """One public thing of a module: a function, class, method or property."""

    kind: str
    name: str
    parameters: tuple[str, ...] | None
    returns: str
    doc: str
    members: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Module:
    """One source file."""

    name: str
    doc: str
    items: tuple[Item, ...]


def read_module(root: Path, name: str) -> Module:
    """Parse the source of module ``name``."""
    path = root.joinpath(*name.split(".")).with_suffix(".py")
    if not path.exists():
        path = root.joinpath(*name.split("."), "__init__.py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    items = [item for node in tree.body if (item := read_item(node)) is not None]
    return Module(name, ast.get_docstring(tree) or "", tuple(items))


def read_item(node: ast.stmt, in_class: bool = False) -> Item | None:
    """The public function or class that ``node`` defines, or None."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        if node.name.startswith("_") and node.name != "__call__":
            return None
        decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
        if any(d.endswith((".setter", "overload")) for d in decorators):
            return None
        is_property = any("property" in d for d in decorators)
        skip_self = in_class and "staticmethod" not in decorators
        return Item(
            kind="property" if is_property else "method" if in_class else "function",
            name=node.name,
            parameters=None if is_property else tuple(parameters(node.args, skip_self)),
            returns=ast.unparse(node.returns) if node.returns else "",
            doc=ast.get_docstring(node) or "",
        )
    if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
        members = [item for child in node.body if (item := read_item(child, True)) is not None]
        return Item(
            kind="class",
            name=node.name,
            parameters=tuple(constructor(node)),
            returns="",
            doc=ast.get_docstring(node) or "",
            members=tuple(members),
        )
    return None


def parameters(arguments: ast.arguments, skip_first: bool) -> list[str]:
    """The arguments of a function, each as source text."""
    unparsed = []
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    for argument, default in zip(positional, [*defaults, *arguments.defaults], strict=True):
        unparsed.append(one_parameter(argument, default))
    if skip_first:
        unparsed = unparsed[1:]
    if arguments.vararg:
        unparsed.append(f"*{one_parameter(arguments.vararg, None)}")
    elif arguments.kwonlyargs:
        unparsed.append("*")
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        unparsed.append(one_parameter(argument, default))
    if arguments.kwarg:
        unparsed.append(f"**{one_parameter(arguments.kwarg, None)}")
    return unparsed


def one_parameter(argument: ast.arg, default: ast.expr | None) -> str:
    """``name: type = default`` as source text."""
    text = argument.arg
    if argument.annotation is not None:
        text += f": {ast.unparse(argument.annotation)}"
    if default is not None:
        text += f" = {ast.unparse(default)}" if argument.annotation else f"={ast.unparse(default)}"
    return text


def constructor(node: ast.ClassDef) -> list[str]:
    """The arguments of a class: those of ``__init__``, else its annotated fields."""
    for child in node.body:
        if isinstance(child, ast.FunctionDef) and child.name == "__init__":
            return parameters(child.args, skip_first=True)
    bases = {ast.unparse(base).split(".")[-1] for base in node.bases}
    decorated = any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list)
    if not decorated and not bases & {"NamedTuple", "TypedDict"}:
        return []
    fields = []
    for child in node.body:
        if isinstance(child, ast.AnnAssign) and isinstance(child.target, ast.Name):
            text = f"{child.target.id}: {ast.unparse(child.annotation)}"
            if child.value is not None:
                text += f" = {ast.unparse(child.value)}"
            fields.append(text)
    return fields


def find_modules(root: Path, patterns: list[str]) -> list[str]:
    """Module names, with ``package.*`` and ``package.**`` spelled out."""
    found = []
    for pattern in patterns:
        package = pattern.rstrip("*").rstrip(".")
        if package == pattern:
            found.append(pattern)
            continue
        folder = root.joinpath(*package.split("."))
        if not folder.is_dir():
            raise FileNotFoundError(f"no package {package}")
        paths = folder.rglob("*.py") if pattern.endswith("**") else folder.glob("*.py")
        for path in sorted(paths):
            name = ".".join(path.relative_to(root).with_suffix("").parts)
            if not name.endswith("__init__"):
                found.append(name)
    return found


def inline(text: str) -> list[nodes.Node]:
    """Text with ``code`` marks as nodes."""
    result: list[nodes.Node] = []
    position = 0
    for match in CODE.finditer(text):
        result.append(nodes.Text(text[position : match.start()]))
        code = match.group(1) or match.group(2)
        result.append(nodes.literal("", code))
        position = match.end()
    result.append(nodes.Text(text[position:]))
    return result


def paragraphs(text: str) -> list[nodes.Node]:
    """Paragraphs, bullet lists and indented or doctest blocks as nodes."""
    result: list[nodes.Node] = []
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        lines = block.splitlines()
        if all(line.startswith((" ", ">>>")) for line in lines if line.strip()):
            code = inspect.cleandoc("\n" + block)
            result.append(nodes.literal_block("", code, language="python"))
        elif lines[0].lstrip().startswith(("- ", "* ")):
            bullets = re.split(r"^[-*] ", block, flags=re.MULTILINE)[1:]
            items = [
                nodes.list_item("", nodes.paragraph("", "", *inline(" ".join(bullet.split()))))
                for bullet in bullets
            ]
            result.append(nodes.bullet_list("", *items, bullet="-"))
        else:
            result.append(nodes.paragraph("", "", *inline(" ".join(block.split()))))
    return result


def docstring_nodes(doc: str) -> list[nodes.Node]:
    """A Google-style docstring as nodes: prose, and its sections as a field list."""
    parts = re.split(rf"^({'|'.join(SECTIONS)}):[ \t]*$", doc, flags=re.MULTILINE)
    result = paragraphs(parts[0]) if parts[0].strip() else []
    fields = nodes.field_list()
    for title, body in zip(parts[1::2], parts[2::2], strict=True):
        # A section ends where the indentation does; what follows is prose again.
        match = re.match(r"(?:[ \t]+.*\n?|\s*\n)*", body.lstrip("\n"))
        inside = inspect.cleandoc("\n" + (match.group(0) if match else ""))
        after = body.lstrip("\n")[match.end() if match else 0 :]
        is_list = title in ("Args", "Raises", "Attributes")
        content = definitions(inside) if is_list else paragraphs(inside)
        fields += nodes.field(
            "",
            nodes.field_name("", {"Args": "Arguments"}.get(title, title)),
            nodes.field_body("", *content),
        )
        if after.strip():
            result.extend(paragraphs(after))
    if len(fields):
        result.append(fields)
    return result


def definitions(text: str) -> list[nodes.Node]:
    """``name: what`` lines as a bullet list; deeper lines continue the one above."""
    items: list[list[str]] = []
    for line in text.splitlines():
        if not line.strip():
            continue
        if line[0].isspace() and items:
            items[-1].append(line.strip())
        else:
            items.append([line.strip()])
    bullets = []
    for lines in items:
        name, colon, what = " ".join(lines).partition(": ")
        content = [nodes.strong("", name), nodes.Text(" – "), *inline(what)]
        if not colon:
            content = inline(name)
        bullets.append(nodes.list_item("", nodes.paragraph("", "", *content)))
    return [nodes.bullet_list("", *bullets, bullet="-")]


class ApiModules(SphinxDirective):
    """Sections for the named modules."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Document each module in a section of its own."""
        self.env.note_reread()  # modules may have come or gone
        root = Path(self.env.srcdir)
        result: list[nodes.Node] = []
        for name in find_modules(root, self.arguments[0].split()):
            module = read_module(root, name)
            if not module.items and name.endswith("__main__"):
                continue
            result.append(self.section(module))
        return result

    def section(self, module: Module) -> nodes.section:
        """The section of one module."""
        anchor = f"module-{module.name}"
        section = nodes.section(ids=[anchor], names=[anchor])
        section += nodes.title("", "", nodes.literal("", module.name))
        domain = self.env.get_domain("py")
        assert isinstance(domain, PythonDomain)
        domain.note_module(module.name, anchor, "", "", False)
        domain.note_object(module.name, "module", anchor)
        section += docstring_nodes(module.doc)
        for item in module.items:
            section += self.describe(item, module.name)
        return section

    def describe(self, item: Item, parent: str) -> addnodes.desc:
        """One object with its signature, its docstring and its members."""
        full_name = f"{parent}.{item.name}"
        domain = self.env.get_domain("py")
        assert isinstance(domain, PythonDomain)
        domain.note_object(full_name, item.kind, full_name)

        signature = addnodes.desc_signature(ids=[full_name], names=[full_name])
        if item.kind in ("class", "property"):
            keyword = addnodes.desc_sig_keyword("", item.kind)
            signature += addnodes.desc_annotation("", "", keyword, addnodes.desc_sig_space())
        signature += addnodes.desc_name(item.name, item.name)
        if item.parameters is not None:
            listed = addnodes.desc_parameterlist()
            long = sum(len(parameter) + 2 for parameter in item.parameters) > 70
            listed["multi_line_parameter_list"] = long
            listed["multi_line_trailing_comma"] = False
            for parameter in item.parameters:
                listed += addnodes.desc_parameter("", "", *signature_nodes(parameter), noemph=True)
            signature += listed
        if item.returns:
            signature += addnodes.desc_returns("", "", nodes.Text(item.returns))

        content = addnodes.desc_content("", *docstring_nodes(item.doc))
        for member in item.members:
            content += self.describe(member, full_name)
        return addnodes.desc(
            "",
            signature,
            content,
            domain="py",
            objtype=item.kind,
            desctype=item.kind,
            classes=["py", item.kind],
        )


def signature_nodes(parameter: str) -> list[nodes.Node]:
    """``name: type = default`` with the name set apart."""
    match = NAME.search(parameter)
    if match is None:
        return [addnodes.desc_sig_operator("", parameter)]
    start, end = match.span()
    return [
        nodes.Text(parameter[:start]),
        addnodes.desc_sig_name("", parameter[start:end]),
        nodes.Text(parameter[end:]),
    ]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_directive("api-modules", ApiModules)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
