package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// faint lists what is written in a colour too close to that of its ground: the contrast
// must be 4.5, for large letters 3 (WCAG 2.2, success criterion 1.4.3).
const faint = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const over = (color, ground) => {
    canvas.fillStyle = "rgb(" + ground + ")"; canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => rgb.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (e) => e ? over(getComputedStyle(e).backgroundColor, ground(e.parentElement)) : [255, 255, 255];
  const found = new Set();
  for (const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); walk.nextNode();) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || !e.checkVisibility() || e.closest(":disabled, .hide, .skip, script, svg")) continue;
    const style = getComputedStyle(e), back = ground(e);
    const [a, b] = [light(over(style.color, back)), light(back)].sort((a, b) => b - a);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) found.add(e.className + " " + ratio.toFixed(2) + " " + e.textContent.slice(0, 20));
  }
  return [...found];
})()`

// TestLooks opens the page in every size, scheme and language: nothing is faint, nothing
// is wider than the page, and dark is dark.
func TestLooks(t *testing.T) {
	pages := map[string]string{"zh": demo(t, "zh"), "en": demo(t, "en"), "slow": slow(t)}
	for lang, name := range pages {
		for _, width := range []int64{1280, 768, 375} {
			for _, colours := range []string{"light", "dark"} {
				t.Run(fmt.Sprintf("%s-%d-%s", lang, width, colours), func(t *testing.T) {
					p := open(t, name, size(width, 900), scheme(colours))
					p.click("#body .toggle")
					if found := eval[[]string](p, faint); len(found) > 0 {
						t.Errorf("faint: %q", found)
					}
					if over := eval[int64](p, `document.documentElement.scrollWidth`) - width; over > 0 { // innerWidth grows with a phone's page
						t.Errorf("the page is %d pixels wider than the screen", over)
					}
					if dark := eval[bool](p, `parseInt(getComputedStyle(document.body).backgroundColor.slice(4)) < 128`); dark != (colours == "dark") {
						t.Errorf("dark: %v", dark)
					}
					p.shoot(filepath.Base(t.Name()))
				})
			}
		}
	}
}

// shoot writes a picture of the whole page, if somebody wants to look at it.
func (p *tab) shoot(name string) {
	p.t.Helper()
	if *shots == "" {
		return
	}
	picture := run(p, chromedp.FullScreenshot(100))
	p.keep(name+".png", picture)
}

func (p *tab) keep(name string, content []byte) {
	p.t.Helper()
	if *shots == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*shots, name), content, 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// TestPaper prints the page: a table of the rows to mend in place of what takes a mouse.
func TestPaper(t *testing.T) {
	p := open(t, demo(t, "zh"), scheme("dark"))
	p.keep("paper.pdf", run(p, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize())))
	p.do(size(800, 1100), medium("print"))
	if got := eval[int](p, `[...document.querySelectorAll("#paper tbody tr")].filter(e => e.checkVisibility()).length`); got != 9 {
		t.Errorf("%d rows on paper", got)
	}
	if eval[bool](p, `document.getElementById("app").checkVisibility() || document.getElementById("lang").checkVisibility()`) {
		t.Error("buttons on paper")
	}
	if found := eval[[]string](p, faint); len(found) > 0 {
		t.Errorf("faint: %q", found)
	}
}
