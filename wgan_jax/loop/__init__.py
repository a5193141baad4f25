"""The life of one run: open or resume, compile, drive, log, save, end.

The only package with side effects. What a step computes is decided in `training`, how
devices and hosts agree in `parallel`, and what files look like in `artifacts`.
"""
