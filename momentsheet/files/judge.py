"""What becomes of every file: delivered under which name, or held back and why. No file is ever lost on the way."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from momentsheet.files.look import Look
from momentsheet.files.match import ENDINGS, Key, Match
from momentsheet.files.naming import ending_of, legal_name
from momentsheet.files.pdf import Disagreement
from momentsheet.files.rows import Cell, Owner, Owners
from momentsheet.model.catalog import NOTHING, Catalog, Rule, say
from momentsheet.model.files import Decision, FileFigures, Item, KindFigures, Spot
from momentsheet.model.finding import Finding, Money, Repair
from momentsheet.model.waiver import Waiver

DELIVERED, SPLIT = "delivered", "split"  # the fates of files that are used
_OTHERS = frozenset(("file_copy", "file_orphan", "file_silent", "file_beside", "file_inside", "nobodys", "file_link"))
_KNOWN_TYPES = frozenset(("pdf", "jpg", "png", "gif", "bmp", "tiff", "webp", "heic", "html"))
_TROUBLES = {
    "link": "file_link", "name": "file_bad_name", "encrypted": "file_encrypted", "broken": "file_unreadable",
    "too_large": "file_too_large", "empty": "file_empty", "unreadable": "file_unreadable",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file of the output folder."""

    item: int  # its place among the files that came
    pages: tuple[int, ...] | None  # 0-based; None: the whole file
    kind: str
    owner: Owner
    path: str  # below the output folder
    done: tuple[str, ...]  # renamed, split, turned, scaled, cleaned, recoded
    found: tuple[str, ...]  # listed, alike, number, text, decided; of pages, what they say: number, counter, amount …


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one file: delivered, split, or the check that tells why not ("nobodys": a person has said so)."""

    word: str
    key: str = ""  # the row that it is of, as people know it


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of all files, and what is to be told of them."""

    deliveries: tuple[Delivery, ...]
    fates: tuple[Fate, ...]  # one for each file that came
    findings: tuple[Finding, ...]
    repairs: tuple[Repair, ...]
    figures: FileFigures
    undecided: Mapping[int, tuple[int, ...]]  # item -> its pages (0-based) that are nobody's yet
    questions: Mapping[int, str]  # item -> kind of files, where a person must say whose it is
    kind_of_split: Mapping[int, str]  # item -> kind of files that was looked for in its pages


@dataclass(frozen=True, slots=True)
class _Claim:
    """A file, or some pages of it, that says to belong to a row."""

    item: int
    pages: tuple[int, ...] | None
    contents: str
    is_listed: bool
    evidence: tuple[str, ...] = ()


@dataclass(slots=True)
class _Desk:
    """What is being judged, and what has been told so far."""

    items: Sequence[Item]
    matches: Sequence[Match]
    looks: Sequence[Look | str]
    types: Sequence[str]
    owners: Mapping[str, Owners]
    catalog: Catalog
    language: str
    locate: Callable[[Cell], Spot]
    decided: Mapping[int, Decision]
    rules: Mapping[str, Rule]  # by their checks
    fates: dict[int, Fate] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)
    claims: dict[Key, list[_Claim]] = field(default_factory=lambda: defaultdict(list))
    undecided: dict[int, tuple[int, ...]] = field(default_factory=dict)
    questions: dict[int, str] = field(default_factory=dict)
    spoken_for: set[Key] = field(default_factory=set)  # rows that a finding tells of already
    missing: Counter[str] = field(default_factory=Counter)  # kind of files -> rows whose file did not come
    held_pieces: dict[int, Fate] = field(default_factory=dict)  # split file -> why a piece of it is held back
    _seen: Counter[str] = field(default_factory=Counter)

    def tell(self, check: str, item: int, key: str | None = None, kind: str = "", **facts: object) -> None:
        """Tell of a file."""
        one = self.items[item]
        header = say(self.owners[kind].kind.title, self.language) if kind else None
        self._add(check, one.given.name, key, one.path, facts, header=header)

    def tell_cell(self, check: str, owner: Owner, kind: str, name: str | None) -> None:
        """Tell of a row: at the cell that lists the file, or that names the row."""
        spot = self.locate(owner.cell)
        entity, column, _ = owner.cell
        value = name or spot.value
        self._add(check, spot.file, owner.shown, value, {"kind": self.owners[kind].kind.title}, spot, entity, column)

    def _add(
        self, check: str, file: str, key: str | None, value: str, facts: Mapping[str, object],
        spot: Spot | None = None, entity: str | None = None, column: str | None = None, header: str | None = None,
    ) -> None:  # fmt: skip
        rule = self.rules[check]
        text = "\x1f".join((rule.code, file, value, key or ""))
        self._seen[text] += 1
        self.findings.append(
            Finding(
                rule.code,
                rule.severity,
                file,
                spot.sheet if spot else None,
                spot.row if spot else None,
                spot.column if spot else None,
                spot.header if spot else header,
                entity,
                column,
                key,
                value,
                facts or NOTHING,
                fingerprint=hashlib.sha256(f"{text}\x1f{self._seen[text]}".encode("utf-8", "replace")).hexdigest()[:16],
            )
        )

    @property
    def splitting(self) -> str:
        """The kind of files of which one file may hold several, "" where there is none."""
        return next((name for name, one in self.owners.items() if one.kind.may_hold_several), "")

    def shown(self, key: Key) -> str:
        return self.owners[key[0]].rows[key[1]].shown

    def known_inside(self, kind: str) -> dict[str, str]:
        """Number that stands inside a file -> key of its row."""
        owners = self.owners[kind]
        return {owners.inside.get(key, key): key for key in owners.rows}


