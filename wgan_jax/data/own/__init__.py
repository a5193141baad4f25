"""Data of the user's own: a folder of images, an array file, a prepared TFDS dataset.

The other half of `published`, with the same result: a `Dataset` in memory. Nothing here
is trusted: sizes are known before anything is read, only regular files are opened, and
what cannot be read is named. `load` alone chooses between the kinds of sources.
"""
