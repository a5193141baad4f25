"""The theory behind the family, as experiments that one command repeats.

    python -m experiments.theory all

Every module is one experiment: a question, what it measures, and the numbers that must
come out. `README.md` beside this file tells the story.
"""
