"""Form files: TYPE.toml and parts/NAME.toml of one folder, read, and put together into one source for each type.

A file may include parts. What is given again by its path changes what was included: its keys replace, and the tables
of DEEP are merged one level deep. A fault of any file becomes a Remark that names the file.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

Source = dict[str, Any]
PATH_KEYS = {"Sections": "SectionPath", "Fields": "FieldPath"}
DEEP = ("DisplayHints", "Provenance")
_KEYS_OF_A_PART = {"Include", *PATH_KEYS}


class Remark(NamedTuple):
    """One thing that is wrong with a form file; with `warning`, only odd."""

    file: str
    sentence: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{self.file}: {'(warning) ' if self.warning else ''}{self.sentence}"


class Layer(NamedTuple):
    """Sections and fields by path, each in the order in which it first appears, and what is wrong with them."""

    sections: dict[str, Source]
    fields: dict[str, Source]
    remarks: list[Remark]


class Shelf:
    """The form files of `folder`. A part that is not in its parts/ is taken from the shelf `below`."""

    def __init__(self, folder: Path, below: Shelf | None = None) -> None:
        self.folder = folder
        self.below = below
        self.types = {path.stem: path for path in sorted(folder.glob("*.toml"))}
        self.parts = {path.stem: path for path in sorted((folder / "parts").glob("*.toml"))}
        self._layers: dict[str, Layer] = {}

    def source(self, name: str) -> tuple[Source, list[Remark]]:
        """Everything of the type in file NAME.toml, with its parts put in, and all that is wrong with the files."""
        file = f"{name}.toml"
        content, remarks = _read(self.types[name], file)
        layer = self._included(content, file, ())
        for path in _names(content, "Omit", file, layer.remarks):
            if layer.fields.pop(path, None) is None:
                layer.remarks.append(Remark(file, f"Omit names {path}, which no included part has"))
        _lay(layer, content, file)
        if content and content.get("RegistrationType") != name:
            remarks.append(Remark(file, f"is the form of {content.get('RegistrationType')}, whose file has that name"))
        places = {path: place for place, path in enumerate(layer.sections)}
        fields = sorted(layer.fields.values(), key=lambda field: places.get(str(field.get("SectionPath")), len(places)))
        merged = {**content, "Sections": list(layer.sections.values()), "Fields": fields}
        return merged, [*remarks, *layer.remarks]

    def part(self, name: str, trail: tuple[str, ...] = ()) -> Layer:
        """One part with the parts that it includes. Raises KeyError where no shelf has it."""
        if name not in self.parts:
            if self.below is None:
                raise KeyError(name)
            return self.below.part(name)
        if name not in self._layers:
            file = f"parts/{name}.toml"
            content, remarks = _read(self.parts[name], file)
            layer = self._included(content, file, (*trail, name))
            remarks += [
                Remark(file, f"has {key}; a part has {', '.join(sorted(_KEYS_OF_A_PART))} only")
                for key in content.keys() - _KEYS_OF_A_PART
            ]
            _lay(layer, content, file)
            self._layers[name] = layer._replace(remarks=[*remarks, *layer.remarks])
        return self._layers[name]

    def own(self, name: str) -> Source:
        """What the file of a type says itself, without its parts."""
        return _read(self.types[name], f"{name}.toml")[0]

    def own_part(self, name: str) -> Source:
        """What the file of a part says itself, without the parts that it includes."""
        return _read(self.parts[name], f"parts/{name}.toml")[0]

    def _included(self, content: Source, file: str, trail: tuple[str, ...]) -> Layer:
        """What the parts that `content` includes have together; `trail` are the parts that led here."""
        layer = Layer({}, {}, [])
        for name in _names(content, "Include", file, layer.remarks):
            if name in trail:
                layer.remarks.append(Remark(file, f"parts include each other: {' > '.join((*trail, name))}"))
                continue
            try:
                part = self.part(name, trail)
            except KeyError:
                layer.remarks.append(Remark(file, f"includes {name}, and there is no parts/{name}.toml"))
                continue
            layer.remarks.extend(part.remarks)
            _change(layer.sections, part.sections)
            _change(layer.fields, part.fields)
        return layer


def changed(entry: Source, change: Source) -> Source:
    """`entry` with the keys of `change` in place of its own; tables of DEEP are merged one level deep."""
    merged = {**entry, **change}
    for key in DEEP:
        old, new = entry.get(key), change.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            merged[key] = {**old, **new}
    return merged


def literal_patterns(folder: Path) -> set[str]:
    """Every pattern that the files of `folder` have, found without parsing them: each is written Pattern = '…'."""
    return {
        pattern
        for path in (*folder.glob("*.toml"), *folder.glob("parts/*.toml"))
        for pattern in re.findall(r"\bPattern\s*=\s*'([^'\n]*)'", path.read_text(encoding="utf-8"))
    }


def _change(entries: dict[str, Source], changes: dict[str, Source]) -> None:
    for path, change in changes.items():
        entries[path] = changed(entries[path], change) if path in entries else change


def _lay(layer: Layer, content: Source, file: str) -> None:
    """Put a file's own sections and fields over what it includes."""
    for key, path_key in PATH_KEYS.items():
        own: dict[str, Source] = {}
        entries = content.get(key, [])
        if not isinstance(entries, list):
            layer.remarks.append(Remark(file, f"{key} is not a list of tables"))
            continue
        for number, entry in enumerate(entries, 1):
            path = entry.get(path_key) if isinstance(entry, dict) else None
            if not isinstance(path, str):
                layer.remarks.append(Remark(file, f"number {number} of {key} has no {path_key}"))
            elif path in own:
                layer.remarks.append(Remark(file, f"{path} is given twice"))
            else:
                own[path] = entry
        _change(layer.sections if key == "Sections" else layer.fields, own)


def _names(content: Source, key: str, file: str, remarks: list[Remark]) -> list[str]:
    names = content.get(key, [])
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        return names
    remarks.append(Remark(file, f"{key} is not a list of names"))
    return []


def _read(path: Path, file: str) -> tuple[Source, list[Remark]]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")), []
    except (ValueError, OSError) as error:
        return {}, [Remark(file, f"is not TOML: {error}")]
