package source

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
)

// A closeCounter counts how often it is closed.
type closeCounter int

func (*closeCounter) Read([]byte) (int, error) { panic("Read of a source") }

func (c *closeCounter) Close() error { *c++; return nil }

// endless is a text without an end.
type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

// panicking is a reader with a mistake in it.
type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("oops") }

// What comes out is what went in, the error after all the bytes before it and
// again whenever it is asked for.
func TestReadAheadOrder(t *testing.T) {
	broken := errors.New("broken")
	text := strings.Repeat("0123456789", 50_000)
	for _, length := range []int{0, 1, aheadPiece, aheadPiece + 1, len(text)} {
		for _, wrap := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.HalfReader, iotest.DataErrReader} {
			in := wrap(io.MultiReader(strings.NewReader(text[:length]), iotest.ErrReader(broken)))
			var source closeCounter
			a := newReadAhead(&source, in)
			var out bytes.Buffer
			if _, err := out.ReadFrom(a); !errors.Is(err, broken) || out.String() != text[:length] {
				t.Errorf("%d bytes: got %d, %v", length, out.Len(), err)
			}
			if n, err := a.Read(make([]byte, 1)); n != 0 || !errors.Is(err, broken) {
				t.Errorf("after the error: %d, %v", n, err)
			}
			if a.Close(); source != 1 {
				t.Errorf("closed %d times", source)
			}
		}
	}
}

// Close stops the goroutine, wherever the reading is. A goroutine that is left
// behind fails the test: synctest waits for all of them.
func TestReadAheadClose(t *testing.T) {
	for _, bytesRead := range []int64{0, 1, aheadPiece, 1 << 20} {
		synctest.Test(t, func(t *testing.T) {
			var source closeCounter
			a := newReadAhead(&source, endless{})
			if _, err := io.CopyN(io.Discard, a, bytesRead); err != nil {
				t.Error(err)
			}
			synctest.Wait() // for it to have no buffer left
			if a.Close(); source != 1 {
				t.Errorf("closed %d times", source)
			}
		})
	}
}

func TestReadAheadPanic(t *testing.T) {
	var source closeCounter
	a := newReadAhead(&source, panicking{})
	defer a.Close()
	if _, err := io.ReadAll(a); !strings.Contains(mustFileErrorCause(t, err), "oops") {
		t.Error(err)
	}
}

func mustFileErrorCause(t *testing.T, err error) string {
	t.Helper()
	refused, ok := errors.AsType[*FileError](err)
	if !ok || refused.Code != CodeFileDamaged {
		t.Fatalf("not a damaged file: %v", err)
	}
	return refused.Err.Error()
}

// Whoever stops early leaves no goroutine behind, and neither does a refusal.
func TestRowsStopEarly(t *testing.T) {
	path := bigWorkbook(t, 20_000)
	broken := write(t, "broken.xlsx", book("</row>").zip(t, 0))
	synctest.Test(t, func(t *testing.T) {
		f, err := Open(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for range f.Rows() {
			break
		}
		if a := read(t, broken, Options{}); a.fatal == nil {
			t.Error("read")
		}
	})
}
