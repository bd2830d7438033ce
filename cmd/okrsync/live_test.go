package main

import (
	"strings"
	"testing"
	"time"

	"okrsync/sync"
)

// TestLiveLine shows the live line at different widths: it always fits, and the less there
// is, the more it keeps to what matters.
func TestLiveLine(t *testing.T) {
	waiting := glance{total: 1000, done: 380, sending: true, rate: 1.66, retries: 12, Outlook: sync.Outlook{Left: 372 * time.Second, Wait: 48 * time.Second}}
	silent := waiting
	silent.Pause = sync.Pause{Code: "99991400"}
	down := waiting
	down.Pause = sync.Pause{Try: 2}
	stopping := glance{total: 1000, done: 380, sending: true, stopping: 12 * time.Second, Outlook: sync.Outlook{Flying: 3}}
	for _, test := range []struct {
		glance  glance
		columns int
		lang    string
		want    string
	}{
		{waiting, 119, "en", "38% [======>.............] (380/1000) 1.7 rows/s, 6m12s left, 12 retries, waiting for the limit, 48s"},
		{waiting, 79, "en", "38% [==>.......] (380/1000) 1.7 rows/s, 6m12s left, waiting for the limit, 48s"},
		{waiting, 59, "en", "380/1000, 6m12s left, waiting for the limit, 48s"},
		{waiting, 40, "en", "380/1000, waiting for the limit, 48s"},
		{waiting, 20, "en", "380/1000"},
		{waiting, 5, "en", "380/1"},
		{waiting, 79, "zh", "38% [==>.......] (380/1000) 1.7 行/秒，还需 6分12秒，等待频率限制，48秒"},
		{waiting, 59, "zh", "380/1000，还需 6分12秒，等待频率限制，48秒"},
		{silent, 119, "en", "38% [======>.............] (380/1000) 1.7 rows/s, 6m12s left, 12 retries, Feishu asks for a pause, 48s"},
		{silent, 79, "zh", "38% [==>.......] (380/1000) 1.7 行/秒，还需 6分12秒，飞书要求暂停，48秒"},
		{down, 99, "en", "38% [==>.......] (380/1000) 1.7 rows/s, 12 retries, Feishu does not answer, next try in 48s"},
		{stopping, 79, "en", "38% [======>.............] (380/1000) stopping: 3 calls are out, at most 12s"},
		{glance{total: 5, looked: 100}, 79, "en", "0% [....................] (0/5) 100 live items read"},
		{glance{total: 5, done: 4, sending: true, rate: 0.5, Outlook: sync.Outlook{Left: time.Second}}, 79, "zh", "80% [===============>....] (4/5) 30.0 行/分，还需 1秒"},
		{glance{}, 79, "en", "0% [....................] (0/1) reading the live items"},
	} {
		got := test.glance.line(test.lang, test.columns)
		if got != test.want {
			t.Errorf("%d columns:\n got %s\nwant %s", test.columns, got, test.want)
		}
		if width := terminal.StringWidth(got); width > test.columns {
			t.Errorf("%q takes %d columns of %d", got, width, test.columns)
		}
	}
	if got, want := waiting.sentence("en"), "380 of 1000 rows done, 1.7 rows/s, 6m12s left, 12 retries, waiting for the limit, 48s"; got != want {
		t.Errorf("the plain line is %q", got)
	}
	if got := waiting.sentence("zh"); !strings.HasPrefix(got, "已完成 380 / 1000 行，1.7 行/秒，") {
		t.Errorf("the plain line is %q", got)
	}
}
