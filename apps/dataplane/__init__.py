"""What runs at the client: no Django, no database of ours. Others may import `contract`, nothing deeper."""
