/** What a picture is made of. */
interface Picture {
  readonly title: string;
  readonly size: { readonly width: number; readonly height: number };
  /** Its elements. */
  readonly parts: readonly string[];
}

/** Light and dark pages have the same picture. */
const STYLE = `text{font:12px system-ui,sans-serif;fill:#1f2328}.title{font-weight:600}
.bar{fill:#57606a}.ours{fill:#0969da}.axis{stroke:#d0d7de}.one{stroke:#1f2328}.spread{stroke:#1f2328;stroke-width:1.5}
.line0,.line1,.line2,.line3{fill:none;stroke-width:1.5}.line0{stroke:#57606a}.line1{stroke:#0969da}.line2{stroke:#1a7f37}
.line3{stroke:#9a6700}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.bar{fill:#8b949e}.ours{fill:#4493f8}.axis{stroke:#30363d}
.one,.spread{stroke:#e6edf3}.line0{stroke:#8b949e}.line1{stroke:#4493f8}.line2{stroke:#3fb950}.line3{stroke:#d29922}}`;

/** An SVG document. */
export const svg = ({ title, size: { width, height }, parts }: Picture): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    ...parts,
    '</svg>\n',
  ].join('\n');

/** A line of text. */
export const svgText = (x: number, y: number, content: string, kind = ''): string =>
  `<text x="${at(x)}" y="${at(y)}"${kind === '' ? '' : ` class="${kind}"`}>${escaped(content)}</text>`;

/** A coordinate. */
export const at = (value: number): string => value.toFixed(1).replace(/\.0$/, '');

const escaped = (content: string): string => content.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
