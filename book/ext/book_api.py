"""The ``{api-modules}`` directive: a reference of ocrlib from its source, without importing it.

    ```{api-modules} ocrlib.* ocrlib.data.**
    ```

One star means the modules directly in a package, two stars also those in its sub-packages.

Reading the source (``ast``) instead of importing keeps Paddle out of the build, and building plain
nodes instead of parsing docstrings as reStructuredText means that no docstring can break a page.
Docstrings are Google style; ``code`` marks are the only inline markup. Names of other public things
become links, in code marks and in signatures.
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
CODE = re.compile(r"``(.+?)``|(?::[\w:]+:)?`~?([^`]+)`")
NAME = re.compile(r"[A-Za-z_][\w.]*")
PACKAGE = "ocrlib"


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


class Names:
    """Full names of everything public, and what a short name can only mean."""

    def __init__(self, root: Path) -> None:
        self.full: set[str] = set()
        short: dict[str, set[str]] = {}
        for name in find_modules(root, [f"{PACKAGE}.**"]):
            self.full.add(name)
            for item in read_module(root, name).items:
                self.full.add(f"{name}.{item.name}")
                self.full.update(f"{name}.{item.name}.{member.name}" for member in item.members)
                if item.kind == "class":
                    short.setdefault(item.name, set()).add(f"{name}.{item.name}")
        self.short = {key: value.pop() for key, value in short.items() if len(value) == 1}

    def link(self, text: str, content: nodes.Node, docname: str) -> nodes.Node:
        """``content`` as a link to what ``text`` names, or ``content`` itself."""
        target = text.removesuffix("()")
        target = target if target in self.full else self.short.get(target, "")
        if not target:
            return content
        reference = addnodes.pending_xref(
            "", refdomain="py", reftype="obj", reftarget=target, refdoc=docname, refexplicit=True
        )
        reference += content
        return reference

    def link_words(self, text: str, docname: str) -> list[nodes.Node]:
        """Source text with its class names as links."""
        result: list[nodes.Node] = []
        position = 0
        for match in NAME.finditer(text):
            if match.group() in self.short:
                result.append(nodes.Text(text[position : match.start()]))
                word = nodes.inline("", match.group())
                result.append(self.link(match.group(), word, docname))
                position = match.end()
        result.append(nodes.Text(text[position:]))
        return result


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
            name = name.removesuffix(".__init__")
            if path.name != "__init__.py":
                found.append(name)
    return found


class DocWriter:
    """Turns docstrings into nodes."""

    def __init__(self, names: Names, docname: str) -> None:
        self.names = names
        self.docname = docname

    def inline(self, text: str) -> list[nodes.Node]:
        """Text with ``code`` marks."""
        result: list[nodes.Node] = []
        position = 0
        for match in CODE.finditer(text):
            result.append(nodes.Text(text[position : match.start()]))
            code = match.group(1) or match.group(2)
            result.append(self.names.link(code, nodes.literal("", code), self.docname))
            position = match.end()
        result.append(nodes.Text(text[position:]))
        return result

    def paragraph(self, text: str) -> nodes.paragraph:
        """One paragraph, its lines joined."""
        return nodes.paragraph("", "", *self.inline(" ".join(text.split())))

    def blocks(self, text: str) -> list[nodes.Node]:
        """Paragraphs, bullet lists, and indented or doctest blocks."""
        result: list[nodes.Node] = []
        for block in re.split(r"\n\s*\n", text.strip("\n")):
            lines = block.splitlines()
            if all(line.startswith((" ", ">>>")) for line in lines):
                code = inspect.cleandoc("\n" + block)
                result.append(nodes.literal_block("", code, language="none"))
            elif lines[0].startswith(("- ", "* ")):
                bullets = re.split(r"^[-*] ", block, flags=re.MULTILINE)[1:]
                items = [nodes.list_item("", self.paragraph(bullet)) for bullet in bullets]
                result.append(nodes.bullet_list("", *items, bullet="-"))
            else:
                result.append(self.paragraph(block.removesuffix("::") + ":" * block.endswith("::")))
        return result

    def docstring(self, doc: str) -> list[nodes.Node]:
        """A Google-style docstring: prose, and its sections as a field list."""
        parts = re.split(rf"^({'|'.join(SECTIONS)}):[ \t]*$", doc, flags=re.MULTILINE)
        result = self.blocks(parts[0]) if parts[0].strip() else []
        fields = nodes.field_list()
        for title, body in zip(parts[1::2], parts[2::2], strict=True):
            # A section ends where the indentation does; what follows is prose again.
            body = body.lstrip("\n")
            end = re.search(r"^\S", body, flags=re.MULTILINE)
            inside, after = (body[: end.start()], body[end.start() :]) if end else (body, "")
            inside = inspect.cleandoc("\n" + inside)
            is_list = title in ("Args", "Raises", "Attributes")
            content = self.definitions(inside) if is_list else self.blocks(inside)
            name = nodes.field_name("", {"Args": "Arguments"}.get(title, title))
            fields += nodes.field("", name, nodes.field_body("", *content))
            if after.strip():
                result.extend(self.blocks(after))
        if len(fields):
            result.append(fields)
        return result

    def definitions(self, text: str) -> list[nodes.Node]:
        """``name: what`` lines as a bullet list; deeper lines continue the one above."""
        entries: list[list[str]] = []
        for line in text.splitlines():
            if line[:1].isspace() and entries:
                entries[-1].append(line.strip())
            elif line.strip():
                entries.append([line.strip()])
        bullets = []
        for lines in entries:
            name, colon, what = " ".join(lines).partition(": ")
            strong = self.names.link(name, nodes.strong("", name), self.docname)
            content = (
                [strong, nodes.Text(" – "), *self.inline(what)] if colon else self.inline(name)
            )
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
        self.names = Names(root)
        self.writer = DocWriter(self.names, self.env.docname)
        result: list[nodes.Node] = []
        for name in find_modules(root, self.arguments[0].split()):
            result.append(self.section(read_module(root, name)))
        return result

    def section(self, module: Module) -> nodes.section:
        """The section of one module."""
        anchor = f"module-{module.name}"
        section = nodes.section(ids=[anchor], names=[anchor])
        section += nodes.title("", module.name)
        domain = self.env.get_domain("py")
        assert isinstance(domain, PythonDomain)
        domain.note_module(module.name, anchor, "", "", False)
        domain.note_object(module.name, "module", anchor)
        section += self.writer.docstring(module.doc)
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
                listed += addnodes.desc_parameter("", "", *self.signature(parameter), noemph=True)
            signature += listed
        if item.returns:
            signature += addnodes.desc_returns(
                "", "", *self.names.link_words(item.returns, self.env.docname)
            )

        content = addnodes.desc_content("", *self.writer.docstring(item.doc))
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

    def signature(self, parameter: str) -> list[nodes.Node]:
        """``name: type = default`` with the name set apart and the types linked."""
        match = NAME.search(parameter)
        if match is None:
            return [addnodes.desc_sig_operator("", parameter)]
        rest = self.names.link_words(parameter[match.end() :], self.env.docname)
        before = nodes.Text(parameter[: match.start()])
        return [before, addnodes.desc_sig_name("", match.group()), *rest]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_directive("api-modules", ApiModules)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
