package feishutest

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestScriptRules(t *testing.T) {
	tests := []struct {
		name, script string
		want         []int // codes of ten patches of the items 1 to 10
	}{
		{"nothing", " # only a comment\n\n", []int{0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
		{"a number", "patch 3 2200", []int{0, 0, 2200, 0, 0, 0, 0, 0, 0, 0}},
		{"a number and the next", "patch 3 2200 x2 # twice", []int{0, 0, 2200, 2200, 0, 0, 0, 0, 0, 0}},
		{"from", "patch from:8 2200", []int{0, 0, 0, 0, 0, 0, 0, 2200, 2200, 2200}},
		{"from, twice", "patch from:7 2200 x2", []int{0, 0, 0, 0, 0, 0, 2200, 2200, 0, 0}},
		{"every", "patch * 2200 x4", []int{2200, 2200, 2200, 2200, 0, 0, 0, 0, 0, 0}},
		{"item", "patch item:" + SampleItem(5) + " code:1001002:200", []int{0, 0, 0, 0, 1001002, 0, 0, 0, 0, 0}},
		{"another kind", "get * 2200\ntoken * code:10014", []int{0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
		{"any kind", "* 2 2200", []int{0, 2200, 0, 0, 0, 0, 0, 0, 0, 0}},
		{"the first decides", "patch 2 code:1\npatch * code:2 x3", []int{2, 1, 2, 2, 0, 0, 0, 0, 0, 0}},
		{"time", "patch time:2s-4s 2200", []int{0, 0, 2200, 2200, 0, 0, 0, 0, 0, 0}},
		{"changes do not decide", "patch * delay:1ms\npatch 2 code:1\npatch 2 header:A=b", []int{0, 1, 0, 0, 0, 0, 0, 0, 0, 0}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := sampled(10, Config{})
				script(t, s, test.script)
				c := inMemory(t, s)
				pass(time.Hour) // rules by time begin with the first request
				start := time.Now()
				var codes []int
				for i := range 10 {
					pass(time.Duration(i)*time.Second - time.Since(start))
					codes = append(codes, c.patch(SampleItem(i+1), `{"metric_current_value":1}`).Code)
				}
				if !slices.Equal(codes, test.want) {
					t.Errorf("%v, want %v", codes, test.want)
				}
			})
		})
	}
}

// TestRulesWaitForAdmission: a call that the gateway refuses does not use up a rule.
func TestRulesWaitForAdmission(t *testing.T) {
	s := sampled(1, Config{})
	script(t, s, "sources * 2200 x1")
	c := inMemory(t, s)
	good := c.token
	c.token = "Bearer t-bad"
	first := c.do("GET", sourcesPath, "").Code
	c.token = good
	if second := c.do("GET", sourcesPath, "").Code; first != 99991663 || second != 2200 {
		t.Errorf("%d, then %d", first, second)
	}
}

func TestExpire(t *testing.T) {
	s := sampled(1, Config{})
	script(t, s, "sources 2 expire")
	c := inMemory(t, s)
	var codes []int
	for range 3 {
		codes = append(codes, c.do("GET", sourcesPath, "").Code)
	}
	c.token = "Bearer " + c.login().Token
	codes = append(codes, c.do("GET", sourcesPath, "").Code)
	if want := []int{0, 99991663, 99991663, 0}; !slices.Equal(codes, want) {
		t.Errorf("%v, want %v", codes, want)
	}
}

func TestScriptErrorsNameTheLine(t *testing.T) {
	for _, line := range []string{
		"patch 3", "patch 3 500 x2 more", "put 3 500", "patch 0 500", "patch -1 500", "patch from:0 500", "patch from:x 500",
		"patch third 500", "patch item:x 500", "patch *:1 500", "patch time:5s 500", "patch time:5s-1s 500", "patch 3 501",
		"patch 3 500 3", "patch 3 500 x0", "patch 3 500 x", "patch 3 code:x", "patch 3 code:0", "patch 3 code:7:99", "patch 3 code:7:204",
		"patch 3 cut-after", "patch 3 expire-after", "patch 3 reset:1", "patch 3 delay:5", "patch 3 delay:-5s", "patch 3 header:x",
		"patch 3 header:=x", "patch 3 item:x", "patch 3 page:next", "patch 3 limit:5", "patch 3 redirect:", "patch 3 redirect::",
	} {
		s := New(Config{})
		err := s.Script(strings.NewReader("# one\npatch 1 500\n" + line + "\n"))
		if err == nil || !strings.HasPrefix(err.Error(), "script line 3: ") {
			t.Errorf("%q: %v", line, err)
		}
		if len(s.rules) != 0 {
			t.Errorf("%q: rules were added all the same", line)
		}
	}
	if err := New(Config{}).Script(strings.NewReader(strings.Repeat("x", 1<<20))); err == nil {
		t.Error("a line of a megabyte: no error")
	}
}

// FuzzScript: any text is rules or an error, and rules written out again are the same rules.
func FuzzScript(f *testing.F) {
	f.Add("patch 3 reset-after\n* from:50 500 x10\npatch item:7001 code:1001002:200\ntoken * code:10014\n")
	f.Add("list * page:same\nget time:1s-2m delay:3ms x2\nbatch_update 5 omit:7 x3\n* 1 header:A=b")
	f.Add("patch 5 500 x9223372036854775807")
	f.Fuzz(func(t *testing.T, text string) {
		rules, err := parseScript(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, r := range rules {
			again, err := parseRule(r.String())
			if err != nil || again.String() != r.String() {
				t.Errorf("%q written out is %q, which reads as %v, %v", text, r, again, err)
			}
		}
	})
}

// FuzzBodies: no body makes the parser panic, and what is no JSON is never taken.
func FuzzBodies(f *testing.F) {
	f.Add([]byte(`{"metric_current_value":1.5,"supported_user_id":"ou_\"x"}`))
	f.Add([]byte(batchBody(1, 2)))
	f.Fuzz(func(t *testing.T, body []byte) {
		if u, ok := parseUpdate(body); ok {
			for _, n := range []string{u.initial.String(), u.target.String(), u.current.String()} {
				if n != "" && !validNumber(n) {
					t.Errorf("%s: took %q for a number", body, n)
				}
			}
		}
		parseBatch(body)
	})
}
