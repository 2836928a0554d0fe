"""What the insurer's mail is made of: its categories, and how people write about them in two languages."""

CATEGORIES: dict[str, dict[str, tuple[str, ...]]] = {
    "motor-claim": {
        "en": ("a scratch along my car from the car park", "a collision at the roundabout this morning", "my windscreen, which a stone has cracked", "a rear-end crash on the ring road", "the theft of my motorbike", "hail dents all over the bonnet"),
        "fr": ("une rayure sur ma voiture au parking", "une collision au rond-point ce matin", "mon pare-brise fissuré par un caillou", "le vol de ma moto", "la grêle sur le capot"),
    },
    "property-claim": {
        "en": ("a burst pipe under the kitchen sink", "storm damage to our roof", "a break-in through the cellar window", "smoke damage after a small fire", "a flooded basement", "a broken balcony door"),
        "fr": ("une fuite d'eau sous l'évier", "des tuiles arrachées par la tempête", "un cambriolage par la fenêtre de la cave", "une cave inondée", "des traces de fumée après un petit incendie"),
    },
    "health-claim": {
        "en": ("my dentist's bill", "physiotherapy after the operation", "new glasses for my daughter", "a night in hospital", "the pharmacy receipts of last month", "an ambulance ride"),
        "fr": ("la facture de mon dentiste", "la physiothérapie après l'opération", "les lunettes de ma fille", "une nuit à l'hôpital", "les reçus de la pharmacie"),
    },
    "claim-status": {
        "en": ("where my file stands", "when I can expect the payment", "whether the expert has reported yet", "why nobody has answered since March", "the progress of the case I opened"),
        "fr": ("l'état de mon dossier", "la date du versement", "le rapport de l'expert que j'attends", "l'avancement du cas que j'ai ouvert"),
    },
    "missing-document": {
        "en": ("the police report you asked for, attached", "the signed form, which I forgot", "the photographs you were missing", "the repair estimate as a scan", "the bank details you requested"),
        "fr": ("le constat demandé, en annexe", "le formulaire signé que j'avais oublié", "les photos qui manquaient", "le devis de réparation numérisé", "les coordonnées bancaires demandées"),
    },
    "policy-change": {
        "en": ("our new address from next month", "a second driver for the family car", "a lower excess on the household cover", "ending the contract at the end of the year", "cover for a holiday flat"),
        "fr": ("notre nouvelle adresse dès le mois prochain", "un deuxième conducteur pour la voiture familiale", "une franchise plus basse", "la résiliation du contrat en fin d'année"),
    },
    "travel-claim": {
        "en": ("a suitcase lost on the flight home", "a cancelled trip because of illness", "a missed connection and the hotel", "a phone stolen on the beach"),
        "fr": ("une valise perdue au retour", "un voyage annulé pour maladie", "une correspondance manquée et l'hôtel"),
    },
    "complaint": {
        "en": ("how rudely I was treated on the telephone", "a decision that I find unfair", "being sent from one desk to another"),
        "fr": ("un accueil téléphonique désagréable", "une décision que je trouve injuste"),
    },
}  # fmt: skip
WEIGHTS = {
    "motor-claim": 30, "property-claim": 18, "health-claim": 17, "claim-status": 14, "missing-document": 10,
    "policy-change": 6, "travel-claim": 3, "complaint": 2,
}  # fmt: skip
OPENINGS = {
    "en": ("Good morning, I am writing about {0}.", "Dear team, this is about {0}.", "Hello, it concerns {0}.", "Please look at {0}."),
    "fr": ("Bonjour, je vous écris au sujet de {0}.", "Madame, Monsieur, cela concerne {0}.", "Bonjour, merci de traiter {0}."),
}  # fmt: skip
CLOSINGS = {
    "en": ("My policy is {code}. Kind regards", "Reference {code}, {contact}", "It happened {number} days ago. Thank you.", "Best wishes", "Sent from my phone"),
    "fr": ("Ma police : {code}. Cordialement", "Référence {code}, {contact}", "Il y a {number} jours. Merci d'avance.", "Meilleures salutations"),
}  # fmt: skip
JOINTS = {"en": ", and also about ", "fr": ", et aussi "}
CHANNELS = ("web form", "e-mail", "app")
