"""Registration types: the forms that a registration fills, read from registration_types/ and an operator's folder.

A form is data in the API's own keys, checked against the output shapes of AWS's model. The keys in OURS stay with us:
where we know a thing from (Provenance), how a file is put together, and what the API has no member for. Forms change
under those who fill them, so a form is asked for as it was at a moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from senderdesk import form_faults
from senderdesk.contract import SERVICE
from senderdesk.form_files import PATH_KEYS, Remark, Shelf, Source, literal_patterns
from senderdesk.form_revisions import as_of, days, first_second
from senderdesk.patterns import Matching, foreign, reviewed
from senderdesk.shapes import Carry, Faults, compiled

_SHAPES = {"Sections": "RegistrationSectionDefinition", "Fields": "RegistrationFieldDefinition"}
# What stays with us, by where it stands.
_OURS_IN = {
    "Sections": frozenset({"Provenance", "Since", "Was"}),
    "Fields": frozenset({"Provenance", "Since", "Was", "Attachment", "Review"}),
    "": frozenset({"Provenance", "Include", "Omit", *_SHAPES}),
}
OURS = frozenset().union(*_OURS_IN.values())
_DAY = 86_400.0

Definition = dict[str, Any]


@dataclass(frozen=True)
class Form:
    """One registration type: its definition, its sections by SectionPath, its fields by FieldPath, in order.

    `source` is the whole file with its parts put in, and with the keys of OURS; `matching` compiles its patterns.
    """

    definition: Definition
    sections: dict[str, Definition]
    fields: dict[str, Definition]
    source: Source
    matching: Matching = reviewed

    @property
    def registration_type(self) -> str:
        name: str = self.definition["RegistrationType"]
        return name

    @cached_property
    def annotated(self) -> dict[str, Source]:
        """The fields by FieldPath as their file has them, with the keys of OURS."""
        return {field["FieldPath"]: field for field in self.source["Fields"]}


class _Revision(NamedTuple):
    start: float
    form: Form


class _Maker:
    """Makes the forms of one shelf. What many types include is checked and stripped once, and shared."""

    def __init__(self, shelf: Shelf, matching: Matching) -> None:
        self.shelf = shelf
        self.matching = matching
        self._carried: dict[int, tuple[Source, Definition, Faults]] = {}

    def revisions(self, name: str) -> tuple[list[_Revision], list[Remark]]:
        """A type's forms, each with the epoch second from which it is in force, and all that is wrong with them."""
        source, remarks = self.shelf.source(name)
        found: list[_Revision] = []
        faults: Faults = []
        for day in days(source):
            form = self._form(as_of(source, day), faults)
            found.append(_Revision(first_second(day), form))
        file = f"{name}.toml"
        return found, [*remarks, *(Remark(file, f"{fault.path} {fault.message}") for fault in faults)]

    def examine(self, name: str) -> tuple[list[_Revision], list[Remark]]:
        """`revisions`, with everything that is wrong beyond the API's shapes as well."""
        found, remarks = self.revisions(name)
        if not [remark for remark in remarks if not remark.warning]:
            file = f"{name}.toml"
            for revision in found:
                remarks += form_faults.remarks(file, revision.form.source, self.matching)
        return found, remarks

    def _form(self, source: Source, faults: Faults) -> Form:
        parts = {}
        for key, path_key in PATH_KEYS.items():
            parts[key] = {entry[path_key]: self._carry(key, entry, entry[path_key], faults) for entry in source[key]}
        definition = _top(source)
        faults += _faults(definition, "RegistrationTypeDefinition", "")
        return Form(definition, parts["Sections"], parts["Fields"], source, self.matching)

    def _carry(self, key: str, entry: Source, path: str, faults: Faults) -> Definition:
        """An entry as the wire has it. The cache holds the entry too, so that its id stays its own."""
        if id(entry) not in self._carried:
            carried = _without(entry, _OURS_IN[key])
            if carried.get("FieldRequirement") != "CONDITIONAL":
                # The API has rules in conditional fields only; a later layer may have made another sort of one.
                carried.pop("ConditionalBehavior", None)
            self._carried[id(entry)] = (entry, carried, _faults(carried, _SHAPES[key], path))
        _, carried, own = self._carried[id(entry)]
        faults += own
        return carried


