package plainjson

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// value reads a value of any kind as encoding/json has it, numbers as they are written.
func (c *Cursor[T]) value() any {
	switch b := c.peek(); b {
	case '"':
		return string(c.Text())
	case '{':
		object := map[string]any{}
		c.Members(func(name T) { object[string(name)] = c.value() })
		return object
	case '[':
		array := []any{}
		c.Elements(func() { array = append(array, c.value()) })
		return array
	case 't', 'f':
		return c.Bool()
	case 'n':
		c.Raw()
		return nil
	}
	return json.Number(c.Number())
}

// FuzzCursor holds what is read here against encoding/json: what is not odd is valid, and
// means the same.
func FuzzCursor(f *testing.F) {
	for _, text := range []string{
		`{"code":0,"data":{"items":[{"metric_item_id":"7","metric_unit":{"zh_cn":"万元"},"x":[1,-2.5e3,true,false,null]}]},"msg":"ok"}`,
		` { "a" : [ ] , "b" : { } } `, `{"a":"\u7b2c\n\"","b":"<&>"}`, `[01]`, `{"a":1,"a":2}`, `{"A":1}`, "\"\xff\"", `-0`, `1e5`, `[[[[1]]]]`, "\"\x01\"", `{"a":tru}`, `nul`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		raw := Read(text)
		spelled := raw.Raw()
		if raw.Done() && !json.Valid([]byte(text)) {
			t.Fatalf("%q is no JSON", text)
		}
		c, bytes := Read(text), Read([]byte(text))
		got, same := c.value(), bytes.value()
		if c.Done() != bytes.Done() || c.Done() && !reflect.DeepEqual(got, same) {
			t.Fatalf("%q is %#v (%v), from bytes %#v (%v)", text, got, c.Done(), same, bytes.Done())
		}
		if !c.Done() {
			return
		}
		var want any
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		if err := decoder.Decode(&want); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%q is %#v, %v; want %#v", text, got, err, want)
		}
		if !raw.Done() || !json.Valid([]byte(spelled)) {
			t.Fatalf("%q is spelled %q", text, spelled)
		}
	})
}
