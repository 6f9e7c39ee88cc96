import assert from "node:assert/strict";
import { test } from "node:test";
import { fitted, wrapped } from "../../geowidgets/js/lib/table_export.js";
import { createSvgContext, fontAttributes, paintOf } from "../../geowidgets/js/lib/table_svg.js";

const recorder = () => createSvgContext({ font: "", measureText: (text) => ({ width: 6 * text.length }) });

test("shapes keep their place, colour and transparency; a save is taken back", () => {
  // Catches: a state that outlives its restore; opacity that is lost on the way.
  const { context, document } = recorder();
  context.save();
  context.translate(10, 20);
  context.globalAlpha = 0.5;
  context.fillStyle = "rgb(1 2 3 / 0.5)";
  context.fillRect(1, 2, 3, 4.005);
  context.restore();
  context.strokeStyle = "rgb(9 8 7 / 1)";
  context.setLineDash([2, 2]);
  context.strokeRect(0, 0, 5, 5);
  const text = document(100, 50);
  assert.match(text, /<rect x="1" y="2" width="3" height="4.01"[^>]*transform="translate\(10 20\)"/);
  assert.match(text, /fill="rgb\(1,2,3\)" fill-opacity="0.25"/);
  assert.match(text, /<rect x="0" y="0"[^>]*stroke="rgb\(9,8,7\)"[^>]*stroke-dasharray="2 2"/);
  assert.match(text, /viewBox="0 0 100 50"/);
});

test("names are text, never markup", () => {
  const { context, document } = recorder();
  context.font = '600 11px "A & B"';
  context.fillText("<img src=x>", 0, 10);
  const text = document(10, 10);
  assert.ok(!text.includes("<img"));
  assert.match(text, /&#60;img src=x&#62;<\/text>/);
  assert.match(text, /font-weight="600"/);
});

test("a clip holds what is drawn until it is restored", () => {
  const { context, document } = recorder();
  context.save();
  context.beginPath();
  context.rect(1, 1, 4, 4);
  context.clip();
  context.fillRect(0, 0, 9, 9);
  context.restore();
  context.fillRect(0, 0, 1, 1);
  const text = document(10, 10);
  assert.match(text, /<clipPath id="clip0"><path d="M1 1h4v4h-4z"\/><\/clipPath>/);
  assert.equal(text.match(/clip-path=/g).length, 1);
});

test("what the recorder does not know is an error, not a gap in the picture", () => {
  const { context } = recorder();
  assert.throws(() => {
    context.shadowBlur = 3;
  }, /shadowBlur/);
  assert.throws(() => context.arc(0, 0, 1, 0, 1));
  assert.deepEqual(paintOf("rgb(1 2 3 / 0.25)"), ["rgb(1,2,3)", 0.25]);
  assert.match(fontAttributes("11px sans-serif"), /^font-family="sans-serif" font-size="11"$/);
});

test("names wrap between words and are cut with an ellipsis", () => {
  const context = { measureText: (text) => ({ width: 6 * text.length }) };
  assert.deepEqual(wrapped(context, "gaussian noise", 60), ["gaussian", "noise"]);
  assert.deepEqual(wrapped(context, "fog", 60), ["fog"]);
  assert.deepEqual(wrapped(context, "elastic transform two", 60), ["elastic", "transform two"]);
  assert.equal(fitted(context, "brightness", 36), "brigh…");
  assert.equal(fitted(context, "brightness", 3), "");
});
