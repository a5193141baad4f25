"""How results are laid out on the page: one function a kind of result."""

from typing import Any

Row = dict[str, Any]


def table(header: list[str], rows: list[list[str]]) -> str:
    """Formats a Markdown table, numbers to the right."""
    rule = ["---"] + ["---:"] * (len(header) - 1)
    lines = [header, rule, *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def format_number(value: float) -> str:
    """Three significant digits, no exponent."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def heading(result: Row, title: str) -> str:
    """A section's title, machine, versions and command."""
    machine = result["machine"]
    versions = ", ".join(f"{k} {v}" for k, v in machine["versions"].items())
    return (
        f"## {title}\n\n"
        f"{machine['processor']}, {machine['threads']} threads a side, "
        f"{machine['system']}; {versions}; {result['date']}.\n\n"
        + "".join(f"    {line}\n" for line in result["command"].split("\n"))
    )


def _ratio(spread: Row) -> str:
    low, high = format_number(spread["low"]), format_number(spread["high"])
    return f"**{format_number(spread['median'])}** ({low} to {high})"


def speed(result: Row, plot: str | None) -> str:
    """Ratios and costs, a pair of tables a network."""
    python = result["machine"]["versions"]["Python"].rsplit(".", 1)[0]
    title = f"Speed: {result['machine']['device']}, Python {python}"
    if result.get("precision"):
        title += f", {result['precision']}"
    if result["quick"]:
        title += ", quick run"
    parts = [heading(result, title)]
    if result.get("note"):
        parts.append(f"{result['note']}\n")
    for network in dict.fromkeys(case["network"] for case in result["cases"]):
        cases = [case for case in result["cases"] if case["network"] == network]
        parts += [f"### {_title(cases[0])}\n", _ratios(cases), _costs(cases)]
        parts.append(_forms(cases))
    if plot:
        parts.append(f"![ratios to tuned PyTorch]({plot})\n")
    return "\n".join(parts)


def _title(case: Row) -> str:
    config = case["config"]
    width = f", width {config['width']}" if config["width"] else ""
    shape = " x ".join(map(str, case["shape"]))
    return f"{case['network']}: {shape}, batch {config['batch_size']}{width}"


def _ratios(cases: list[Row]) -> str:
    header = ["member", "n_critic", "ours, steps/s", "PyTorch tuned", "its form"]
    header += ["ratio to tuned", "as published", "ratio to published"]
    rows = []
    for case in cases:
        tuned, published = case["tuned"], case.get("published")
        rows.append(
            [
                case["variant"],
                str(case["config"]["n_critic"]),
                format_number(tuned["ours"]["steps_per_second"]["median"]),
                format_number(tuned["torch"]["steps_per_second"]["median"]),
                tuned["torch"]["form"],
                _ratio(tuned["ratio"]),
                *(
                    (
                        format_number(published["torch"]["steps_per_second"]["median"]),
                        _ratio(published["ratio"]),
                    )
                    if published
                    else ("", "")
                ),
            ]
        )
    return table(*_measured(header, rows))


def _costs(cases: list[Row]) -> str:
    header = ["member", "least work, GFLOP", "XLA counts", "peak, GFLOP/s"]
    header += ["of the peak", "first step, s", "PyTorch's", "memory, MB", "PyTorch's"]
    rows = []
    for case in cases:
        ours, theirs = case["tuned"]["ours"], case["tuned"]["torch"]
        rows.append(
            [
                case["variant"],
                format_number(case["least_flops"] / 1e9),
                _known(case["tuned"]["xla_flops"], 1e9),
                format_number(case["peak_flops_per_second"] / 1e9),
                f"{100 * case['of_peak']:.0f} %",
                *(_known(side["first_step_seconds"]) for side in (ours, theirs)),
                *(_known(_memory(side), 2**20) for side in (ours, theirs)),
            ]
        )
    return table(*_measured(header, rows))


def _measured(
    header: list[str], rows: list[list[str]]
) -> tuple[list[str], list[list[str]]]:
    """Leaves out columns in which no row has anything."""
    kept = [i for i in range(len(header)) if any(row[i] for row in rows)]
    return [header[i] for i in kept], [[row[i] for i in kept] for row in rows]


def _forms(cases: list[Row]) -> str:
    """Our speed over that of every form of PyTorch in its trial."""
    forms = list(dict.fromkeys(form for case in cases for form in case["trials"]))
    rows = []
    for case in cases:
        ours = case["tuned"]["ours"]["steps_per_second"]["median"]
        speeds = [case["trials"].get(form) for form in forms]
        rows.append([case["variant"], *(_over(ours, speed) for speed in speeds)])
    reasons = {
        f"* {form} does not run: {found}.\n"
        for case in cases
        for form, found in case["trials"].items()
        if isinstance(found, str)
    }
    shown = table(["ours, over PyTorch's", *forms], rows)
    return "\n".join([shown, "".join(sorted(reasons))]) if reasons else shown


def _over(ours: float, trial: float | str | None) -> str:
    if trial is None:
        return ""
    return "does not run" if isinstance(trial, str) else format_number(ours / trial)


def _known(measured: float | None, unit: float = 1) -> str:
    """A number in a unit; nothing where it was not measured, or where XLA says 0."""
    return format_number(measured / unit) if measured else ""


def _memory(side: Row) -> float | None:
    """Peak bytes, of the device where it has memory of its own."""
    return side["peak_device"] or side["peak_rss"]


def startup(result: Row, plot: str | None) -> str:
    """Seconds to the first and to the hundredth step."""
    header = ["run", "import, s", "data", "state and compile", "first step"]
    header += ["hundredth step", "whole command", "steps/s"]
    rows = [
        [
            run["name"],
            *(format_number(run[key]) for key in _STAMPS),
            format_number(run["steps_per_second"]),
        ]
        for run in result["runs"]
    ]
    words = (
        "\nSeconds from the shell of real commands, first and hundredth step from the "
        "start of the process; *warm* runs find their programs in JAX's persistent "
        "compilation cache.\n"
    )
    return heading(result, "Start-up") + words + "\n" + table(header, rows)


_STAMPS = (
    "import_seconds",
    "prepare_seconds",
    "compile_seconds",
    "first_step",
    "hundredth_step",
    "whole",
)


def sizes(result: Row, plot: str | None) -> str:
    """Speed along every axis."""
    parts = [heading(result, "What a step costs")]
    parts.append(
        "One turn a point. Games that stand in two tables show how large the noise "
        "is: the MLP at batch 64 and n_critic 5, DCGAN at batch 64 and width 64, "
        "points at batch 256 and width 512.\n"
    )
    for series in result["series"]:
        header = [
            series["axis"].replace("_", " "),
            "steps/s",
            "samples/s",
            "of the peak",
        ]
        rows = [[str(point["value"]), *_speeds(point)] for point in series["points"]]
        parts += [f"### {series['name']}\n", table(header, rows)]
    if plot:
        parts.append(f"![scaling]({plot})\n")
    return "\n".join(parts)


def _speeds(measured: Row) -> list[str]:
    """Steps and samples a second, and the share of the device's peak."""
    return [
        format_number(measured["steps_per_second"]),
        format_number(measured["samples_per_second"]),
        f"{100 * measured['of_peak']:.0f} %",
    ]


def options(result: Row, plot: str | None) -> str:
    """What changes of our side and larger batches bring."""
    title = f"Changes and batches: {result['machine']['device']}"
    parts = [heading(result, title)]
    for entry in result["entries"]:
        rows = [
            [row["change"], row.get("problem") or _ratio(row["ratio"])]
            for row in entry["changes"]
        ]
        parts += [f"### {entry['name']}\n", table(["change", "ratio of speeds"], rows)]
        if rows := [[str(row["batch"]), *_speeds(row)] for row in entry["batches"]]:
            parts.append(table(["batch", "steps/s", "samples/s", "of the peak"], rows))
    return "\n".join(parts)


PARTS = {"speed": speed, "startup": startup, "scaling": sizes, "options": options}
