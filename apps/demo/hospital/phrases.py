"""What the demo's referral letters are made of: departments, and how their complaints sound in two languages."""

DEPARTMENTS: dict[str, dict[str, tuple[str, ...]]] = {
    "cardiology": {
        "en": ("chest pain on exertion", "palpitations at night", "shortness of breath climbing stairs", "swollen ankles and fatigue", "an irregular pulse on the home monitor", "a murmur heard at the check-up", "fainting after standing up"),
        "es": ("dolor torácico al caminar", "palpitaciones nocturnas", "falta de aire al subir escaleras", "tobillos hinchados y cansancio", "pulso irregular"),
    },
    "orthopaedics": {
        "en": ("knee pain after a fall", "a stiff shoulder for three months", "lower back pain going down the leg", "a hip that clicks and hurts on stairs", "wrist swelling after sport", "a possible meniscus tear", "foot pain when standing"),
        "es": ("dolor de rodilla tras una caída", "hombro rígido desde hace meses", "dolor lumbar que baja a la pierna", "muñeca hinchada"),
    },
    "dermatology": {
        "en": ("a mole that changed colour", "an itching rash on both arms", "eczema not responding to cream", "a slow growing skin lesion", "hair loss in patches", "red scaly plaques on the elbows"),
        "es": ("un lunar que cambió de color", "erupción con picor en los brazos", "eccema que no mejora", "placas rojas en los codos"),
    },
    "neurology": {
        "en": ("daily headaches with visual aura", "numbness in the left hand", "a tremor at rest", "memory lapses noticed by the family", "two seizures this month", "dizziness and unsteady gait", "pain shooting down the leg"),
        "es": ("dolor de cabeza diario con aura", "hormigueo en la mano izquierda", "temblor en reposo", "mareos y marcha inestable"),
    },
    "gastroenterology": {
        "en": ("heartburn despite treatment", "blood in the stool", "weight loss and abdominal pain", "alternating constipation and diarrhoea", "difficulty swallowing solids", "raised liver values"),
        "es": ("acidez pese al tratamiento", "sangre en las heces", "pérdida de peso y dolor abdominal", "dificultad para tragar"),
    },
    "ophthalmology": {
        "en": ("blurred vision in the right eye", "flashes and floaters since Monday", "a painful red eye", "double vision when reading", "cataract affecting driving"),
        "es": ("visión borrosa en el ojo derecho", "destellos y moscas volantes", "ojo rojo y doloroso"),
    },
    "endocrinology": {
        "en": ("poorly controlled blood sugar", "a thyroid nodule", "unexplained weight gain and fatigue", "excessive thirst for weeks", "raised calcium on two tests"),
        "es": ("azúcar mal controlado", "nódulo tiroideo", "sed excesiva desde hace semanas"),
    },
    "paediatrics": {
        "en": ("a toddler with recurrent ear infections", "a child not gaining weight", "wheezing in a four year old", "a school child with stomach aches"),
        "es": ("niño con otitis repetidas", "niña que no gana peso"),
    },
}  # fmt: skip
WEIGHTS = {
    "cardiology": 22, "orthopaedics": 24, "dermatology": 15, "neurology": 14, "gastroenterology": 11,
    "ophthalmology": 7, "endocrinology": 5, "paediatrics": 2,
}  # fmt: skip
OPENINGS = {
    "en": ("Dear colleague, please see this patient with {0}.", "Thank you for seeing this patient, who reports {0}.", "Referral: {0}.", "Kindly assess {0}.", "I would be grateful for your opinion on {0}."),
    "es": ("Estimado colega, le remito a este paciente por {0}.", "Ruego valoración por {0}.", "Derivación: {0}."),
}  # fmt: skip
CLOSINGS = {
    "en": ("Symptoms for {number} weeks. No relevant history.", "Seen twice in the practice in {number} weeks; bloods attached.", "Known hypertension, on treatment. Onset {number} weeks ago.", "Ex-smoker. Worse in the last {number} weeks.", "The patient can be reached at {contact}.", "Insurance number {code}.", ""),
    "es": ("Evolución de {number} semanas.", "Antecedentes sin interés; {number} semanas de evolución.", "Contacto: {contact}.", ""),
}  # fmt: skip
JOINTS = {"en": " and also ", "es": " y además "}
CHANNELS = ("e-referral", "fax", "post")
