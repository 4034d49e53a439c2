/** Colours of operations, light and dark, that can be told apart by people who see colours differently. */
const OPERATION_COLOURS = {
  light: ['#2563d9', '#d4581c', '#0c8a6b', '#a03c9c', '#8f6b00', '#c22f57', '#5b4bd1', '#4f8519', '#077d9c', '#84563a'],
  dark: ['#6ea0ff', '#ff9a5c', '#3ecfa6', '#df8fdb', '#e2bc42', '#ff86a1', '#a79dff', '#a2d25c', '#55c7e8', '#d3a27f'],
} as const;

function operationVariables(theme: 'light' | 'dark'): string {
  return OPERATION_COLOURS[theme].map((colour, index) => `--operation-${index}:${colour};`).join('');
}

const OPERATION_CLASSES = [...OPERATION_COLOURS.light.keys(), 'other']
  .map((name) => `.operation-${name}{--own:var(--operation-${name})}`)
  .join('\n');

const THEMES = `
:root{color-scheme:light dark;
--ground:#f5f6f8;--surface:#ffffff;--sunken:#eff1f5;--ink:#14181f;--muted:#566070;--line:#dfe3ea;
--accent:#2059d0;--good:#0b7350;--bad:#bf1f2e;--warn:#8a5a00;
--good-ground:#e0f4ec;--bad-ground:#fde7e8;--warn-ground:#fbf0d9;--tag-ground:#e9edf6;
--operation-other:#7c8594;${operationVariables('light')}}
@media (prefers-color-scheme:dark){:root{
--ground:#0d1015;--surface:#151a21;--sunken:#1c222b;--ink:#e9ecf1;--muted:#a0aaba;--line:#2b323d;
--accent:#84abff;--good:#54d3a0;--bad:#ff8580;--warn:#e9bd57;
--good-ground:#11352a;--bad-ground:#43191d;--warn-ground:#3a2d10;--tag-ground:#232c3b;
--operation-other:#8a94a4;${operationVariables('dark')}}}`;

const PAGE = `
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:64px}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;-webkit-text-size-adjust:100%}
main{max-width:1240px;margin:0 auto;padding:0 24px 48px}
section,.headline{background:var(--surface);border:1px solid var(--line);border-radius:14px;padding:28px 32px;margin:20px 0}
h1,h2,h3{line-height:1.2;letter-spacing:-.015em;margin:0;text-wrap:balance}
h2{font-size:21px;font-weight:650}
h3{font-size:15px;margin:18px 0 4px}
p{margin:8px 0}
.lead{color:var(--muted);max-width:78ch;margin:6px 0 18px}
.note,.muted{color:var(--muted);font-size:13px}
code,kbd{font:13px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
kbd{border:1px solid var(--line);border-bottom-width:2px;border-radius:5px;padding:0 5px;background:var(--sunken)}
a{color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:6px}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-999px}
.skip:focus{left:16px;top:12px;z-index:9;background:var(--surface);padding:8px 12px}
nav{position:sticky;top:0;z-index:5;background:color-mix(in srgb,var(--ground) 88%,transparent);backdrop-filter:blur(8px);border-bottom:1px solid var(--line)}
nav ul{max-width:1240px;margin:0 auto;padding:0 18px;display:flex;gap:4px;list-style:none;overflow-x:auto;scrollbar-width:thin}
nav a{display:block;padding:13px 10px;color:var(--muted);text-decoration:none;font-size:14px;white-space:nowrap}
nav a:hover{color:var(--ink)}
nav a.home{color:var(--ink);font-weight:650}
footer{color:var(--muted);font-size:13px;max-width:1240px;margin:0 auto;padding:0 32px 40px}
details{margin-top:16px}
summary{cursor:pointer;color:var(--accent);font-size:14px;width:fit-content}
details[open] summary{margin-bottom:10px}`;