def judge(
    items: Sequence[Item],
    types: Sequence[str],
    matches: Sequence[Match],
    looks: Sequence[Look | str],
    owners: Sequence[Owners],
    catalog: Catalog,
    language: str,
    locate: Callable[[Cell], Spot],
    decided: Mapping[int, Decision],
    ignored: int,
) -> Judgement:
    """Decide of every file, row by row; AssertionError if one were lost or used twice."""
    desk = _Desk(
        items, matches, looks, types, {one.kind.name: one for one in owners}, catalog, language, locate, decided,
        {rule.check: rule for rule in catalog.rules.values() if rule.reach == "file" and rule.check},
    )  # fmt: skip
    for place in range(len(items)):
        _claim(desk, place)
    _same_contents(desk)
    chosen: list[tuple[Key, _Claim]] = []
    for key, claims in desk.claims.items():
        if (claim := _choose(desk, key, claims)) is not None:
            chosen.append((key, claim))
    _all_held(desk, {claim.item for _, claim in chosen})
    _orphans(desk)
    deliveries = _named(desk, chosen)
    _tell_contents(desk, chosen)
    _missing(desk, chosen)
    fates = tuple(desk.fates[place] for place in range(len(items)))
    figures = _figures(desk, deliveries, fates, ignored)
    _prove(desk, deliveries, fates, figures)
    return Judgement(
        deliveries, fates, tuple(desk.findings), tuple(desk.repairs), figures, desk.undecided, desk.questions,
        dict.fromkeys(desk.undecided, desk.splitting),
    )  # fmt: skip


def still_holds(decision: Decision, look: Look | str) -> bool:
    """False for what was decided of the pages of a file that is another one now."""
    return isinstance(look, str) or decision.sha256 in {"", look.sha256}


def workbook_findings(findings: Iterable[Finding], files: Iterable[str], catalog: Catalog) -> list[Finding]:
    """One finding for each workbook with errors: here they are only counted."""
    errors = Counter(finding.file for finding in findings if finding.severity == "error")
    rule = next(rule for rule in catalog.rules.values() if rule.check == "file_workbook")
    return [
        Finding(
            rule.code, rule.severity, name, facts={"count": errors[name]},
            fingerprint=hashlib.sha256(f"{rule.code}\x1f{name}".encode()).hexdigest()[:16],
        )
        for name in files
        if errors[name]
    ]  # fmt: skip


def with_waivers(findings: Iterable[Finding], waivers: Iterable[Waiver], catalog: Catalog) -> list[Finding]:
    """What somebody has accepted is an information: a finding known by its file, its row or its fingerprint."""
    known = {(one.code, one.key.casefold()): one for one in waivers if catalog.rules[one.code].is_waivable}
    told: list[Finding] = []
    for finding in findings:
        names = (finding.fingerprint, finding.value, finding.key)
        found = (known.get((finding.code, name.casefold())) for name in names if name)
        waiver = next((one for one in found if one is not None), None)
        told.append(finding if waiver is None else replace(finding, severity="info", waiver=waiver))
    return told


# Private functions


