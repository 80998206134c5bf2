// A few lines over one axis as a picture, readable on light and on dark.
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [720, 300, 56, 16, 34, 44];

/** Round numbers from 0 to at least `most`, some five of them. */
function ticks(most) {
  const rough = most / 5 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, index) => index * step);
}

/** An SVG of `lines`, each {name, points: [[x, y]]}. */
export function draw({ title, x, y, lines }) {
  const points = lines.flatMap((line) => line.points);
  const [across, up] = [0, 1].map((axis) => ticks(Math.max(1, ...points.map((point) => point[axis]))));
  const px = (value) => LEFT + (value / across.at(-1)) * (WIDTH - LEFT - RIGHT);
  const py = (value) => HEIGHT - BOTTOM - (value / up.at(-1)) * (HEIGHT - TOP - BOTTOM);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}" font-family="system-ui, sans-serif" font-size="11">`,
    "<style>.ink { fill: #24292f } .faint { fill: #57606a } .grid { stroke: #8c959f; stroke-opacity: .25 } .line { fill: none; stroke-width: 2 } .l0 { stroke: #0a58ca } .l1 { stroke: #bc4c00; stroke-dasharray: 5 4 } @media (prefers-color-scheme: dark) { .ink { fill: #e6edf3 } .faint { fill: #9da7b3 } .l0 { stroke: #6cb0ff } .l1 { stroke: #f0964b } }</style>",
    `<text class="ink" x="${LEFT}" y="18" font-size="13">${title}</text>`,
    ...up.map((value) => `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${py(value)}" y2="${py(value)}"/><text class="faint" x="${LEFT - 6}" y="${py(value) + 4}" text-anchor="end">${value}</text>`),
    ...across.map((value) => `<text class="faint" x="${px(value)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${value}</text>`),
    `<text class="faint" x="${WIDTH - RIGHT}" y="${HEIGHT - 8}" text-anchor="end">${x}</text><text class="faint" x="8" y="${TOP - 4}">${y}</text>`,
    ...lines.map((line, index) => {
      const way = line.points.map(([atX, atY]) => `${px(atX).toFixed(1)},${py(atY).toFixed(1)}`).join(" ");
      const name = `<text class="ink" x="${LEFT + index * 200}" y="${HEIGHT - 8}">${index === 0 ? "—" : "- -"} ${line.name}</text>`;
      return `<polyline class="line l${index}" points="${way}"/>${name}`;
    }),
    "</svg>",
  ];
  return `${parts.join("\n")}\n`;
}
