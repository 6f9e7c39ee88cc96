"""Masks as text: the browser's own coding and the one written for older browsers."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import BrowserContext

import geowidgets

BITS = Path(geowidgets.__file__).parent / "js" / "lib" / "bits.js"
COMPARE = """async source => {
  const bits = await import('data:text/javascript,' + encodeURIComponent(source));
  const wrong = [];
  for (const n of [1, 7, 8, 31, 33, 599, 10000, 100001]) {
    const mask = bits.fromIndices(Array.from({ length: n }, (_, i) => i).filter(i => i % 3), n);
    bits.add(mask, 0);
    const text = bits.toBase64(mask, n);
    const bytes = new Uint8Array(mask.buffer, 0, bits.byteCount(n));
    if (text !== bits.plainBase64(bytes)) wrong.push(`to ${n}`);
    if (bits.plainBytes(text).join() !== bytes.join()) wrong.push(`from ${n}`);
    if (bits.fromBase64(text, n).join() !== mask.join()) wrong.push(`mask ${n}`);
  }
  for (const [text, n] of [['a', 8], ['A*==', 8], ['AAA=', 8], ['gA==', 7]]) {
    try { bits.fromBase64(text, n); wrong.push(text); } catch (error) {
      if (!(error instanceof RangeError)) wrong.push(`${text}: ${error}`);
    }
  }
  return wrong;
}"""


def test_own_and_plain_coding_agree(context: BrowserContext) -> None:
    """A mask that changes on its way, or wrong text that passes, where browsers code themselves."""
    page = context.new_page()
    found = page.evaluate(COMPARE, BITS.read_text(encoding="utf-8"))
    page.close()
    assert found == []