def _claim(desk: _Desk, place: int) -> None:
    """What one file says to be: a claim on a row, several on pages, or the reason why it is none."""
    match, look = desk.matches[place], desk.looks[place]
    state = look if isinstance(look, str) else look.state
    kind = match.wrong_for or (match.keys[0][0] if match.keys else "")
    shown = ", ".join(dict.fromkeys(desk.shown(key) for key in match.keys))
    is_meant = bool(match.keys) or match.left_out is not None or _is_promising(desk, place)
    if match.is_nobodys:
        desk.fates[place] = Fate("nobodys")
    elif state in _TROUBLES and (is_meant or desk.items[place].trouble in {"name", "link"}):
        check = _TROUBLES[state]
        desk.fates[place] = Fate(check, shown)
        desk.spoken_for.update(match.keys)
        desk.tell(check, place, shown or None, kind)
    elif match.left_out is not None:
        spot = desk.locate(match.left_out)
        desk.fates[place] = Fate("file_left_out")
        desk.tell("file_left_out", place, None, "", place=f"{spot.sheet}!{spot.row}")
    elif match.wrong_for:
        desk.fates[place] = Fate("file_wrong_type", shown)
        desk.spoken_for.update(match.keys)
        formats = tuple(name.upper() for name in desk.owners[match.wrong_for].kind.formats)
        desk.tell("file_wrong_type", place, shown, kind, found=_type_words(desk, desk.types[place]), formats=formats)
    elif not isinstance(look, str) and look.split is not None:
        _claim_pages(desk, place, look)
    elif match.keys:
        _claim_row(desk, place, look)


def _is_promising(desk: _Desk, place: int) -> bool:
    """True of a file that may be somebody's though its name does not say whose: a PDF in which text would."""
    item = desk.items[place]
    types = {desk.types[place], ENDINGS.get(ending_of(item.name), ending_of(item.name))}
    return any(
        "pdf" in types and one.kind.may_hold_several and not one.index.names_another(item.name)
        for one in desk.owners.values()
    )


def _claim_row(desk: _Desk, place: int, look: Look | str) -> None:
    match = desk.matches[place]
    keys = match.keys
    if match.how == "number" and len(keys) > 1 and not isinstance(look, str) and look.number:
        inside = desk.known_inside(keys[0][0])
        keys = tuple(key for key in keys if key[1] == inside.get(look.number))
    by_kind: dict[str, list[Key]] = defaultdict(list)
    for key in keys:
        by_kind[key[0]].append(key)
    is_question = any(len(same) > 1 for same in by_kind.values()) or (match.how == "number" and len(keys) > 1)
    if is_question:
        fits = tuple(sorted({desk.shown(key) for key in keys}))
        desk.fates[place] = Fate("file_question", ", ".join(fits))
        desk.questions[place] = keys[0][0]
        desk.spoken_for.update(keys)
        desk.tell("file_question", place, None, keys[0][0], fits=fits)
        return
    contents = look if isinstance(look, str) else look.sha256
    for key in keys:
        desk.claims[key].append(_Claim(place, None, contents, match.how in {"listed", "alike", "decided"}))


def _claim_pages(desk: _Desk, place: int, look: Look) -> None:
    """A file that holds those of several rows, or of one that only its text names."""
    assert look.split is not None
    kind = desk.splitting
    inside = desk.known_inside(kind)
    decided = _pages_decided(desk, place)
    dropped = {page - 1 for page, word in decided.items() if word == "-" and page <= look.pages}
    pieces = [
        (inside[piece.key], pages, () if len(pages) == look.pages else piece.evidence)
        for piece in look.split.pieces
        if (pages := tuple(page for page in piece.pages if page not in dropped))
    ]
    undecided = tuple(page for page in look.split.undecided if page not in dropped)
    if not pieces and not dropped:
        return  # a file in which no number of ours stands is nobody's
    if len({key for key, _, _ in pieces}) == 1 and desk.owners[kind].index.names_another(desk.items[place].name):
        return  # its name says that it is another one's: the text may only speak of ours
    assert sorted([*(page for _, pages, _ in pieces for page in pages), *undecided, *dropped]) == list(
        range(look.pages)
    )
    whole = len(pieces) == 1 and len(pieces[0][1]) == look.pages
    desk.fates[place] = Fate(SPLIT if not whole else "", desk.shown((kind, pieces[0][0])) if whole else "")
    for key, pages, evidence in pieces:
        mark = look.sha256 if whole else f"{look.sha256}:{','.join(map(str, pages))}"
        desk.claims[kind, key].append(_Claim(place, None if whole else pages, mark, is_listed=False, evidence=evidence))
    if whole:
        desk.tell("file_by_text", place, desk.shown((kind, pieces[0][0])), kind)
    elif pieces:
        desk.tell("file_split", place, None, kind, pieces=len({key for key, _, _ in pieces}), pages=look.pages)
    for piece in look.split.pieces:
        if piece.missing:
            facts = {"pages": tuple(map(str, piece.missing))}
            desk.tell("file_incomplete", place, desk.shown((kind, inside[piece.key])), kind, **facts)
    if undecided:
        desk.undecided[place] = undecided
        told = tuple(_runs(undecided))
        desk.tell("file_undecided", place, None, kind, count=len(undecided), pages=told)


