"""XMI: a CAS as XML. What a feature holds, only its type system says; without one, what is certain from the file itself is read.

Offsets count UTF-16 code units, in the text that stands in the attribute ``sofaString``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree.ElementTree import Element
from xml.sax.saxutils import quoteattr

from postil.errors import UnreadableFile
from postil.exchange.losses import Losses
from postil.exchange.safe_xml import line_of, parse_xml
from postil.formats._uima import names
from postil.formats._uima.cas import (
    BOOLEAN,
    ELEMENTS,
    FLOATS,
    FS,
    INTEGERS,
    LISTS,
    PRIMITIVES,
    SOFA,
    STRING,
    TOP,
    Cas,
    Feature,
    TypeSystem,
    View,
)  # fmt: skip

_XMI = "{http://www.omg.org/XMI}"
_ID = f"{_XMI}id"
_ECORE = re.compile(r"\{(?:http:///)?(?P<path>.*?)(?:\.ecore)?\}(?P<local>.*)", re.DOTALL)
_NO_PACKAGE = "uima/noNamespace"
_ALWAYS_REFERENCES = frozenset((names.GOVERNOR, names.DEPENDENT, names.TARGET, names.FIRST, names.NEXT))
_NUMBERS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
_LIST_NODE = re.compile(r"uima\.cas\.(?:Non)?Empty(?:FS|Integer|Float|String)List")
_HEADS = {"uima.cas.NonEmptyIntegerList": "uima.cas.Integer", "uima.cas.NonEmptyFloatList": "uima.cas.Float"}
_CONTROL = re.compile(rb"&#(?:x0*([0-9a-fA-F]{1,2})|0*([0-9]{1,2}));")
_PRIVATE = 0x10FF00  # where references to control characters go while XML 1.1 is read as 1.0


def parse_xmi(shown: str, data: bytes, types: TypeSystem, losses: Losses) -> Cas:
    """The CAS that an XML text is."""
    data, restored = _as_xml_1_0(data)
    root = parse_xml(shown, data)
    if root.tag != f"{_XMI}XMI":
        raise UnreadableFile(shown, f"no XMI: the outermost element is {root.tag}, not xmi:XMI", line_of(root), 1)
    return _Reader(shown, types, losses, restored).cas(root)


def _as_xml_1_0(data: bytes) -> tuple[bytes, Callable[[str], str]]:
    """XML 1.1 may refer to control characters, which no parser of XML 1.0 lets through: they go by private ones meanwhile."""
    if not re.match(rb"(?:\xef\xbb\xbf)?<\?xml[^>]*version=.1\.1", data):
        return data, str

    def private(found: re.Match[bytes]) -> bytes:
        code = int(found[1], 16) if found[1] else int(found[2])
        return b"&#%d;" % (_PRIVATE + code) if code < 0x20 and code not in (9, 10, 13) else found[0]

    table = {_PRIVATE + code: code for code in range(0x20)}
    return _CONTROL.sub(private, data), lambda text: text.translate(table)


class _Reader:
    """Reads one XMI."""

    def __init__(self, shown: str, types: TypeSystem, losses: Losses, restored: Callable[[str], str]) -> None:
        self.shown, self.losses, self.restored = shown, losses, restored
        self.read = Cas(types)
        self.sofas: dict[str, FS] = {}
        self.by_id: dict[str, FS] = {}
        self.elements: list[tuple[FS, Element]] = []
        self.features: dict[str, dict[str, Feature]] = {}

    def cas(self, root: Element) -> Cas:
        """The CAS whose structures are the children of ``root``."""
        views: list[Element] = []
        for element in root:
            type_ = _type_name(element.tag)
            if type_ == "uima.cas.View":
                views.append(element)
            elif type_ != "uima.cas.NULL":
                self._structure(type_, element)
        for fs, element in self.elements:
            self._fill(fs, element)
        for fs in self.by_id.values():
            fs.values = {name: self._resolved(value) for name, value in fs.values.items()}
        for sofa in self.sofas.values():
            sofa.values = {name: self._resolved(value) for name, value in sofa.values.items()}
            name = str(sofa.values.get("sofaID") or "_InitialView")
            self.read.views[name] = View(name, sofa, [])
        for view in views:
            self._members(view)
        self.read.structures = [fs for fs, _ in self.elements if fs.type not in ELEMENTS and fs.type != SOFA]
        return self.read

    def _structure(self, type_: str, element: Element) -> None:
        id_ = element.get(_ID, "")
        if not id_.isascii() or not id_.isdigit():
            raise UnreadableFile(self.shown, f"a {type_} with the xmi:id {id_!r}, which is no number", line_of(element), 1)
        fs = FS(type_, {}, int(id_), line_of(element))
        known = self.sofas if type_ == SOFA else self.by_id
        if id_ in known:
            raise UnreadableFile(self.shown, f"two structures have the xmi:id {id_}", line_of(element), 1)
        known[id_] = fs
        self.elements.append((fs, element))

    def _members(self, element: Element) -> None:
        sofa = self.sofas.get(element.get("sofa", ""))
        members = [self.by_id[id_] for id_ in element.get("members", "").split() if id_ in self.by_id]
        if sofa is not None:
            self.read.views[str(sofa.values.get("sofaID") or "_InitialView")].members += members

    def _fill(self, fs: FS, element: Element) -> None:
        if fs.type not in self.features:
            self.features[fs.type] = self.read.types.features(fs.type)
        described = self.features[fs.type]
        fs.values = {
            name: self._value(fs, described.get(name), name, self.restored(text))
            for name, text in element.attrib.items()
            if name != _ID
        }
        for child in element:
            name = child.tag.rpartition("}")[2]
            text = self.restored(child.text or "")
            fs.values.setdefault(name, [])
            if isinstance(fs.values[name], list):
                feature = described.get(name)
                element_type = _element_type(feature) if feature else STRING
                fs.values[name].append(self._primitive(fs, element_type, text) if element_type in PRIMITIVES else text)

    def _value(self, fs: FS, feature: Feature | None, name: str, text: str) -> Any:
        """The value of an attribute. References are there as ``_Reference`` until everything is read."""
        if name == "sofa":
            return _Reference(text, of_sofa=True)
        if fs.type in ELEMENTS and name == "elements":
            return self._array(fs, fs.type, ELEMENTS[fs.type], text)
        if _LIST_NODE.fullmatch(fs.type):
            return text
        if feature is None or (feature.range == TOP and not _are_ids(text)):
            return self._undescribed(fs, name, text)
        if self.read.types.is_a(feature.range, STRING):
            return text
        if feature.range in PRIMITIVES:
            return self._primitive(fs, feature.range, text)
        if feature.range in ELEMENTS or feature.range in LISTS:
            return _Reference(text) if feature.is_shared else self._array(fs, feature.range, _element_type(feature), text)
        return _Reference(text)

    def _undescribed(self, fs: FS, name: str, text: str) -> Any:
        """The value of a feature that no type system describes: a reference where its name says so, or what it may refer to."""
        if name in ("begin", "end", "sofaNum") and re.fullmatch(r"-?\d+", text):
            return int(text)
        is_reference = name in _ALWAYS_REFERENCES or (fs.type == names.TOKEN and name in names.OF_TOKENS)
        if is_reference and _are_ids(text):
            return _Reference(text)
        return _Perhaps(text) if _are_ids(text) or text == "" else text

    def _array(self, fs: FS, range_: str, element: str, text: str) -> Any:
        if range_ == "uima.cas.ByteArray":
            try:
                return list(bytes.fromhex(text))
            except ValueError:
                self.losses.add("arrays of bytes that are none", f"{self.shown}:{fs.line}", text)
                return []
        if element in PRIMITIVES and element != STRING:
            return [self._primitive(fs, element, one) for one in text.split()]
        return [_Reference(one) for one in text.split()] if element != STRING else []

    def _primitive(self, fs: FS, range_: str, text: str) -> Any:
        try:
            if range_ in INTEGERS:
                return int(text)
            if range_ in FLOATS:
                return _NUMBERS.get(text) if text in _NUMBERS else float(text)
        except ValueError as error:
            raise UnreadableFile(self.shown, f"{text!r} is no {range_.rpartition('.')[2]}", fs.line, 1) from error
        return text in ("true", "1") if range_ == BOOLEAN else text

    # --- references ------------------------------------------------------------------------------------------------------------

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._resolved(one) for one in value]
        if isinstance(value, _Perhaps):
            return self._guessed(value.text)
        if not isinstance(value, _Reference):
            return value
        if value.of_sofa:
            return self.sofas.get(value.id)
        found = self.by_id.get(value.id)
        if found is None and value.id not in ("", "0"):
            self.losses.add("references to what is not there", f"{self.shown}: {value.id}")
        return self._unwrapped(found) if found else None

    def _unwrapped(self, fs: FS) -> Any:
        """An array or a linked list as a list."""
        if fs.type in ELEMENTS:
            elements = fs.values.get("elements", [])
            return [self._resolved(one) for one in elements] if isinstance(elements, list) else []
        if _LIST_NODE.fullmatch(fs.type):
            return list(self._of_list(fs))
        return fs

    def _of_list(self, fs: FS | None) -> Iterator[Any]:
        seen = set()
        while fs is not None and id(fs) not in seen and "head" in fs.values:
            seen.add(id(fs))
            head = str(fs.values["head"])
            yield self.by_id.get(head) if "FSList" in fs.type else self._primitive(fs, _HEADS.get(fs.type, STRING), head)
            fs = self.by_id.get(str(fs.values.get("tail")))

    def _guessed(self, text: str) -> Any:
        """A list of links where the numbers are ids of links and nothing else; nothing where there is none; else the text."""
        if not text:
            return None
        found = [self.by_id.get(one) for one in text.split()]
        are_links = all(fs is not None and _is_link(fs) for fs in found)
        return found if are_links else text


class _Reference:
    """A reference that is not looked up yet."""

    __slots__ = ("id", "of_sofa")

    def __init__(self, id_: str, *, of_sofa: bool = False) -> None:
        self.id, self.of_sofa = id_.strip(), of_sofa


class _Perhaps:
    """What could be references, or a text."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


