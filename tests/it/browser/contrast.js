// The texts on a page that are hard to read: by WCAG 2.2 §1.4.3 their contrast is less than 4.5.
const channels = (color) => color.match(/[\d.]+/g).map(Number);
const luminance = ([r, g, b]) => {
  const linear = [r, g, b].map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
};
const background = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const color = channels(getComputedStyle(at).backgroundColor);
    if (color.length < 4 || color[3] > 0) return color;
  }
  return [255, 255, 255];
};
const hasText = (element) =>
  [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
return [...document.body.querySelectorAll("*")].filter(hasText).flatMap((element) => {
  const [text, back] = [channels(getComputedStyle(element).color), background(element)].map(luminance);
  const contrast = (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
  return contrast < 4.5 ? [`${element.tagName}.${element.className}: ${contrast.toFixed(2)}`] : [];
});
