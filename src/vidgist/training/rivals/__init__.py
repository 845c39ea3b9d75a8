"""Published methods to compare with that learn, one a file."""
