/** The look of the documents: one column of text of a width that reads well, beside the list. */
export const style = `
:root { color-scheme: light dark; --text: #1c2430; --dim: #59636e; --ground: #fff; --raised: #f3f5f7; --line: #d5dae0; --link: #0b5cad; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e3e8ee; --dim: #9aa5b1; --ground: #14181d; --raised: #1d232a; --line: #343c46; --link: #7bb7f5; }
}
* { box-sizing: border-box; }
body { margin: 0; color: var(--text); background: var(--ground); font: 1rem/1.55 system-ui, sans-serif;
  display: grid; grid-template: 'head head' auto 'nav text' 1fr / 16rem minmax(0, 1fr); min-height: 100vh; }
header { grid-area: head; display: flex; flex-wrap: wrap; gap: .75rem 2rem; align-items: center; padding: .75rem 1.5rem; border-bottom: 1px solid var(--line); }
.home { font-weight: 650; font-size: 1.1rem; color: inherit; text-decoration: none; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin-left: auto; }
label { color: var(--dim); font-size: .875rem; }
input, button { font: inherit; color: inherit; background: var(--raised); border: 1px solid var(--line); border-radius: .375rem; padding: .3rem .6rem; min-height: 2rem; }
input { min-width: 0; width: 14rem; }
nav { grid-area: nav; padding: 1rem 1.5rem; border-right: 1px solid var(--line); font-size: .925rem; }
nav h2 { font-size: .8rem; color: var(--dim); margin: 1rem 0 .25rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { display: block; padding: .2rem .5rem; margin: 0 -.5rem; border-radius: .375rem; color: inherit; text-decoration: none; overflow-wrap: anywhere; }
nav a:hover { background: var(--raised); }
nav a[aria-current] { background: var(--raised); font-weight: 600; }
main { grid-area: text; padding: 1rem 2rem 4rem; min-width: 0; }
article { max-width: 48rem; }
h1, h2, h3 { line-height: 1.25; }
h1 { font-size: 1.8rem; margin: .75rem 0 1rem; }
article h2 { font-size: 1.3rem; margin: 2rem 0 .5rem; }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code, pre { font: .875em/1.5 ui-monospace, monospace; background: var(--raised); border-radius: .375rem; }
code { padding: .1em .3em; overflow-wrap: anywhere; }
pre { padding: .75rem 1rem; overflow-x: auto; }
pre code { padding: 0; overflow-wrap: normal; background: none; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 1rem 0; font-size: .925rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); }
.found p { margin: .15rem 0 1rem; color: var(--dim); }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: .5rem; }
@media (max-width: 48rem) {
  body { display: block; }
  form { margin-left: 0; width: 100%; }
  input { flex: 1; }
  nav { border-right: 0; border-bottom: 1px solid var(--line); columns: 14rem; }
  main { padding: 1rem 1.5rem 3rem; }
}
`
