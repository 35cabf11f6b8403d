"""From a delivery to one with new numbers, its plan and its import files."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from momentsheet.errors import UsageError
from momentsheet.output import Folder
from momentsheet.pipeline.conversion import Conversion, write_conversion, written_lines
from momentsheet.pipeline.delivery import (
    NOTHING_BEFORE,
    Before,
    Progress,
    answers_of,
    calendar_day,
    check_files,
    checked_stem,
    no_progress,
    plan_in,
    read_all,
    read_one,
    refuse_touched,
)

if TYPE_CHECKING:
    from momentsheet.checking import NumberedDelivery
    from momentsheet.model.answers import Answer
    from momentsheet.model.catalog import Catalog, Company
    from momentsheet.model.numbering import Note, Obstacle, Plan, TakenNumber
    from momentsheet.model.workbook import Workbook


@dataclass(frozen=True, slots=True)
class NumberWish:
    """What shall become of the numbers: by a plan, for an accounting system, or as the customer's own map says."""

    plan: Path | None = None
    system: str | None = None
    is_map: bool = False
    taken: tuple[str, ...] = ()  # [ENTITY=]FILE
    allowed: tuple[str, ...] = ()  # entities that may get new numbers though theirs have been issued
    is_back: bool = False

    def lists(self, catalog: Catalog) -> tuple[tuple[str | None, Path], ...]:
        """The lists of taken numbers: whose numbers they hold, if that is said, and where they lie."""
        from momentsheet.catalog import numbered_fields

        return tuple(_taken_list(said, numbered_fields(catalog)) for said in self.taken)


@dataclass(frozen=True, slots=True)
class Renumbering:
    """What `renumber` did: with obstacles, nothing."""

    catalog: Catalog
    language: str
    obstacles: tuple[Obstacle, ...] = ()
    plan: Plan | None = None
    notes: tuple[Note, ...] = ()
    conversion: Conversion | None = None
    is_back: bool = False
    files: tuple[tuple[str, bytes, Workbook], ...] = ()  # as they came, with the new numbers in them
    answers: tuple[Answer, ...] = ()  # those of the workbooks, about the new numbers


def renumber_delivery(
    paths: Sequence[Path],
    output: Path,
    catalog: Catalog,
    wish: NumberWish,
    formats: Sequence[str] = (),
    *,
    today: dt.date | None = None,
    language: str | None = None,
    progress: Progress = no_progress,
    before: Before = NOTHING_BEFORE,
) -> Renumbering:
    """Give a delivery new numbers, prove it, and write workbooks, plan, map and import files, all or nothing.

    UsageError with every reason why there can be no such numbers. Obstacles in the workbooks are no exception: they
    are told, and nothing is written.
    """
    from momentsheet.catalog import dump_plan
    from momentsheet.converting import find_format
    from momentsheet.reporting import number_map, number_map_csv
    from momentsheet.workbook import make_number_map

    today = today or calendar_day()
    formats = tuple(formats) or tuple(catalog.formats)
    for name in formats:
        find_format(name, catalog)
    inputs = [*paths, *([wish.plan] if wish.plan is not None else []), *(path for _, path in wish.lists(catalog))]
    with Folder(output, inputs) as folder:
        files = read_all(paths, progress, 0.3)
        progress("numbers", 0.3)
        done = renumber_files(files, catalog, wish, today=today, language=language, before=before)
        if done.plan is None:
            return done
        _refuse_losing(output / "plan.yaml", done.plan, wish, catalog)
        progress("write", 0.4)
        written: list[tuple[str, bytes, Workbook]] = []
        for _, data, workbook in done.files:
            name = folder.free_name(checked_stem(workbook.name), ".renumbered.xlsx")
            folder.write(name, data)
            written.append((str(output / name), data, dataclasses.replace(workbook, name=name)))
        # The old numbers need not fit the new system.
        catalog = catalog if wish.is_back else _with_system(catalog, done.plan.system)
        catalog = _with_samples(catalog, done.plan.reversed() if wish.is_back else done.plan)
        checked = check_files(written, catalog, today, language, progress, before, done.answers)
        conversion = write_conversion(folder, checked, formats, "block", "error", progress)
        page = number_map(done.plan, done.notes, checked.catalog, checked.language)
        # Also over the plan that was given, if it lies there: it holds all of it.
        folder.write("plan.yaml", dump_plan(done.plan, checked.catalog, checked.language))
        folder.write("number-map.xlsx", make_number_map(page))
        folder.write("number-map.csv", number_map_csv(page))
        refuse_touched(files)
        conversion = dataclasses.replace(conversion, written=folder.commit())
    progress("done", 1.0)
    return dataclasses.replace(done, catalog=checked.catalog, language=checked.language, conversion=conversion)