const HEADLINE = `
.headline{padding:36px 40px}
.eyebrow{color:var(--muted);font-size:13px;margin:0 0 14px;display:flex;gap:10px;align-items:center;flex-wrap:wrap}
h1{font-size:17px;font-weight:600;color:var(--muted);letter-spacing:0}
.statement{font-size:clamp(26px,4.2vw,42px);line-height:1.12;letter-spacing:-.025em;font-weight:680;margin:2px 0 26px;text-wrap:balance}
.badge,.tag{display:inline-block;border-radius:99px;padding:2px 10px;font-size:12px;font-weight:600;background:var(--tag-ground);color:var(--ink);white-space:nowrap}
.badge.met,.tag.good{background:var(--good-ground);color:var(--good)}
.badge.missed,.badge.aborted{background:var(--bad-ground);color:var(--bad)}
.badge.incomplete{background:var(--warn-ground);color:var(--warn)}
.tag{padding:1px 8px;font-size:11.5px}
.deadline-bar{margin-bottom:26px}
.track{position:relative;height:12px;border-radius:6px;background:var(--sunken);box-shadow:inset 0 0 0 1px var(--line)}
.fill{height:100%;border-radius:6px;background:var(--good)}
.fill.missed,.fill.aborted{background:var(--bad)}
.fill.incomplete{background:var(--warn)}
.mark{position:absolute;top:-5px;bottom:-5px;width:0;border-left:2px solid var(--ink);transform:translateX(-1px)}
.mark.planned{border-left-style:dotted}
.labels{position:relative;height:38px;margin-top:7px;font-size:12.5px;color:var(--muted)}
.labels span{position:absolute;white-space:nowrap}
.labels .before{transform:translateX(-100%)}
.labels .planned{top:0;padding-inline:6px}
.labels .deadline{top:18px;color:var(--ink);font-weight:600}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:20px 28px;margin:0}
.figures>div{border-top:2px solid var(--line);padding-top:12px}
.figures dt{font-size:13px;color:var(--muted)}
.figures dd{margin:0}
.figures .note{text-wrap:balance}
.figures .value{font-size:27px;font-weight:640;letter-spacing:-.02em;font-variant-numeric:tabular-nums;line-height:1.3}`;

const TABLES = `
.scroll{overflow-x:auto;margin:0 -8px;padding:0 8px}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th,td{padding:9px 14px 9px 0;text-align:left;border-bottom:1px solid var(--line);vertical-align:middle}
td:last-child,th:last-child{padding-right:0}
thead th{font-size:12px;font-weight:600;color:var(--muted);white-space:nowrap;border-bottom-color:color-mix(in srgb,var(--muted) 40%,transparent)}
tbody th{font-weight:600;white-space:nowrap}
tbody tr:last-child>*{border-bottom:0}
.numeric{text-align:right;white-space:nowrap}
thead th.numeric{text-align:right}
.swatch{display:inline-block;width:10px;height:10px;border-radius:3px;background:var(--own);margin-right:8px;vertical-align:baseline}
td .dot-interval,.axis-title{min-width:170px;display:flex}
.axis-title{justify-content:space-between;font-weight:500;padding:0 1%}
.locations{margin:4px 0;padding-left:18px;overflow-wrap:anywhere}
td:last-child:not(.numeric){min-width:160px}`;

