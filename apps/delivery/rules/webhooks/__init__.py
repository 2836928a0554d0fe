"""Pure decisions about webhooks: what they are told, where they may lead, how they sign, when they try again."""