def _pages_decided(desk: _Desk, place: int) -> Mapping[int, str]:
    decision, look = desk.decided.get(place), desk.looks[place]
    return decision.pages if decision is not None and still_holds(decision, look) else {}


def _same_contents(desk: _Desk) -> None:
    """The same file under the names of two rows cannot be right for both, where files must differ."""
    by_contents: dict[tuple[str, str], dict[Key, list[_Claim]]] = defaultdict(dict)
    for key, claims in desk.claims.items():
        if desk.owners[key[0]].kind.must_differ:
            for claim in claims:
                by_contents[key[0], claim.contents].setdefault(key, []).append(claim)
    for (kind, _), found in by_contents.items():
        if len(found) < 2:
            continue
        places = sorted({claim.item for claims in found.values() for claim in claims})
        shown = tuple(sorted(desk.shown(key) for key in found))
        for place in places:
            desk.fates[place] = Fate("file_same", ", ".join(shown))
        names = tuple(desk.items[place].path for place in places)
        desk.tell("file_same", places[0], None, kind, files=names, fits=shown)
        desk.spoken_for.update(found)
        for key, claims in found.items():
            desk.claims[key] = [claim for claim in desk.claims[key] if claim not in claims]


def _choose(desk: _Desk, key: Key, claims: Sequence[_Claim]) -> _Claim | None:
    """The file of a row. What a sheet lists goes before what only bears the number; of two others neither is taken."""
    owner = desk.owners[key[0]].rows[key[1]]
    if not claims:
        return None
    desk.spoken_for.add(key)
    if not owner.is_clean:
        for claim in claims:
            _held(desk, claim, "file_left_out", owner.shown)
            spot = desk.locate(owner.cell)
            desk.tell("file_left_out", claim.item, owner.shown, key[0], place=f"{spot.sheet}!{spot.row}")
        return None
    listed = [claim for claim in claims if claim.is_listed]
    first, *others = sorted(listed or claims, key=lambda claim: (claim.pages is not None, claim.item))
    if any(other.contents != first.contents for other in others):
        files = tuple(_claim_name(desk, claim) for claim in (first, *others))
        for claim in (first, *others):
            _held(desk, claim, "file_double", owner.shown)
            if claim.pages is None:
                desk.questions[claim.item] = key[0]
        desk.tell("file_double", first.item, owner.shown, key[0], files=files)
        return None
    for claim in claims:
        if claim is not first:
            check = "file_copy" if claim.contents == first.contents else "file_beside"
            _held(desk, claim, check, owner.shown)
            desk.tell(check, claim.item, owner.shown, key[0], first=desk.items[first.item].path)
    if first.pages is None:
        desk.fates[first.item] = Fate(DELIVERED, owner.shown)
    return first


def _held(desk: _Desk, claim: _Claim, word: str, shown: str) -> None:
    """Note why a file is not delivered; one that another row takes is, and one that is split stays so."""
    if claim.pages is not None:
        desk.held_pieces[claim.item] = Fate(word, shown)
    elif desk.fates.get(claim.item, Fate("")).word not in {DELIVERED, SPLIT}:
        desk.fates[claim.item] = Fate(word, shown)


def _all_held(desk: _Desk, delivered: Collection[int]) -> None:
    """A split file of which nothing at all is delivered is not used."""
    for place, fate in list(desk.fates.items()):
        if fate.word == SPLIT and place not in delivered:
            reason = "file_undecided" if place in desk.undecided else "nobodys"
            desk.fates[place] = desk.held_pieces.get(place, Fate(reason))


