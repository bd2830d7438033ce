package source

import "io"

// A readAhead reads in a goroutine of its own, a few pieces ahead of whoever
// reads from it, so that one core inflates and checks a part while another
// scans it. The same bytes come out, and then the same error.
//
// Every buffer is in one of three places: in spare, in pieces, or with the one
// who reads. Both channels have room for all of them, so that a goroutine only
// ever waits for a buffer, and stops once spare is closed and empty.
type readAhead struct {
	source io.ReadCloser
	spare  chan []byte
	pieces chan piece // closed by the goroutine when it stops
	last   piece
	rest   []byte // of the last piece, not yet handed out
}

// aheadPiece is how many bytes are handed over at a time: to wake the other goroutine
// costs as much as to scan a few kilobytes.
const aheadPiece = 128 << 10

// A piece is what was read into a buffer, and the error behind it.
type piece struct {
	buf []byte
	n   int
	err error
}

// newReadAhead starts reading text, which comes out of source. Close stops it
// and closes source.
func newReadAhead(source io.ReadCloser, text io.Reader) *readAhead {
	const buffers = 3
	a := &readAhead{source: source, spare: make(chan []byte, buffers), pieces: make(chan piece, buffers)}
	for range buffers {
		a.spare <- make([]byte, aheadPiece)
	}
	go a.run(text)
	return a
}

func (a *readAhead) run(text io.Reader) {
	defer close(a.pieces)
	for buf := range a.spare {
		p := readPiece(text, buf)
		a.pieces <- p
		if p.err != nil {
			return
		}
	}
}

// readPiece fills buf unless there is an error. A panic is one as well: no
// other goroutine can recover it.
func readPiece(text io.Reader, buf []byte) (p piece) {
	defer refusePanic(&p.err)
	p.buf = buf
	for p.n < len(buf) && p.err == nil {
		var n int
		n, p.err = text.Read(buf[p.n:])
		p.n += n
	}
	return p
}

// Read implements io.Reader.
func (a *readAhead) Read(b []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.last.err != nil {
			return 0, a.last.err
		}
		if a.last.buf != nil {
			a.spare <- a.last.buf
		}
		a.last = <-a.pieces
		a.rest = a.last.buf[:a.last.n]
	}
	n := copy(b, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// Close implements io.Closer. It waits for the goroutine, which fills at most
// the spare buffers.
func (a *readAhead) Close() error {
	close(a.spare)
	for range a.pieces {
	}
	return a.source.Close()
}
