"""What has to be seen before a GPU or TPU is trusted, each check one command.

`agreement` compares numbers, `lowering` looks at programs and needs no device, `resume`
kills and continues, `options` measures what XLA's flags and other shapes bring.
"""
