"""Invented people, places and customers: the lists that the example office is composed of."""

FIRST_NAMES = (
    "Åse", "Bjørn", "Sølvi", "Håkon", "Tærje", "Ingvild", "Øyvind", "Ragnhild", "Snorre", "Målfrid", "Eirik",
    "Solbjørg", "Jørgen", "Aslaug", "Vebjørn", "Gry", "Torgeir", "Liv", "Sindre", "Borghild", "Pål", "Synnøve",
    "Amund", "Hedda", "Kåre", "Tuva", "Steinar", "Marit", "Odd", "Ylva", "Kjetil", "Brita", "Even", "Sunniva",
    "Gaute", "Torunn", "Leif", "Astri", "Roar", "Vårin", "Trygve", "Jorunn", "Espen", "Dagny", "Halvard", "Signe",
    "Njål", "Embla",
)  # fmt: skip
LAST_NAMES = (
    "Sjøgløtt", "Øyfjell", "Bråtåsen", "Lyngvær", "Tindestad", "Kvitmyr", "Havnesund", "Åsengård", "Storlia",
    "Myrvåg", "Brekkhaug", "Fossnøkk", "Vårdal", "Nesøyli", "Granåsen", "Hestvik", "Klokkerud", "Skjærlund",
    "Ravnåsen", "Bergtun", "Løvbakk", "Sandnøkk", "Furumo", "Holmskår", "Ørnefjell", "Rognvik", "Steinsvåg",
    "Tjernås", "Uvdåsen", "Vinjebø", "Alvestuen", "Dalgløtt", "Eikhaug", "Grindåsen", "Isfjellmo", "Jordbærli",
    "Kråkevik", "Moldskred", "Nøkkebø", "Oterholm",
)  # fmt: skip
PLACES = (
    "Fjordgløtt", "Nordgløtt", "Lysvågen", "Brattøya", "Havskår", "Storlia", "Kvitneset", "Ulvmyra", "Tindvik",
    "Åsgløtt", "Sandbrygga", "Myrøya", "Vårneset", "Granvåg", "Skjærgløtt", "Rognli", "Ørnevik", "Dalskår",
    "Bjørkøya", "Solneset", "Oterstrand", "Krakvåg", "Elvegløtt", "Steinøya", "Høglia",
)  # fmt: skip
STREETS = (
    "Gløttveien", "Bryggegata", "Nøkkerosestien", "Øvre Tindvei", "Lyngbakken", "Naustvegen", "Fyrlyktgata",
    "Tørrfiskveien", "Skjærgata", "Rabarbrastien", "Måkeveien", "Kvernhusbakken",
)  # fmt: skip
POST_TOWNS = (
    ("0099", "Fjordgløtt"), ("0098", "Nordgløtt"), ("1899", "Lysvågen"), ("2999", "Granvåg"), ("3999", "Tindvik"),
    ("4999", "Havskår"), ("5999", "Brattøya"), ("6999", "Ørnevik"), ("7999", "Steinøya"), ("9999", "Kvitneset"),
)  # fmt: skip
BRANCHES = (
    "Eiendom", "Bygg", "Bolig", "Utvikling", "Borettslag", "Sameie", "Entreprenør", "Idrettslag", "Hotell",
    "Næringspark", "Brygge", "Barnehage",
)  # fmt: skip
WITHOUT_SUFFIX = ("Borettslag", "Sameie", "Idrettslag")
FOREIGN = (
    # country as people write it, e-mail ending, towns with postal code, streets, company endings
    ("Sverige", "se.example", (("123 45", "Ljusvik"), ("987 65", "Åsby")), ("Ljusvägen", "Åsgatan"), ("AB",)),
    ("Danmark", "dk.example", (("9999", "Lysby"), ("9998", "Ørby")), ("Lysgade", "Ørstien"), ("ApS", "A/S")),
    ("Tyskland", "de.example", (("99998", "Lichtau"),), ("Lichtweg", "Brückenstraße"), ("GmbH",)),
    ("Storbritannia", "uk.example", (("ZZ9 9ZZ", "Lightwick"),), ("Light Lane",), ("Ltd", "LLP")),
    ("Finland", "fi.example", (("99997", "Valola"),), ("Valokuja",), ("Oy",)),
    ("Nederland", "nl.example", (("9999 ZZ", "Lichtdam"),), ("Lichtgracht",), ("B.V.",)),
)
FOREIGN_NAMES = (
    "Nordljus Fastigheter", "Vik & Måne", "Lysning Ejendomme", "Tårnby Værft", "Lichtung Architekturbedarf",
    "Grünwerk Möbel", "Lighthouse & Daughters", "Harbour Nine", "Valo Rakennus", "Dijkzicht Vastgoed", "Skärgårdsbad",
    "Ljusbryggan", "Åbrinken Bolig", "Sternwarte Invest", "Quayside Studio", "Kuutamo Tilat", "Polderlicht",
    "Östanvind",
)  # fmt: skip
FOREIGN_PEOPLE = (
    "Maja Lindström", "Søren Ørbæk", "Jürgen Großmann", "Edith Lightbody", "Väinö Kuutamo", "Anneke van Dijkzicht",
    "Åke Månsson", "Kirsten Lysholm", "Lena Grünwald", "Rhys Harbour",
)  # fmt: skip