def _is_link(fs: FS) -> bool:
    return names.TARGET in fs.values and "begin" not in fs.values


def _are_ids(text: str) -> bool:
    return re.fullmatch(r"[0-9]+(?: [0-9]+)*", text) is not None


def _element_type(feature: Feature) -> str:
    return feature.element if feature.element in PRIMITIVES else ELEMENTS.get(feature.range) or LISTS.get(feature.range) or TOP


def _type_name(tag: str) -> str:
    """The name of the type that an element is of: its namespace is the package."""
    found = _ECORE.fullmatch(tag)
    if found is None:
        return tag
    path = found["path"]
    return found["local"] if path == _NO_PACKAGE else f"{path.replace('/', '.')}.{found['local']}"


# --- writing -------------------------------------------------------------------------------------------------------------------


def xmi(cas: Cas) -> Iterator[str]:
    """A CAS as XMI, piece by piece."""
    prefixes = _prefixes(cas)
    declared = "".join(f' xmlns:{prefix}="{_namespace(package)}"' for package, prefix in prefixes.items())
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<xmi:XMI xmlns:xmi="{_XMI[1:-1]}"{declared} xmi:version="2.0">\n'
    yield '  <cas:NULL xmi:id="0"/>\n'
    for fs in cas.structures:
        package, _, local = fs.type.rpartition(".")
        yield from _element(f"{prefixes[package]}:{local}", fs)
    for view in cas.views.values():
        yield from _element("cas:Sofa", view.sofa)
        members = " ".join(str(fs.id) for fs in view.members)
        yield f'  <cas:View sofa="{view.sofa.id}" members="{members}"/>\n'
    yield "</xmi:XMI>\n"