class Catalogue:
    """All registration types as they are at any time. A shipped type is read when it is first asked for."""

    def __init__(self, makers: Iterable[_Maker], as_of: date | None = None) -> None:
        self._maker_of = {name: maker for maker in makers for name in maker.shelf.types}
        self._names = sorted(self._maker_of)
        self._made: dict[str, list[_Revision]] = {}
        self._fixed = first_second(as_of.isoformat()) + _DAY - 1 if as_of else None

    def __contains__(self, registration_type: object) -> bool:
        return registration_type in self._maker_of

    def names(self) -> list[str]:
        """Every registration type, sorted."""
        return self._names

    def moment(self, now: float) -> float:
        """The epoch second whose forms are in force for what is created at `now`, in epoch seconds too."""
        return now if self._fixed is None else self._fixed

    def at(self, registration_type: str, moment: float) -> Form | None:
        """The form of a type as it was at `moment`, in epoch seconds; None where there is no such type.

        Raises ValueError with every fault of a shipped type's files, which a test keeps from happening.
        """
        revisions = self._made.get(registration_type) or self._make(registration_type)
        for start, form in reversed(revisions):
            if start <= moment:
                return form
        return None

    def _make(self, name: str) -> list[_Revision]:
        if name not in self._maker_of:
            return []
        found, remarks = self._maker_of[name].revisions(name)
        _refuse(remarks)
        self._made[name] = found
        return found


def catalogue(folder: Path | None = None, as_of: date | None = None) -> Catalogue:
    """The shipped types, and those of an operator's `folder`, which may replace them; as they were on day `as_of`.

    Raises ValueError with every fault of every file of `folder`; what is only odd passes.
    """
    if folder is None:
        return Catalogue([_shipped()], as_of)
    maker = _operators(folder)
    whole = Catalogue([_shipped(), maker], as_of)
    remarks: list[Remark] = []
    for name in maker.shelf.types:
        whole._made[name], own = maker.examine(name)
        remarks.extend(own)
    _refuse(_once([*remarks, *_of_parts(maker.shelf)]))
    return whole


def examine(folder: Path | None = None) -> list[Remark]:
    """All that is wrong or odd with the files of an operator's folder, or with the shipped ones.

    Raises ValueError where the folder is none, or has no form.
    """
    maker = _shipped() if folder is None else _operators(folder)
    if not maker.shelf.types and not maker.shelf.parts:
        raise ValueError(f"{folder} has no form: a form is a file TYPE.toml")
    remarks = [remark for name in maker.shelf.types for remark in maker.examine(name)[1]]
    return _once([*remarks, *_of_parts(maker.shelf)])


def read(source: Source, matching: Matching = reviewed) -> Form:
    """The form of one source with its parts put in, after all its changes. Raises ValueError with every fault."""
    shelf = Shelf(shipped_folder())
    faults: Faults = []
    form = _Maker(shelf, matching)._form(source, faults)
    if faults:
        raise ValueError("; ".join(f"{fault.path} {fault.message}" for fault in faults))
    return form


def shipped_folder() -> Path:
    """Where the forms are that come with SenderDesk."""
    return Path(str(files("senderdesk").joinpath("registration_types")))


def _shipped() -> _Maker:
    return _Maker(Shelf(shipped_folder()), reviewed)


def _operators(folder: Path) -> _Maker:
    if not folder.is_dir():
        raise ValueError(f"{folder} is not a folder, and form files are in one")
    return _Maker(Shelf(folder, below=Shelf(shipped_folder())), foreign(literal_patterns(shipped_folder())))


def _of_parts(shelf: Shelf) -> list[Remark]:
    """What is wrong with the parts, whether or not a type includes them."""
    return [remark for name in shelf.parts for remark in shelf.part(name).remarks]


def _once(remarks: list[Remark]) -> list[Remark]:
    """Each remark once, by file: a part's stand in every type that includes it."""
    return sorted(dict.fromkeys(remarks), key=lambda remark: remark.file)


def _refuse(remarks: list[Remark]) -> None:
    if faults := [str(remark) for remark in remarks if not remark.warning]:
        raise ValueError("\n".join(faults))


def _top(source: Source) -> Definition:
    top = _without(source, _OURS_IN[""])
    if isinstance(associations := top.get("SupportedAssociations"), list):
        top["SupportedAssociations"] = [
            _without(one, frozenset({"Provenance"})) if isinstance(one, dict) else one for one in associations
        ]
    return top


def _without(entry: Source, ours: frozenset[str]) -> Definition:
    return {key: value for key, value in entry.items() if key not in ours}


def _faults(entry: Definition, shape: str, path: str) -> Faults:
    """What the API's shape has against an entry. Strings, numbers and lists go over the wire as they are."""
    faults: Faults = []
    _carrier(shape)(entry, path, faults)
    return faults


@cache
def _carrier(shape: str) -> Carry:
    return compiled(SERVICE.shapes, shape, writing=True)
