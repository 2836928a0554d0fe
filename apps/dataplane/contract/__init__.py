"""All that the control plane and a site know of each other. Fields are added, never renamed or removed."""
