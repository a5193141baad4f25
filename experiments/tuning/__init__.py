"""Which settings of a member are best on a board, and which of them are defaults."""