def _prefixes(cas: Cas) -> dict[str, str]:
    """A prefix for each package."""
    prefixes = {"uima.cas": "cas"}
    for package in sorted({fs.type.rpartition(".")[0] for fs in cas.structures}):
        base = package.rpartition(".")[2] or "noNamespace"
        number, prefix = 1, base
        while prefix in (*prefixes.values(), "xmi"):
            number, prefix = number + 1, f"{base}{number}"
        prefixes.setdefault(package, prefix)
    return prefixes


def _namespace(package: str) -> str:
    return f"http:///{package.replace('.', '/') or _NO_PACKAGE}.ecore"


def _element(name: str, fs: FS) -> Iterator[str]:
    attributes, children = [f'xmi:id="{fs.id}"'], []
    for feature, value in fs.values.items():
        if isinstance(value, list) and value and isinstance(value[0], str):
            children += [f"    <{feature}>{_escaped(one)}</{feature}>\n" for one in value]
        else:
            attributes.append(f"{feature}={_quoted(_written(value))}")
    head = f"  <{name} {' '.join(attributes)}"
    yield f"{head}>\n{''.join(children)}  </{name}>\n" if children else f"{head}/>\n"


def _written(value: Any) -> str:
    if isinstance(value, FS):
        return str(value.id)
    if isinstance(value, list):
        return " ".join(map(_written, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _quoted(text: str) -> str:
    return quoteattr(text, {"\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})


def _escaped(text: str) -> str:
    """The text of an element, where only CR is not what it seems."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