def renumber_files(
    files: Sequence[tuple[str, bytes, Workbook]],
    catalog: Catalog,
    wish: NumberWish,
    *,
    today: dt.date,
    language: str | None = None,
    before: Before = NOTHING_BEFORE,
) -> Renumbering:
    """New numbers for workbooks that have been read, proved. Nothing is written.

    UsageError with every reason why there can be no such numbers.
    """
    from momentsheet.catalog import numbered_fields
    from momentsheet.checking import dangling, prove, read_numbers, renumber
    from momentsheet.numbering import renamed
    from momentsheet.workbook import read_workbook, rewrite

    fields = {name: field for name, field in numbered_fields(catalog).items() if name in catalog.entities}
    _refuse_unknown(wish.allowed, fields, "--allow")
    earlier = plan_in(wish.plan, catalog) if wish.plan is not None else None
    language = language or catalog.company.language
    workbooks = [workbook for _, _, workbook in files]
    answers = answers_of(before.mappings, workbooks, catalog)
    delivery = read_numbers(workbooks, catalog, today, fields, answers)
    _refuse_other_plan(earlier, delivery.company)
    if obstacles := (*delivery.obstacles, *dangling(delivery, _known_keys(earlier))):
        return Renumbering(catalog, language, obstacles)
    plan, notes = _plan_for(delivery, wish, earlier, today)
    applied = plan.reversed() if wish.is_back else plan
    _refuse_defaults(applied, delivery)
    notes = (*notes, *_notes_of_samples(catalog, applied))

    def rename(file_name: str, entity: str, number: str | None) -> str:
        return renamed(file_name, applied, entity, number)

    renumbered = renumber(delivery, applied, rename, language, is_back=wish.is_back)
    written = []
    for path, data, workbook in files:
        new = rewrite(data, workbook, renumbered.edits.get(workbook.name, {}))
        written.append((path, new, read_workbook(new, workbook.name)))
    answers = tuple(_about_new_numbers(answer, applied, delivery) for answer in answers)
    after = read_numbers([workbook for _, _, workbook in written], catalog, today, fields, answers)
    prove(delivery, after, applied, rename, is_back=wish.is_back)
    return Renumbering(
        catalog,
        language,
        plan=plan,
        notes=(*notes, *renumbered.notes),
        is_back=wish.is_back,
        files=tuple(written),
        answers=answers,
    )


def renumbered_lines(renumbering: Renumbering, output: Path) -> tuple[str, ...]:
    """What became of the numbers, and where everything lies."""
    from momentsheet import reporting

    catalog, language = renumbering.catalog, renumbering.language
    if renumbering.plan is None or renumbering.conversion is None:
        return reporting.obstacle_lines(renumbering.obstacles, catalog, language)
    told = reporting.renumbered_lines(
        renumbering.plan, renumbering.notes, catalog, language, is_back=renumbering.is_back
    )
    return (*told, *written_lines(renumbering.conversion, output))


def renumbering_json(renumbering: Renumbering) -> str:
    """What became of the numbers, for programs."""
    from momentsheet import reporting

    written = renumbering.conversion.written if renumbering.conversion is not None else ()
    return reporting.renumbering_json(
        renumbering.plan, renumbering.notes, renumbering.obstacles, written, renumbering.catalog, renumbering.language
    )


# Private functions


def _refuse_unknown(names: Sequence[str], known: Iterable[str], option: str) -> None:
    for name in names:
        if name not in known:
            raise UsageError(f"{option} {name}: what has numbers of a series is {', '.join(known)}")


def _taken_list(said: str, fields: Mapping[str, str]) -> tuple[str | None, Path]:
    """[ENTITY=]FILE as entity and path; a file may have a `=` in its name."""
    entity, sign, rest = said.partition("=")
    if not sign or (entity not in fields and Path(said).exists()):
        return None, Path(said)
    _refuse_unknown([entity], fields, "--taken")
    return entity, Path(rest)


