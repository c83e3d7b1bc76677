/** All icons of the page, drawn on a 16 x 16 grid with strokes in the text's colour. */
const paths = {
  succeeded: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM5 8.2l2.1 2.1L11.2 6',
  failed: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6',
  progress: 'M8 1.5A6.5 6.5 0 1 1 1.5 8',
  stopped: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM6 6h4v4H6z',
  superseded: 'M4 3.5 8.5 8 4 12.5M8.5 3.5 13 8l-4.5 4.5',
  cancelled: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM3.5 3.5l9 9',
  skipped: 'M3.5 3.5v9L9.5 8zM12.5 3.5v9',
  idle: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM5.5 8h5',
  waiting: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 4.5V8l2.5 1.5',
  hourglass: 'M4.5 2.5h7M4.5 13.5h7M5.5 2.5v2.3L8 8l2.5-3.2V2.5M5.5 13.5v-2.3L8 8l2.5 3.2v2.3',
  inbox: 'M2 9l2-6h8l2 6v4H2zM2 9h3.5l1 2h3l1-2H14',
  star: 'M8 2.2l1.8 3.7 4 .6-2.9 2.8.7 4L8 11.4l-3.6 1.9.7-4L2.2 6.5l4-.6z',
  arrow: 'M2 8h12M10 4.5 13.5 8 10 11.5',
  mail: 'M2 3.5h12v9H2zM2.5 4.5 8 9l5.5-4.5',
  file: 'M4 2h5l3 3v9H4zM9 2v3h3',
  folder: 'M1.5 3.5h4.500l1.500 2h7v8h-13z',
  clock: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 4.5V8l2.5 1.5',
  host: 'M2.5 2.5h11v4h-11zM2.5 9.500h11v4h-11zM5 4.500h.1M5 11.500h.1',
  copy: 'M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3 8.500l3.500 3.500L13 4.500',
  more: 'M3.5 8h.1M8 8h.1M12.5 8h.1',
  person: 'M8 2.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM2.5 14c.4-3 2.6-4.7 5.5-4.7s5.1 1.7 5.5 4.7',
  warning: 'M8 2 1.5 13.5h13zM8 6.3v3.4M8 11.6v.2',
  external: 'M6.5 3H3v10h10V9.5M9.5 2.5h4v4M13.5 2.5 7.5 8.5',
  commit: 'M8 5.3a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4zM1 8h4.3M10.7 8H15',
  play: 'M4.5 2.8v10.4L13 8z',
  retry: 'M13.5 8a5.5 5.5 0 1 1-1.7-4M13.5 1.5V5H10',
  rollback: 'M2.5 6.5h7a4 4 0 0 1 0 8H6M5.5 3 2.5 6.5 5.5 10',
  lock: 'M3.5 7.5h9v6.5h-9zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
  unlock: 'M3.5 7.5h9v6.5h-9zM5.5 7.5V5a2.5 2.5 0 0 1 4.9-.7',
  down: 'M8 2v11.5M3.5 9 8 13.5 12.5 9',
  log: 'M3 1.5h10v13H3zM5.5 5h5M5.5 8h5M5.5 11h3',
  edit: 'M2.5 13.5l.8-3.3 7.7-7.7 2.5 2.5-7.7 7.7z',
  history: 'M2.5 8a5.5 5.5 0 1 0 1.7-4M2.5 1.5V5H6M8 5v3.3l2.3 1.4',
  plus: 'M8 2.5v11M2.5 8h11',
  trash: 'M2.5 4h11M6 4V2.5h4V4M4 4l.7 9.5h6.6L12 4',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3 14 14',
  download: 'M8 2v8.5M4.5 7.5 8 11l3.5-3.5M2.5 14h11',
  wrap: 'M2 4h12M2 8h9.5a2.3 2.3 0 0 1 0 4.6H8M9.7 10.8 7.9 12.6l1.8 1.8M2 12.5h3',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1.1 1.1M11.9 11.9 13 13M13 3l-1.1 1.1M4.1 11.9 3 13',
  moon: 'M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3z',
  'theme-auto': 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 1.5v13M8 4.5h4.8M8 8h6.3M8 11.5h4.8',
  key: 'M10.5 2a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM8 8l-6 6M4 12l1.8 1.8',
  plug: 'M5.5 1.5V5M10.5 1.5V5M3.5 5h9v3a4.5 4.5 0 0 1-9 0zM8 12.5v2.5',
} as const

export type IconName = keyof typeof paths

/** Decoration beside a text that says the same: hidden from screen readers. */
export function Icon({ name, class: extra }: { readonly name: IconName; readonly class?: string }) {
  return (
    <svg
      class={`icon icon-${name}${extra ? ` ${extra}` : ''}`}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  )
}
