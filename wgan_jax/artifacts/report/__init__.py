"""The report for people: one HTML file that needs nothing but a browser.

`write_report` makes the page of one run, `compare_runs` the page of several. The style
sheet, the script and the frame of a page are files beside the modules.
"""

from typing import TYPE_CHECKING

from wgan_jax.lazy import lazy_names

if TYPE_CHECKING:
    from wgan_jax.artifacts.report.again import call_of, command_of
    from wgan_jax.artifacts.report.compare import compare_runs
    from wgan_jax.artifacts.report.page import write_report

__all__ = ["call_of", "command_of", "compare_runs", "write_report"]

# A run that trains needs no comparison.
__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "again": ("call_of", "command_of"),
        "compare": ("compare_runs",),
        "page": ("write_report",),
    },
)
