package browser

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// patience is how long a step may take.
const patience = 15 * time.Second

type step = chromedp.Action[chromedp.Void]

// A tab is a page that is open, and what went wrong in it.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string

	mu       sync.Mutex
	messages []string // of the console, warnings and worse
	requests []string // other than for the page itself
}

// open opens a page after the given steps. At the end of the test it must have said
// nothing on the console and asked nobody for anything.
func open(t *testing.T, name string, before ...step) *tab {
	t.Helper()
	ctx, cancel := chrome()
	p := &tab{t: t, ctx: ctx, url: (&url.URL{Scheme: "file", Path: name}).String()}
	t.Cleanup(func() {
		p.checkQuiet()
		cancel()
	})
	if err := chromedp.Do(ctx); err != nil { // the tab lives as long as the context of the first step
		t.Fatal(err)
	}
	if err := chromedp.Listen(ctx, p.heard); err != nil {
		t.Fatal(err)
	}
	p.do(command(network.Enable, network.EnableParams{}), command(log.Enable, cdp.Empty{}))
	p.do(append(before, chromedp.Navigate(p.url))...)
	return p
}

// heard takes in an event of the page.
func (p *tab) heard(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if e.Request.URL != p.url {
			p.requests = append(p.requests, e.Request.URL)
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == "error" || e.Entry.Level == "warning" {
			p.messages = append(p.messages, e.Entry.Text)
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			p.messages = append(p.messages, "console."+e.Type.String())
		}
	case *runtime.EventExceptionThrown:
		p.messages = append(p.messages, e.ExceptionDetails.Text)
	}
}

func (p *tab) checkQuiet() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.messages) > 0 || len(p.requests) > 0 {
		p.t.Errorf("on the console: %q\nrequests: %q", p.messages, p.requests)
	}
}

func (p *tab) do(steps ...step) {
	p.t.Helper()
	for _, s := range steps {
		run(p, s)
	}
}

// run runs a step that has a value.
func run[T any](p *tab, a chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, a)
	if err != nil {
		p.t.Fatal(err)
	}
	return value
}

// eval evaluates an expression in the page.
func eval[T any](p *tab, expression string) T {
	p.t.Helper()
	return run(p, chromedp.Evaluate[T](expression))
}

// command is a command of the protocol as a step.
func command[P, R any](c cdp.Command[P, R], params P) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// search looks for a text in place of the one before.
func (p *tab) search(text string) {
	p.t.Helper()
	eval[any](p, `document.getElementById("query").select()`)
	p.do(chromedp.KeyEvent(kb.Backspace), chromedp.KeyEvent(text))
}

// click clicks on the middle of an element, which nothing may cover.
func (p *tab) click(selector string) {
	p.t.Helper()
	at := eval[[]float64](p, fmt.Sprintf(`(() => {
		const e = document.querySelector(%q);
		e.scrollIntoView({ block: "center" });
		const box = e.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
		return e.contains(document.elementFromPoint(x, y)) ? [x, y] : [];
	})()`, selector))
	if len(at) == 0 {
		p.t.Fatalf("%s cannot be clicked", selector)
	}
	p.do(chromedp.MouseClickXY(at[0], at[1]))
}

// text is what a person sees of an element.
func (p *tab) text(selector string) string {
	p.t.Helper()
	text := eval[string](p, fmt.Sprintf(`document.querySelector(%q).innerText`, selector))
	return strings.Join(strings.Fields(text), " ")
}

// focus moves the keyboard to an element.
func (p *tab) focus(selector string) {
	p.t.Helper()
	eval[any](p, fmt.Sprintf(`document.querySelector(%q).focus()`, selector))
}

// rows are the numbers of the rows that are shown.
func (p *tab) rows() []string {
	p.t.Helper()
	return eval[[]string](p, `[...document.querySelectorAll("#body tr.line .row")].map(e => e.textContent)`)
}

func (p *tab) wantRows(about string, want ...string) {
	p.t.Helper()
	if got := p.rows(); !slices.Equal(got, want) {
		p.t.Errorf("%s: rows %q, want %q", about, got, want)
	}
}

// scheme makes the page believe that people like it light or dark.
func scheme(value string) step {
	return command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}},
	})
}

// medium shows the page as on another medium, such as print.
func medium(name string) step {
	return command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: name})
}

func size(width, height int64) step {
	return command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 500,
	})
}

// numbers are consecutive row numbers.
func numbers(from, n, by int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprint(from+i*by))
	}
	return all
}