def _claim_name(desk: _Desk, claim: _Claim) -> str:
    name = desk.items[claim.item].path
    return name if claim.pages is None else f"{name} [{', '.join(_runs(claim.pages))}]"


def _orphans(desk: _Desk) -> None:
    """What is left belongs to no row; a copy of something that does is no loss."""
    known = {
        look.sha256: place
        for place, look in reversed(list(enumerate(desk.looks)))
        if not isinstance(look, str) and desk.fates.get(place, Fate("")).word in {DELIVERED, SPLIT}
    }
    for place, (item, look) in enumerate(zip(desk.items, desk.looks, strict=True)):
        if desk.fates.get(place, Fate("")).word:
            continue
        if not isinstance(look, str) and look.sha256 in known and look.size:
            desk.fates[place] = Fate("file_copy")
            desk.tell("file_copy", place, None, "", first=desk.items[known[look.sha256]].path)
        elif desk.types[place] == "zip" and ending_of(item.name) == "zip":
            desk.fates[place] = Fate("file_inside")
            desk.tell("file_inside", place)
        elif isinstance(look, Look) and desk.types[place] == "pdf" and not look.has_text and _is_promising(desk, place):
            desk.fates[place] = Fate("file_silent")
            desk.tell("file_silent", place, pages=look.pages)
        else:
            desk.fates[place] = Fate("file_orphan")
            desk.tell("file_orphan", place)


def _named(desk: _Desk, chosen: Sequence[tuple[Key, _Claim]]) -> tuple[Delivery, ...]:
    """The files of the output folder under their names, each name once, whatever a disk thinks of capitals."""
    taken: set[str] = set()
    deliveries: list[Delivery] = []
    for key, claim in sorted(chosen, key=lambda pair: (desk.owners[pair[0][0]].kind.order, pair[1].item, pair[0][1])):
        kind, owner = desk.owners[key[0]].kind, desk.owners[key[0]].rows[key[1]]
        item, match, type_name = desk.items[claim.item], desk.matches[claim.item], desk.types[claim.item]
        if owner.names:
            name = legal_name(owner.names[0], "")
            if name != item.name and claim.pages is None:
                _tell_renamed(desk, owner, item, "file_name_alike" if match.how == "alike" else "file_name_listed")
        else:
            stem = say(kind.named, desk.language)
            for word, value in owner.values.items():
                stem = stem.replace(f"{{{word}}}", value)
            name = legal_name(stem, f".{type_name}" if type_name else f".{ending_of(item.name)}")
        path, number = f"{kind.folder}/{name}", 1
        while path.casefold() in taken:
            number += 1
            stem, dot, ending = name.rpartition(".")
            path = f"{kind.folder}/{stem or ending}-{number}{dot if stem else ''}{ending if stem else ''}"
        taken.add(path.casefold())
        look = desk.looks[claim.item]
        assert not isinstance(look, str)
        done: tuple[str, ...] = ("split",) if claim.pages is not None else ()
        done += ("renamed",) if name != item.name and claim.pages is None else ()
        done += look.picture.done if look.picture is not None and kind.largest else ()
        how = claim.evidence or (match.how or "text",)
        if match.how == "number" and len(match.keys) > 1:
            how = ("number", "text")
        deliveries.append(Delivery(claim.item, claim.pages, key[0], owner, path, done, how))
        ending = ENDINGS.get(ending_of(name), ending_of(name))
        if type_name in _KNOWN_TYPES and ending in _KNOWN_TYPES and ending != type_name:
            found = _type_words(desk, type_name)
            desk.tell("file_wrong_ending", claim.item, owner.shown, key[0], found=found, ending=ending)
    return tuple(deliveries)


def _tell_renamed(desk: _Desk, owner: Owner, item: Item, why: str) -> None:
    spot = desk.locate(owner.cell)
    entity, column, _ = owner.cell
    if spot.column is not None:
        repair = Repair(spot.file, spot.sheet, spot.row, spot.column, entity, column, item.name, owner.names[0], why)
        desk.repairs.append(repair)


