"""The colours of the charts, as the views' own CSS variables: they follow the page's theme."""

COLORS = {
    "before": "var(--gw-reference, #8b939c)",
    "now": "var(--gw-blue, #3778b5)",
    "mark": "var(--gw-orange, #d9730d)",
    "quiet": "var(--gw-fg-soft, #57606a)",
    "strong": "var(--gw-fg, #1f2328)",
}
