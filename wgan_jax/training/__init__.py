"""What the devices compute: recipes, states, updates, steps and dispatches.

All of it is pure. Nothing here reads a file or the clock, or asks which devices there
are: a step sees the mapped axis that it runs under, and no more.
"""