def _refuse_other_plan(plan: Plan | None, company: Company) -> None:
    """A plan knows the numbers of one company only."""
    mine = company.code or company.name
    if plan is not None and plan.company and mine and plan.company != mine:
        raise UsageError(f"{plan.file} is the number plan of `{plan.company}`; these workbooks are of `{mine}`")


def _known_keys(plan: Plan | None) -> Mapping[str, frozenset[str]]:
    """Entity -> every number that the plan knows, old or new."""
    from momentsheet.model.numbering import number_key

    entities = plan.entities if plan is not None else {}
    return {
        name: frozenset(number_key(number) for pair in part.pairs for number in (pair.old, pair.new))
        for name, part in entities.items()
    }


def _with_system(catalog: Catalog, system: str) -> Catalog:
    """The catalog of a company with that accounting system, whatever its own sheet says."""
    company = catalog.company
    given = company.given | {"accounting_system"}
    return dataclasses.replace(catalog, company=dataclasses.replace(company, accounting_system=system, given=given))


def _with_samples(catalog: Catalog, plan: Plan) -> Catalog:
    """The catalog with the samples that the company file asks for, by their new numbers."""
    from momentsheet.model.numbering import number_key

    samples = {
        name: tuple(plan.new_of(name).get(number_key(key), key) for key in keys)
        for name, keys in catalog.company.samples.items()
    }
    return dataclasses.replace(catalog, company=dataclasses.replace(catalog.company, samples=samples))


def _plan_for(
    delivery: NumberedDelivery,
    wish: NumberWish,
    earlier: Plan | None,
    today: dt.date,
) -> tuple[Plan, tuple[Note, ...]]:
    """The plan for this delivery, and what a person must know of it; UsageError with all that makes it impossible."""
    from momentsheet.catalog import find_system, misfits, series_of
    from momentsheet.model.numbering import EntityPlan, Note, Pair, Plan, number_key
    from momentsheet.numbering import Asked, propose

    catalog, company = delivery.catalog, delivery.company
    name = wish.system or (earlier.system if earlier is not None else company.accounting_system)
    system = find_system(catalog, name)
    taken = _taken(delivery, wish.lists(catalog), today)
    issued = {entity for entity in delivery.numbered if not _may_change(entity, catalog)}
    asked = []
    for entity, numbered in delivery.numbered.items():
        path = f"{entity}.{numbered.field}"
        decided = EntityPlan()
        if earlier is not None and entity in earlier.entities:
            decided = earlier.reversed().entities[entity] if wish.is_back else earlier.entities[entity]
        elif wish.is_map:
            pairs = (Pair(old, new, "map", numbered.names.get(old, "")) for old, new in numbered.mapped)
            decided = EntityPlan(tuple(pairs))
        asked.append(
            Asked(
                numbered,
                series_of(catalog.company, system, path),
                misfits(catalog, system, path),
                taken.get(entity, {}),
                decided,
                is_allowed=entity not in issued or entity in wish.allowed,
                is_open=not wish.is_map and not wish.is_back,
                is_map=wish.is_map,
            )
        )
    proposal = propose(asked)
    if proposal.problems:
        raise UsageError("\n".join(proposal.problems))
    notes = list(proposal.notes)
    for entity, part in earlier.entities.items() if earlier is not None else ():
        mine = delivery.numbered.get(entity)
        here = {number_key(one) for one in (*mine.names, *mine.named.values())} if mine is not None else set()
        absent = sum(number_key(pair.old) not in here and number_key(pair.new) not in here for pair in part.pairs)
        if absent:
            notes.append(Note("absent", {"entity": entity, "count": absent}))
    if earlier is not None and (wish.is_back or proposal.entities == earlier.entities):
        return earlier, tuple(notes)
    for entity, part in proposal.entities.items():
        said = catalog.company.next_numbers.get(f"{entity}.{delivery.numbered[entity].field}")
        if part.next_is and said is not None and number_key(said) == number_key(part.next_was):
            notes.append(Note("next_in_file", {"entity": entity, "number": part.next_is, "before": said}))
    entities = {**(earlier.entities if earlier is not None else {}), **proposal.entities}
    return Plan(company.code or company.name, system.name, today, entities), tuple(notes)


