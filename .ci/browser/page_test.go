package browser

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"okrsync/feishu/feishutest"
)

// TestRows finds, filters, sorts and opens rows of the demo.
func TestRows(t *testing.T) {
	p := open(t, demo(t, "en"))
	p.wantRows("those to mend come first", "5", "6", "7", "8", "10", "11", "12", "13", "14")
	if got := p.text("#shown"); got != "9 of 18 rows match" {
		t.Error(got)
	}
	p.click(`[data-filter="failed"]`)
	p.wantRows("failed", "7", "12")
	p.click(`[data-filter="updated"]`)
	p.wantRows("updated", "2", "3", "4", "15", "18")
	p.click(`#app .sort`)
	p.wantRows("backwards", "18", "15", "4", "3", "2")
	p.click(`#app .sort`)
	p.click(`[data-filter="all"]`)
	if got := len(p.rows()); got != 18 {
		t.Errorf("%d rows", got)
	}
	for query, want := range map[string][]string{
		"NUMBER_invalid":      {"6"},
		"7100000000000000012": {"16"},
		"待定":                  {"6"},
		"起始值与目标值 50":          {"5"},
		"superior ou_nobody":  {"12"},
		"ou_nobody":           {"12"},
		"1001002":             {"7"},
		"合计":                  {"19"},
		"no such words":       nil,
	} {
		p.search(query)
		p.wantRows(query, want...)
	}
	p.search("no such words")
	if got := p.text("#scroll"); !strings.Contains(got, "No row matches") {
		t.Error(got)
	}
	p.search("1001003")
	p.click("#body .toggle")
	if got := p.text("#body .detail"); !strings.Contains(got, feishutest.SampleTable) || !strings.Contains(got, "Attempts 1") || !strings.Contains(got, "Trace id") {
		t.Error(got)
	}
	if got := p.text("#body .values"); !strings.Contains(got, "120") || !strings.Contains(got, "31") || !strings.Contains(got, "ou_nobody") {
		t.Error(got)
	}
	p.click("#body .toggle")
	if eval[bool](p, `document.querySelector("#body .detail") !== null`) {
		t.Error("the details stay open")
	}
}

// TestLanguages switches the language, which the address remembers.
func TestLanguages(t *testing.T) {
	name := demo(t, "zh")
	p := open(t, name)
	check := func(about, lang, verdict, title, hint string) {
		t.Helper()
		if got := eval[string](p, `document.documentElement.lang`); got != lang {
			t.Errorf("%s: language %s", about, got)
		}
		if got := p.text("h1"); got != verdict {
			t.Errorf("%s: %s", about, got)
		}
		if got := run(p, chromedp.Title()); got != title {
			t.Errorf("%s: title %s", about, got)
		}
		if got := eval[string](p, `document.getElementById("query").placeholder`); got != hint {
			t.Errorf("%s: hint %s", about, got)
		}
	}
	zh := func(about string) {
		t.Helper()
		check(about, "zh-CN", "18 行中有 9 行没有写入飞书，需要修改", "18 行中有 9 行没有写入飞书，需要修改 · okrsync", "ID、原因、错误码、追踪号…")
	}
	zh("at first")
	p.click("#lang")
	check("switched", "en", "9 of 18 rows did not reach Feishu and must be mended", "9 of 18 rows did not reach Feishu and must be mended · okrsync", "id, reason, code, trace id…")
	if got := p.text("main"); strings.Contains(got, "已更新") || !strings.Contains(got, "updated") {
		t.Error("the page speaks Chinese still")
	}
	p.do(chromedp.Reload())
	if got := eval[string](p, `document.documentElement.lang`); got != "en" {
		t.Errorf("loaded again: %s", got)
	}
	p.click("#lang")
	zh("and back")
}

// TestTenThousandRows holds what the page promises of its speed: ten thousand rows are
// there, and are searched, in less than a second.
func TestTenThousandRows(t *testing.T) {
	p := open(t, large(t))
	if loaded := eval[float64](p, `performance.getEntriesByType("navigation")[0].loadEventEnd`); loaded >= 1000 {
		t.Errorf("loaded after %.0f ms", loaded)
	} else {
		t.Logf("loaded after %.0f ms", loaded)
	}
	if got := p.text("#shown"); got != "1,000 of 10,000 rows match" {
		t.Error(got)
	}
	took := eval[[]float64](p, `(() => {
		const time = (act) => { const from = performance.now(); act(); document.body.offsetHeight; return performance.now() - from; };
		const query = document.getElementById("query");
		const search = (text) => time(() => { query.value = text; query.dispatchEvent(new Event("input")); });
		return [time(() => document.querySelector('[data-filter="all"]').click()), search("14998.25"), search("updated 9"), search("")];
	})()`)
	t.Logf("filtered and searched in %.1f ms", took)
	if slices.Max(took) >= 1000 {
		t.Errorf("filtered and searched in %v ms", took)
	}
	p.search("14998.25")
	p.wantRows("one of many", "10000")
	p.search("")
	p.wantRows("the first page", numbers(2, 50, 1)...)
	p.click("#last")
	p.wantRows("the last page", numbers(9952, 50, 1)...)
	p.click("#previous")
	p.wantRows("the one before", numbers(9902, 50, 1)...)
	if got := p.text("#pager .place"); got != "Page 199 of 200" {
		t.Error(got)
	}
	if nodes := eval[int](p, `document.getElementsByTagName("*").length`); nodes > 6000 {
		t.Errorf("%d elements", nodes)
	}
}

