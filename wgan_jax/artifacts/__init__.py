"""What a run leaves on disk: folder, checkpoints, logs, pictures, summary and report.

Host side only: numpy in, files out. Nothing here computes with jax or knows how
training works. What is slow to import is imported by the function that needs it:
matplotlib takes 1.0 s, jax .9 s.
"""