def _may_change(entity: str, catalog: Catalog) -> bool:
    """Whether the customer's own map may hold numbers of the entity; others have been issued and need permission."""
    for one in (*catalog.entities.values(), *catalog.out_of_scope.values()):
        for rule in one.rules:
            if rule.check == "replaced":
                listed = catalog.code_lists[one.field(rule.fields[2]).list or ""]
                return entity in {code.code for code in listed.codes}
    return True


def _taken(
    delivery: NumberedDelivery, lists: Sequence[tuple[str | None, Path]], today: dt.date
) -> Mapping[str, Mapping[str, TakenNumber]]:
    """Entity -> the numbers that the lists say are in use elsewhere."""
    from momentsheet.checking import taken_numbers

    taken: dict[str, dict[str, TakenNumber]] = {}
    fields = {name: numbered.field for name, numbered in delivery.numbered.items()}
    for entity, path in lists:
        _, _, workbook = read_one(path, path.name)
        found = taken_numbers(workbook, delivery.catalog, today, fields, entity)
        if not any(found.values()):
            like = f"{next(iter(fields), 'entity')}={path}"
            said = "it holds no numbers" if entity else f"say whose numbers it holds, as in --taken {like}"
            raise UsageError(f"--taken {path}: {said}")
        for name, numbers in found.items():
            taken.setdefault(name, {}).update(numbers)
    return taken


def _refuse_losing(path: Path, plan: Plan, wish: NumberWish, catalog: Catalog) -> None:
    """A plan of an earlier run alone knows what its numbers were: one that knows less cannot replace it."""
    from momentsheet.model.numbering import number_key

    if not path.exists() or (wish.plan is not None and wish.plan.resolve() == path.resolve()):
        return
    for entity, part in plan_in(path, catalog).entities.items():
        known = {number_key(pair.old) for pair in plan.entities[entity].pairs} if entity in plan.entities else set()
        if any(pair.is_changed and number_key(pair.old) not in known for pair in part.pairs):
            raise UsageError(
                f"{path} knows old numbers that would be lost; give it with --plan, or name another folder"
            )


def _about_new_numbers(answer: Answer, plan: Plan, delivery: NumberedDelivery) -> Answer:
    """The same answer with new numbers in the place of old ones: «K-17 is K-2» must go on being so."""
    from momentsheet.model.numbering import number_key

    entity = delivery.catalog.entities.get(answer.entity)
    if entity is None or not answer.field:
        return answer
    named = {answer.entity} if entity.key == (answer.field,) else set()
    named |= {reference.entity for name, reference in entity.references if name == answer.field}
    new_of = {old: new for name in named for old, new in plan.new_of(name).items()}
    return dataclasses.replace(
        answer,
        value=new_of.get(number_key(answer.value), answer.value),
        to=new_of.get(number_key(answer.to), answer.to),
    )


def _notes_of_samples(catalog: Catalog, plan: Plan) -> Iterator[Note]:
    """The samples in the company file are called by old numbers: only a person can change it."""
    from momentsheet.model.numbering import Note, number_key

    for name, keys in catalog.company.samples.items():
        pairs = [(key, plan.new_of(name)[number_key(key)]) for key in keys if number_key(key) in plan.new_of(name)]
        if pairs:
            shown = ", ".join(f"{old} → {new}" for old, new in pairs)
            yield Note("samples_in_file", {"entity": name, "pairs": shown})


def _refuse_defaults(plan: Plan, delivery: NumberedDelivery) -> None:
    """A default of the company file that names an old number would bring it back into every blank cell."""
    from momentsheet.model.numbering import number_key

    wrong = []
    for path, text in delivery.catalog.company.defaults.items():
        name, _, field = path.partition(".")
        entity = delivery.catalog.entities.get(name)
        for column, reference in entity.references if entity is not None else ():
            new = plan.new_of(reference.entity).get(number_key(text)) if column == field else None
            if new is not None:
                wrong.append(f"the company file has the default {path}: {text}, which becomes {new}; change it there")
    if wrong:
        raise UsageError("\n".join(wrong))
