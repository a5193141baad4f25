"""Trains the small classifiers whose hidden layers serve as features of images."""
