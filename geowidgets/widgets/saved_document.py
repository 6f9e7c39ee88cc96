"""The HTML around a saved page's data, and what it may do."""

from __future__ import annotations

import base64
import hashlib
import html

from geowidgets.widgets import _bundles


def _policy(script: str, connect: bool) -> dict[str, str]:
    """What the page may do: run its own script and the bundles in it, reach nothing outside."""
    own = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return {
        "default-src": "'none'",
        "script-src": f"'sha256-{own}' blob: 'wasm-unsafe-eval'",
        "style-src": "'unsafe-inline'",
        "img-src": "data: blob:",
        "connect-src": "'self'" if connect else "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def document(title: str, data: str, *, connect: bool = False) -> str:
    """The page: data, style and the script that brings it to life."""
    script = _bundles.script("saved_page").replace("</script", "<\\/script")
    style = _bundles.style("saved_page").replace("</style", "<\\/style")
    allowed = "; ".join(f"{kind} {value}" for kind, value in _policy(script, connect).items())
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{allowed}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"<noscript>These views need JavaScript.</noscript>\n"
        f'<script type="text/plain" id="geowidgets-data">{data}</script>\n'
        f'<script type="module">{script}</script>\n</body>\n</html>\n'
    )
