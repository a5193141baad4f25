"""Where published data come from: looked for, downloaded, checked, prepared, cached.

Nothing here knows networks or training; `data.registry` names what can be had.
"""
