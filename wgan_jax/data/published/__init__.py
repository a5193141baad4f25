"""Published image sets: finding, downloading, checking, preparing and caching them.

Nothing here knows networks or training; `data.registry` lists the sets.
"""
