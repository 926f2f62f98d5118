"""What a browser itself can tell of WCAG 2.2 AA on a page; looking at it and reading it aloud stay for people."""

from tests.api.browser import Browser

WIDTH = 320
"""CSS pixels at which a page has to be read without scrolling sideways (WCAG 1.4.10)."""

FAULTS = r"""
const faults = [], all = [...document.querySelectorAll('body *')];
const say = (what, one) => faults.push(`${what}: ${one ? one.outerHTML.slice(0, 90) : ''}`);
const seen = one => one.getClientRects().length && getComputedStyle(one).clipPath === 'none';
const channels = text => (text.match(/[\d.]+/g) || []).map(Number);
const linear = part => (part /= 255) <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4;
const light = ([r, g, b]) => .2126 * linear(r) + .7152 * linear(g) + .0722 * linear(b);
const ground = one => {
  for (; one; one = one.parentElement) {
    const color = channels(getComputedStyle(one).backgroundColor);
    if (color.length < 4 || color[3] > 0) return color;
  }
  return [255, 255, 255];
};
if (document.documentElement.lang !== 'ja') say('3.1.1 no language');
if (!document.title) say('2.4.2 no title');
if (document.querySelectorAll('main').length !== 1) say('1.3.1 no main');
if (document.querySelectorAll('h1').length !== 1) say('1.3.1 not one h1');
if (document.documentElement.scrollWidth > innerWidth) say('1.4.10 scrolls sideways');
let level = 0;
for (const one of document.querySelectorAll('h1, h2, h3, h4')) {
  if (+one.tagName[1] > level + 1) say('1.3.1 a level of headings is left out', one);
  level = +one.tagName[1];
}
const ids = all.map(one => one.id).filter(Boolean);
ids.filter((id, at) => ids.indexOf(id) < at).forEach(id => say(`4.1.1 ${id} twice`));
for (const one of document.querySelectorAll('[aria-labelledby], [aria-describedby]'))
  for (const id of (one.getAttribute('aria-labelledby') || one.getAttribute('aria-describedby')).split(' '))
    if (!document.getElementById(id)) say('1.3.1 points nowhere', one);
for (const one of document.querySelectorAll('input:not([type=hidden], [hidden]), textarea, select'))
  if (!one.labels.length || !one.labels[0].textContent.trim()) say('1.3.1 no label', one);
for (const one of document.querySelectorAll('fieldset'))
  if (!one.querySelector('legend')) say('1.3.1 no legend', one);
for (const one of document.querySelectorAll('img, svg'))
  if (!one.getAttribute('alt') && !one.querySelector('title') && !one.getAttribute('aria-hidden')) say('1.1.1', one);
const said = new Map();
for (const one of document.querySelectorAll('a, button')) {
  const name = one.textContent.trim();
  if (!name) say('4.1.2 no name', one);
  if (one.href && said.has(name) && said.get(name) !== one.href) say('2.4.4 two links of one name', one);
  said.set(name, one.href);
  const {width, height} = one.getBoundingClientRect();
  if (!one.closest('p, li, dd') || one.matches('button, .button'))
    if (Math.min(width, height) < 24) say('2.5.8 small target', one);
  one.focus();
  if (document.activeElement === one && getComputedStyle(one).outlineStyle === 'none') say('2.4.7 focus', one);
}
for (const one of all.filter(seen)) {
  const own = [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
  if (!own) continue;
  const style = getComputedStyle(one), [high, low] =
    [light(channels(style.color)), light(ground(one))].sort((a, b) => b - a);
  const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && +style.fontWeight >= 700);
  if ((high + .05) / (low + .05) < (large ? 3 : 4.5)) say('1.4.3 contrast', one);
  if (parseFloat(style.lineHeight) < 1.5 * parseFloat(style.fontSize)) say('1.4.12 lines stand close', one);
}
return faults;
"""


def faults_of(window: Browser, address: str) -> list[str]:
    """What is wrong with the page at this address, each with the number of the criterion, at the width of a phone."""
    window.narrow(WIDTH)
    window.open(address)
    return [*window.run(FAULTS), *window.complaints()]
