import { html } from './html';

/** No font and no picture of elsewhere; light or dark as the reader has it, light on paper. */
export const STYLES = html`<style>
:root {
  color-scheme: light dark;
  --ground: #ffffff; --raised: #f5f7f9; --text: #1b2530; --quiet: #55616e; --rule: #d5dbe1; --link: #0b5cad;
  --ok: #176b3a; --ok-ground: #e3f4e9; --warning: #7a4a00; --warning-ground: #fdf0d8;
  --error: #a4161a; --error-ground: #fce6e6;
  --colour-1: #0b62c4; --colour-2: #b45309; --colour-3: #00795c; --colour-4: #a6317f; --colour-5: #6247c2;
  --colour-6: #7d6500; --other: #a9b2bc;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #12171d; --raised: #1b222a; --text: #e4e9ee; --quiet: #a3afbb; --rule: #343f4a; --link: #7fb8ff;
    --ok: #7bd8a0; --ok-ground: #16321f; --warning: #f2c063; --warning-ground: #3a2b0c;
    --error: #ff9c98; --error-ground: #451a1b;
    --colour-1: #6cb0ff; --colour-2: #f2a05a; --colour-3: #4fcba1; --colour-4: #e98ccb; --colour-5: #b0a0ff;
    --colour-6: #d8c24d; --other: #5a6672;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem clamp(1rem, 4vw, 3rem) 4rem; max-width: 84rem;
  background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, sans-serif;
}
h1, h2, h3 { line-height: 1.25; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; margin: 0; }
h2 { font-size: 1.35rem; margin: 2.5rem 0 0.75rem; padding-top: 1rem; border-top: 1px solid var(--rule); }
h3 { font-size: 1.05rem; margin: 2rem 0 0.5rem; }
header p { color: var(--quiet); margin: 0.25rem 0 0; }
nav { margin-top: 0.75rem; }
a { color: var(--link); }
code, pre { font: 0.9em ui-monospace, monospace; overflow-wrap: anywhere; }
pre { overflow: auto; max-height: 30rem; background: var(--raised); padding: 1rem; overflow-wrap: normal; }
ul { margin: 0; padding-left: 1.2rem; }
li { overflow-wrap: anywhere; }
summary { cursor: pointer; padding: 0.3rem 0; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }

.badge { display: inline-block; padding: 0 0.5em; border-radius: 0.25rem; font-size: 0.95em; font-weight: 600; }
.ok { color: var(--ok); background: var(--ok-ground); }
.warning { color: var(--warning); background: var(--warning-ground); }
.error { color: var(--error); background: var(--error-ground); }
.verdict { margin: 0; padding: 0.6rem 0.9rem; border-left: 4px solid; font-weight: 600; }

dl { display: flex; flex-wrap: wrap; gap: 0.75rem 2.5rem; margin: 1rem 0 0; }
dt { color: var(--quiet); font-size: 0.85rem; }
dd { margin: 0; overflow-wrap: anywhere; }

.scroll { overflow-x: auto; position: relative; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: 0.35rem 0.75rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); }
th:first-child { padding-left: 0; }
td:last-child, th:last-child { padding-right: 0; }
thead th { color: var(--quiet); font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 500; min-width: 8rem; max-width: 28rem; overflow-wrap: anywhere; }
tfoot th, tfoot td { font-weight: 600; border-bottom: 0; }
td { min-width: 4rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
thead .number { white-space: normal; }
.word { white-space: nowrap; }
tbody th.number { min-width: 0; font-weight: 400; width: 4rem; }
.path { color: var(--quiet); }

.charts { display: grid; grid-template-columns: minmax(0, 1fr); gap: 2rem; }
.chart { margin: 0; break-inside: avoid; }
.chart p { margin: 0; }
figcaption { font-weight: 600; }
.legend { display: flex; flex-wrap: wrap; gap: 0.1rem 1.25rem; list-style: none; padding: 0; font-size: 0.85rem; }
.legend li { display: flex; align-items: center; gap: 0.4rem; min-width: 0; max-width: 100%; }
.legend i { flex: none; width: 1.1rem; height: 0.2rem; background: currentColor; print-color-adjust: exact; }
.legend b { font-weight: 400; color: var(--quiet); font-variant-numeric: tabular-nums; white-space: nowrap; }
.legend .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.unit { color: var(--quiet); font-size: 0.8rem; }
.chart .unit { margin-top: 0.4rem; }
.chart .unit.x { margin: 0 0 0 3.5rem; }
.drawing { display: grid; grid-template: 14rem 1.6rem / 3.5rem minmax(0, 1fr) 12rem; margin-top: 0.5rem; }
.drawing svg { width: 100%; height: 100%; overflow: visible; display: block; }
.drawing path { fill: none; vector-effect: non-scaling-stroke; }
.grid { stroke: var(--rule); stroke-width: 1; }
.line { stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
.line.other { stroke-width: 1; }
.dot { stroke: currentColor; stroke-width: 7; stroke-linecap: round; }
.ticks-x, .ticks-y { position: relative; color: var(--quiet); font-size: 0.8rem; line-height: 1; }
.ticks-x { grid-column: 2; }
.ticks-x span { position: absolute; top: 0.5rem; transform: translateX(-50%); }
.ticks-y span { position: absolute; right: 0.5rem; transform: translateY(50%); font-variant-numeric: tabular-nums; }
.labels { position: relative; list-style: none; padding: 0; margin-left: 0.6rem; font-size: 0.85rem; line-height: 1; }
.labels li { position: absolute; transform: translateY(-50%); max-width: 100%; overflow: hidden;
  text-overflow: ellipsis; white-space: nowrap; padding: 0.1rem 0; }
.colour-1 { color: var(--colour-1); } .colour-2 { color: var(--colour-2); } .colour-3 { color: var(--colour-3); }
.colour-4 { color: var(--colour-4); } .colour-5 { color: var(--colour-5); } .colour-6 { color: var(--colour-6); }
.other { color: var(--other); }
@media (max-width: 46rem) {
  .drawing { grid-template-columns: 3.5rem minmax(0, 1fr); padding-right: 0.75rem; }
  .labels { display: none; }
}
@media print {
  body { padding: 0; max-width: none; font-size: 10pt; }
  .scroll, pre { overflow: visible; max-height: none; }
  table { font-size: 8pt; }
  th, td, tbody th { padding: 0.2rem 0.4rem; min-width: 0; }
  .word { white-space: normal; }
  pre { white-space: pre-wrap; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
}
</style>`;