// TestKeyboard reaches everything with the tab key, sees where it is, and uses it.
func TestKeyboard(t *testing.T) {
	p := open(t, demo(t, "en"), size(1280, 900))
	want := eval[int](p, `[...document.querySelectorAll("a, button, input, [tabindex='0']")].filter(e => e.checkVisibility() && !e.disabled).length`)
	reached := 0
	for ; reached <= want; reached++ {
		p.do(chromedp.KeyEvent(kb.Tab))
		where := eval[[]string](p, `(() => {
			const e = document.activeElement, s = getComputedStyle(e);
			return [e.tagName, s.outlineStyle, String(e.checkVisibility()), e.outerHTML.slice(0, 80)];
		})()`)
		if where[0] == "BODY" {
			break
		}
		if where[1] == "none" || where[2] != "true" {
			t.Errorf("the focus cannot be seen at %q", where)
		}
	}
	if reached != want {
		t.Errorf("%d of %d elements reached", reached, want)
	}
	p.focus(`[data-filter="failed"]`)
	p.do(chromedp.KeyEvent(kb.Enter))
	p.wantRows("filtered", "7", "12")
	p.focus("#query")
	p.do(chromedp.KeyEvent("nobody"))
	p.wantRows("searched", "12")
	p.focus("#body .toggle")
	p.do(chromedp.KeyEvent(" "))
	if got := eval[string](p, `document.activeElement.getAttribute("aria-expanded")`); got != "true" {
		t.Errorf("expanded: %q", got)
	}
}

// TestForReaders holds what those need who hear the page.
func TestForReaders(t *testing.T) {
	p := open(t, demo(t, "en"))
	for about, expression := range map[string]string{
		"one heading of the first rank":   `document.querySelectorAll("h1").length === 1`,
		"one main part":                   `document.querySelectorAll("main").length === 1 && document.querySelector("header, footer") !== null`,
		"sections have names":             `[...document.querySelectorAll("section, nav, [role=region], [role=group], svg")].every(e => e.getAttribute("aria-labelledby").split(" ").every(id => document.getElementById(id).textContent.trim()))`,
		"buttons have names":              `[...document.querySelectorAll("button")].every(b => b.textContent.trim())`,
		"ids are there once":              `[...document.querySelectorAll("[id]")].every((e, _, all) => all.filter(o => o.id === e.id).length === 1)`,
		"the number of rows is told":      `document.getElementById("shown").getAttribute("role") === "status"`,
		"the table says how it is sorted": `document.querySelectorAll("#app th[aria-sort=ascending]").length === 1`,
		"signs are not read":              `[...document.querySelectorAll(".sign, .arrow")].every(e => e.ariaHidden === "true")`,
		"each word has its language":      `[...document.querySelectorAll(".zh, .en")].every(e => e.lang)`,
	} {
		if !eval[bool](p, expression) {
			t.Errorf("not so: %s", about)
		}
	}
}

// TestStill holds that nothing moves for those who do not like that.
func TestStill(t *testing.T) {
	p := open(t, demo(t, "en"), command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}},
	}))
	if got := eval[bool](p, `[...document.querySelectorAll("*")].some(e => getComputedStyle(e).transitionDuration !== "0s")`); got {
		t.Error("something moves")
	}
}

// TestWithoutScript shows what is left of the page where scripts are not allowed.
func TestWithoutScript(t *testing.T) {
	p := open(t, demo(t, "en"), command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	page := p.text("body")
	for _, text := range []string{"9 of 18 rows did not reach Feishu", "mend these rows", "updated 5", "Rows to mend", "7100000000000000009", "ou_nobody", "number_invalid", "SHA-256"} {
		if !strings.Contains(page, text) {
			t.Errorf("the page lacks %s", text)
		}
	}
	if strings.Contains(page, "已更新") || strings.Contains(page, "Search") {
		t.Error("the page shows what does not work")
	}
	p.shoot("without-script")
}

// TestHostileCells shows that what stands in cells, headings and names is shown and not
// run.
func TestHostileCells(t *testing.T) {
	attacks := []string{
		`<script>window.__pwned=1</script>`, `"><img src=x onerror=window.__pwned=1>`, `</script><script>window.__pwned=1</script>`,
		`<!--<script>`, `javascript:window.__pwned=1`, `<svg onload=window.__pwned=1>`, "\u202Egnp.exe\x1b[31m",
	}
	var b strings.Builder
	fmt.Fprintf(&b, "metric_item_id,metric_current_value,\"%s\"\n", strings.ReplaceAll(attacks[1], `"`, `""`))
	for i, attack := range attacks {
		cell := `"` + strings.ReplaceAll(attack, `"`, `""`) + `"`
		fmt.Fprintf(&b, "%s,%s,%s\n%s,7,x\n", feishutest.SampleItem(i+1), cell, cell, cell)
	}
	sim := feishutest.New(feishutest.Config{})
	sim.Sample(20)
	p := open(t, synced(t, sim, "<img src=x onerror=window.__pwned=1>.csv", b.String()))
	if got := len(p.rows()); got != 2*len(attacks) {
		t.Errorf("%d rows", got)
	}
	p.click("#body .toggle")
	p.search("__pwned")
	p.click("#lang")
	page := p.text("body")
	for _, text := range []string{attacks[0], attacks[1], "<img src=x onerror=window.__pwned=1>.csv"} {
		if !strings.Contains(page, text) {
			t.Errorf("%s is not shown", text)
		}
	}
	if strings.ContainsAny(page, "\u202e\x1b") {
		t.Error("control characters are shown")
	}
	if eval[bool](p, `"__pwned" in window || document.querySelector("img, svg[onload], #body script") !== null`) {
		t.Error("a cell was run")
	}
}
