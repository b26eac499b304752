"""What may be used beyond mail: protocols by accounts and lists, features by organisations."""
