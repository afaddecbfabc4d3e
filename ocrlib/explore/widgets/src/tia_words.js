// Everything the playground says, in English and in Chinese.

const en = {
  playground: "TIA playground",
  hint: "Drag a point, or choose one with Tab and move it with the arrow keys (Shift: five times as far).",
  deal: "Deal moves", distort: "Distort", stretch: "Stretch", perspective: "Perspective", reset: "Reset",
  seed: "Seed", another: "Next seed",
  segments: "Segments", segmentsHelp: "pieces between the points of an edge",
  strength: "Strength", strengthHelp: "scales every move",
  grid: "grid", gridHelp: "drawn on the word before it is bent",
  rigid: "rigid", rigidHelp: "turn and shift only, no zoom",
  point: (f) => `${f.upper ? "Upper" : "Lower"} point ${f.n} of ${f.all}`,
  moved: (f) => `${f.point}: ${f.across} px ${f.dx < 0 ? "left" : "right"}, ${f.along} px ${f.dy < 0 ? "up" : "down"}`,
  made: {
    free: () => "Moved by hand.",
    rest: () => "Nothing is moved: every pixel stays where it is.",
    distort: (f) => `tia.distort, np.random.default_rng(${f.seed}): every point on its own.`,
    stretch: (f) => `tia.stretch, np.random.default_rng(${f.seed}): inner points along the text.`,
    perspective: (f) => `tia.perspective, np.random.default_rng(${f.seed}): four corners, so one segment.`,
  },
  farthest: (px) => `The pixel that moves farthest comes from ${px} px away.`,
  picture: (f) => `“${f.text}”, bent by ${f.points} points. ${f.made} ${f.farthest}`,
};

const zh = {
  playground: "TIA 变形试验场",
  hint: "拖动控制点；也可用 Tab 选中，再用方向键移动（按住 Shift 为五倍）。",
  deal: "随机移动", distort: "扭曲", stretch: "拉伸", perspective: "透视", reset: "重置",
  seed: "随机种子", another: "下一个种子",
  segments: "段数", segmentsHelp: "每条边上控制点之间的段数",
  strength: "强度", strengthHelp: "缩放所有移动",
  grid: "网格", gridHelp: "变形之前画在单词上",
  rigid: "刚性", rigidHelp: "只旋转和平移，不缩放",
  point: (f) => `${f.upper ? "上" : "下"}边第 ${f.n} 个点，共 ${f.all} 个`,
  moved: (f) => `${f.point}：${f.dx < 0 ? "左" : "右"}移 ${f.across} 像素，${f.dy < 0 ? "上" : "下"}移 ${f.along} 像素`,
  made: {
    free: () => "手动移动。",
    rest: () => "没有移动：每个像素都在原处。",
    distort: (f) => `tia.distort，np.random.default_rng(${f.seed})：每个点各自移动。`,
    stretch: (f) => `tia.stretch，np.random.default_rng(${f.seed})：内部的点沿文字方向移动。`,
    perspective: (f) => `tia.perspective，np.random.default_rng(${f.seed})：四个角，因此只有一段。`,
  },
  farthest: (px) => `移动最远的像素来自 ${px} 像素之外。`,
  picture: (f) => `“${f.text}”，由 ${f.points} 个点变形。${f.made}${f.farthest}`,
};

/** The words of a language; an empty one follows the page. */
export function wordsOf(language) {
  return (language || document.documentElement.lang || "en").startsWith("zh") ? zh : en;
}