const PICTURES = `
.legend{display:flex;flex-wrap:wrap;gap:8px 22px;align-items:center;margin:0 0 14px;font-size:13px}
.keys{display:flex;flex-wrap:wrap;gap:6px;align-items:center}
.keys .key{margin-right:10px}
.keys:last-child{margin-left:auto}
.key{display:inline-flex;align-items:center;gap:6px;color:var(--muted)}
button{font:inherit;font-size:13px;color:var(--ink);background:var(--surface);border:1px solid var(--line);border-radius:8px;padding:4px 10px;min-height:30px;cursor:pointer}
button:hover{background:var(--sunken)}
button[aria-pressed=true]{border-color:var(--ink);box-shadow:inset 0 0 0 1px var(--ink)}
button .swatch{margin-right:6px}
.timeline{position:relative;max-height:620px;overflow-y:auto}
.timeline canvas{display:block;width:100%;touch-action:pan-y;cursor:crosshair}
#timeline-tip{position:absolute;z-index:3;pointer-events:none;background:var(--ink);color:var(--surface);border-radius:8px;padding:8px 12px;font-size:12.5px;line-height:1.45;max-width:340px}
#timeline-tip[hidden]{display:none}
#timeline-tip>*{display:block}
#timeline-detail:not(:empty){color:var(--ink)}
#timeline-detail:empty{display:none}
.failed-shape{fill:var(--bad)}
.failed-cross{stroke:var(--surface);stroke-width:1.6}
.lost-shape{fill:none;stroke:var(--muted);stroke-dasharray:3 2}
.retry-shape{fill:var(--muted)}
.retry-notch{fill:var(--surface)}
.mark-shape{fill:var(--ink)}
.dot-interval .axis,.grid{stroke:var(--line)}
.dot-interval .interval{fill:color-mix(in srgb,var(--accent) 26%,transparent)}
.dot-interval .point{stroke:var(--muted);stroke-width:1.5}
circle.inside{fill:var(--accent)}
circle.outside{fill:var(--surface);stroke:var(--bad);stroke-width:2}
.graph{display:block;max-width:none;margin-bottom:14px}
.edge{fill:none;stroke:color-mix(in srgb,var(--muted) 65%,transparent);stroke-width:1.5}
.edge.wide{stroke-dasharray:6 4}
.edge.critical{stroke:var(--accent);stroke-width:3}
.box rect{fill:var(--sunken);stroke:var(--line)}
.box.critical rect{fill:color-mix(in srgb,var(--accent) 12%,var(--surface));stroke:var(--accent);stroke-width:2}
.box .name{fill:var(--ink);font-size:13.5px;font-weight:600}
.box .numbers{fill:var(--muted);font-size:12px}
.fans{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,250px),1fr));gap:22px 24px}
.fan{margin:0}
.fan figcaption{font-size:14px;margin-bottom:6px}
.fan svg{display:block;width:100%}
.fan .band{fill:color-mix(in srgb,var(--own) 20%,transparent)}
.fan .prediction{fill:none;stroke:var(--own);stroke-width:1.5;opacity:.75}
.backlog{margin:0;max-width:760px}
.backlog svg{display:block;width:100%}
.backlog rect{fill:color-mix(in srgb,var(--own) 45%,transparent)}
.backlog .prediction{fill:none;stroke:var(--own);stroke-width:2}
.backlog circle.inside{fill:var(--own)}
.backlog .tick{fill:var(--muted);font-size:11px;text-anchor:end}
.fan circle.inside{fill:var(--own)}
.fan circle.outside{fill:var(--surface);stroke:var(--own);stroke-width:1.6}
.fan .tick{fill:var(--muted);font-size:11px;text-anchor:end}
.trade-off{margin:0 0 14px;max-width:760px}
.trade-off svg{display:block;width:100%}
.trade-off .prediction{fill:none;stroke:var(--accent);stroke-width:1.5}
.trade-off .deadline{fill:none;stroke:var(--muted);stroke-dasharray:4 4}
.trade-off .planned{fill:var(--surface);stroke:var(--ink);stroke-width:2}
.trade-off .actual{fill:var(--ink)}
.trade-off .tick{fill:var(--muted);font-size:11px;text-anchor:end}
.trade-off .tick.middle{text-anchor:middle}
.sides{display:flex;gap:1px;height:12px;border-radius:4px;overflow:hidden;min-width:150px}
.sides>div{flex:0 1 0}
.sides .below,.sides .above{background:var(--bad)}
.sides .lower-half{background:color-mix(in srgb,var(--accent) 60%,var(--surface))}
.sides .upper-half{background:var(--accent)}
.cost-bar{display:flex;gap:2px;height:28px;border-radius:8px;overflow:hidden;margin-bottom:14px}
.cost-bar>div{flex:0 1 0;background:var(--own);min-width:2px}`;

const NARROW_AND_PRINT = `
@media (max-width:720px){main{padding:0 10px 32px}section,.headline{padding:20px 18px;border-radius:12px}.figures .value{font-size:23px}.figures{grid-template-columns:repeat(auto-fit,minmax(140px,1fr))}}
@media print{nav,.skip,details:not([open]),#timeline-keys,.legend button[id]{display:none}section,.headline{break-inside:avoid;border-color:#ccc}body{background:#fff}}`;

/** All style of the report: light and dark by the reader's preference, no font and no picture from elsewhere. */
export const reportStyle = [THEMES, OPERATION_CLASSES, PAGE, HEADLINE, TABLES, PICTURES, NARROW_AND_PRINT].join('\n');
