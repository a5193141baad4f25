"""How good samples are: real ones beside them, floors, metrics, and what they say."""
