/** Style of HTML reports. */
export const REPORT_STYLE = `
:root {
  color-scheme: light dark;
  --text: #1c2024; --dim: #60646c; --page: #ffffff; --raised: #f6f7f9; --line: #dfe2e6;
  --good: #17723a; --bad: #b3261e; --other: #8a5a00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e6e8eb; --dim: #9ba1a6; --page: #16181b; --raised: #1f2226; --line: #34383d;
    --good: #5fd38d; --bad: #ff8b82; --other: #f0b955;
  }
}
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 90rem; margin: 0 auto; padding: 1.5rem; }
header, summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: .75rem; }
h1 { font-size: 1.4rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; }
h4 { font-size: .95rem; margin: 1rem 0 .25rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .75rem 0; }
dt { color: var(--dim); }
dd { margin: 0; overflow-wrap: anywhere; }
.badge { border: 1px solid currentColor; border-radius: 1rem; padding: 0 .6rem; font-size: .85em; white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); } .other { color: var(--other); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9em; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--dim); font-weight: 600; white-space: nowrap; }
.figure { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
details { background: var(--raised); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem 1rem; margin: .6rem 0; }
summary { cursor: pointer; }
summary span:last-child { color: var(--dim); }
.error { border-left: 3px solid var(--bad); padding-left: 1rem; margin: .75rem 0; }
.error p { font-weight: 600; margin: 0; overflow-wrap: anywhere; }
.warning li { color: var(--other); overflow-wrap: anywhere; }
@media print { details { break-inside: avoid; } }
`;