BUILDINGS = (
    "Bibliotek", "Skole", "Barnehage", "Svømmehall", "Kulturhus", "Rekkehus", "Hyttefelt", "Kontorbygg", "Sykehjem",
    "Brygge", "Gangbru", "Kirke", "Låve", "Fiskemottak", "Hotell", "Idrettshall", "Boligtårn", "Naust", "Verksted",
    "Museum",
)  # fmt: skip
KINDS_OF_WORK = (
    "nybygg", "rehabilitering", "tilbygg", "mulighetsstudie", "innredning", "fasade", "reguleringsplan", "ombygging",
)  # fmt: skip
PHASES = (
    "Skisseprosjekt", "Forprosjekt", "Rammesøknad", "Detaljprosjekt", "Oppfølging i byggetid", "Ferdigattest",
)  # fmt: skip
TASKS = {
    "Skisseprosjekt": ("Skisser til alternativ A", "Volumstudie", "Befaring på tomten", "Møte om romprogrammet"),
    "Forprosjekt": ("Planløsning, 2. etasje", "Koordinering med RIB", "Snitt og fasader", "Arealberegning"),
    "Rammesøknad": ("Nabovarsel", "Redegjørelse til kommunen", "Tegninger til søknaden", "Svar på merknader"),
    "Detaljprosjekt": ("Dørskjema", "Detalj av gesims", "Beskrivelse, «yttervegger»", "Kollisjonskontroll; RIV"),
    "Oppfølging i byggetid": ("Byggemøte", "Svar på spørsmål fra plassen", "Befaring med entreprenøren", "Avvik nr. 4"),
    "Ferdigattest": ("FDV-dokumentasjon", "Sluttkontroll", "Søknad om ferdigattest"),
    "Møter": ("Mandagsmøte", "Fagmøte", "Personalmøte"),
    "Kompetanse": ("Kurs i trebygg", "Opplæring i ny programvare", "Foredrag om ombruk"),
    "Administrasjon": ("Timeføring og post", "Tilbudsarbeid", "Orden i arkivet"),
}  # fmt: skip
DEPARTMENTS = ("Arkitektur", "Interiør", "Landskap", "Byggeledelse", "Administrasjon")
TITLES = {
    "Arkitektur": ("Sivilarkitekt", "Arkitekt", "Prosjekteringsleder", "BIM-koordinator"),
    "Interiør": ("Interiørarkitekt",),
    "Landskap": ("Landskapsarkitekt",),
    "Byggeledelse": ("Byggeleder", "Prosjektleder"),
    "Administrasjon": ("Daglig leder", "Økonomiansvarlig", "Kontorleder"),
}
JOB_TITLES = ("Daglig leder", "Prosjektsjef", "Eiendomssjef", "Styreleder", "Innkjøper", "Byggherreombud", "Rektor")
TAGS = ("Skole", "Bolig", "Kultur", "Næring", "Offentlig", "Tre", "Ombruk", "Marked: Vest", "Marked: Nord")
