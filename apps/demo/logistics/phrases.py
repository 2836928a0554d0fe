"""What the freight firm's exceptions are made of: their causes, and how drivers write of them in two languages."""

CAUSES: dict[str, dict[str, tuple[str, ...]]] = {
    "not-at-home": {
        "en": ("nobody answered the bell twice", "recipient away, neighbour would not sign", "office closed for lunch", "card left in the letter box", "no answer on the intercom"),
        "de": ("niemand hat geöffnet", "Empfänger abwesend, Nachbar nimmt nichts an", "Büro über Mittag geschlossen", "Karte im Briefkasten hinterlassen"),
    },
    "wrong-address": {
        "en": ("house number does not exist", "street name belongs to another town", "recipient moved away last year", "postcode and city disagree", "no such company in the building"),
        "de": ("Hausnummer gibt es nicht", "Straße liegt in einem anderen Ort", "Empfänger ist umgezogen", "Postleitzahl und Ort passen nicht zusammen"),
    },
    "late": {
        "en": ("lorry stuck on the motorway for hours", "missed the night transfer", "route overbooked, moved to tomorrow", "snow on the pass", "depot opened two hours behind plan"),
        "de": ("Lastwagen stand stundenlang im Stau", "Nachtumschlag verpasst", "Tour überbucht, auf morgen verschoben", "Schnee auf dem Pass"),
    },
    "damaged": {
        "en": ("carton crushed at one corner", "pallet tipped over in the trailer", "liquid leaking from the parcel", "glass rattling inside", "wrapping torn open"),
        "de": ("Karton an einer Ecke eingedrückt", "Palette im Anhänger umgekippt", "Flüssigkeit läuft aus dem Paket", "Verpackung aufgerissen"),
    },
    "refused": {
        "en": ("customer refuses to accept, ordered twice", "goods-in rejects without a booking", "recipient will not pay the cash on delivery"),
        "de": ("Kunde verweigert die Annahme", "Wareneingang lehnt ohne Anmeldung ab", "Empfänger zahlt die Nachnahme nicht"),
    },
    "customs-hold": {
        "en": ("commercial invoice missing at the border", "tariff number disputed", "held for a veterinary check"),
        "de": ("Handelsrechnung fehlt an der Grenze", "Zolltarifnummer wird bestritten", "wartet auf die Veterinärkontrolle"),
    },
    "lost": {
        "en": ("not found in three depots", "last scan a week ago, search opened"),
        "de": ("in drei Depots nicht auffindbar", "letzter Scan vor einer Woche, Suche eröffnet"),
    },
}  # fmt: skip
WEIGHTS = {
    "not-at-home": 38, "wrong-address": 20, "late": 18, "damaged": 12, "refused": 6, "customs-hold": 4, "lost": 2,
}  # fmt: skip
OPENINGS = {
    "en": ("Stop {0}.", "Delivery failed: {0}.", "Driver says {0}.", "Exception: {0}."),
    "de": ("Zustellung gescheitert: {0}.", "Fahrer meldet: {0}.", "Störung: {0}."),
}  # fmt: skip
CLOSINGS = {
    "en": ("Parcel {code}.", "Attempt after {number} minutes.", "Call {contact}", ""),
    "de": ("Sendung {code}.", "Versuch nach {number} Minuten.", "Rückruf {contact}", ""),
}  # fmt: skip
JOINTS = {"en": ", besides ", "de": ", außerdem "}
DEPOTS = ("north", "harbour", "airport", "south")
