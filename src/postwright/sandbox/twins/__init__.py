"""One module or folder a platform, written from the vendor's documents and not from the adapter."""
