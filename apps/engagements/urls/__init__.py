"""The addresses of clients, of engagements and of what is written down on them."""