def _tell_contents(desk: _Desk, chosen: Sequence[tuple[Key, _Claim]]) -> None:
    """What stands in the files that are delivered: text that disagrees, pictures that were changed."""
    silent: dict[str, list[int]] = defaultdict(list)
    for key, claim in chosen:
        kind, look = desk.owners[key[0]].kind, desk.looks[claim.item]
        assert not isinstance(look, str)
        shown = desk.shown(key)
        if kind.contents is not None and desk.types[claim.item] == "pdf" and not look.has_text:
            silent[kind.name].append(claim.item)
        number = desk.owners[key[0]].inside.get(key[1], key[1])
        for one in look.told.get(number, ()):
            facts = {"expected": _typed(one), "found": one.found or None, "page": one.page}
            desk.tell(f"text_{one.what}", claim.item, shown, kind.name, **facts)
        picture = look.picture
        if picture is not None and kind.largest:
            if "scaled" in picture.done:
                sizes = {"before": "{} × {}".format(*picture.size), "after": "{} × {}".format(*picture.copy_size)}
                desk.tell("picture_scaled", claim.item, shown, kind.name, limit=kind.largest, **sizes)
            if "cleaned" in picture.done:
                check = "picture_place" if picture.has_place else "picture_cleaned"
                desk.tell(check, claim.item, shown, kind.name)
    for name, places in silent.items():
        desk.tell("text_lacking", places[0], None, name, count=len(places))


def _missing(desk: _Desk, chosen: Sequence[tuple[Key, _Claim]]) -> None:
    """Rows whose listed file did not come; and rows of a kind of which all should have one, where any came."""
    have = {key for key, _ in chosen} | desk.spoken_for
    for name, owners in desk.owners.items():
        came = any(key[0] == name for key in have)
        for key, owner in owners.rows.items():
            if (name, key) in have or not owner.is_clean:
                continue
            if owner.names:
                desk.tell_cell("file_listed_missing", owner, name, owner.names[0])
            elif owners.kind.every_row and came:
                desk.tell_cell("file_missing", owner, name, None)
            else:
                continue
            desk.missing[name] += 1


def _figures(desk: _Desk, deliveries: Sequence[Delivery], fates: Sequence[Fate], ignored: int) -> FileFigures:
    kinds = []
    delivered = Counter(one.kind for one in deliveries)
    waiting = Counter(
        (match.keys[0][0] if match.keys else "")
        for match, fate in zip(desk.matches, fates, strict=True)
        if fate.word not in {DELIVERED, SPLIT} and fate.word not in _OTHERS
    )
    for name, owners in desk.owners.items():
        rows = sum(owner.is_clean and bool(owner.names or owners.kind.every_row) for owner in owners.rows.values())
        came = delivered[name] + waiting[name]
        if came or any(owner.names for owner in owners.rows.values()):
            kinds.append(KindFigures(name, rows, delivered[name], desk.missing[name], waiting[name]))
    used = sum(fate.word in {DELIVERED, SPLIT} for fate in fates)
    others = sum(fate.word in _OTHERS for fate in fates)
    return FileFigures(tuple(kinds), len(fates), used, len(fates) - used - others, others, ignored, len(deliveries))


def _prove(desk: _Desk, deliveries: Sequence[Delivery], fates: Sequence[Fate], figures: FileFigures) -> None:
    """Every file has one fate, each delivered one is written, and no page is written twice."""
    assert len(fates) == len(desk.items) and all(fate.word for fate in fates)  # noqa: PT018 - one proof
    assert figures.came == figures.used + figures.waiting + figures.others
    whole = {one.item for one in deliveries if one.pages is None}
    assert whole == {place for place, fate in enumerate(fates) if fate.word == DELIVERED}
    assert len({one.path.casefold() for one in deliveries}) == len(deliveries)
    pages = Counter((one.item, page) for one in deliveries for page in one.pages or ())
    assert all(count == 1 for count in pages.values())
    assert {item for item, _ in pages} <= {place for place, fate in enumerate(fates) if fate.word == SPLIT}


def _typed(one: Disagreement) -> object:
    """What was expected, as the value that it is, so that people read it in their own way."""
    if one.what == "date":
        return dt.date.fromisoformat(one.expected)
    return Money(one.expected) if one.what == "amount" else one.expected


def _type_words(desk: _Desk, type_name: str) -> object:
    """What a file is, in the reader's words; «JPG» is one in all languages."""
    text = f"files.type.{type_name or 'unknown'}"
    return desk.catalog.texts.get(text, type_name.upper())


def _runs(pages: Iterable[int]) -> list[str]:
    """Pages as people count them: `3–5`, `9`."""
    runs: list[list[int]] = []
    for page in sorted(pages):
        if runs and runs[-1][1] == page - 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return [f"{first + 1}–{last + 1}" if first != last else str(first + 1) for first, last in runs]
