package sync

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
)

// maxLine bounds a line of a journal; the longest honest one, a batch of rows on their
// way or a row with many problems in two languages, is a tenth of it.
const maxLine = 4 << 20

// A line ends in a member crc: the CRC-32C of all that stands before it, in hexadecimal, so
// that a bit that flips on the disk is noticed.
const (
	sumHead   = `,"crc":"`
	sumTail   = `"}`
	sumLength = len(sumHead) + 8 + len(sumTail)
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) (text [8]byte) {
	var sum [4]byte
	binary.BigEndian.PutUint32(sum[:], crc32.Checksum(b, castagnoli))
	hex.Encode(text[:], sum[:])
	return text
}

// errDamaged is a line that is not what was written: no row is done by guess.
var errDamaged = Errorf("这一行已损坏", "the line is damaged")

// A form appends something as a JSON object.
type form func([]byte) ([]byte, error)

// marshalled is the form that encoding/json gives a value.
func marshalled(v any) form {
	return func(b []byte) ([]byte, error) {
		object, err := json.Marshal(v)
		return append(b, object...), err
	}
}

// sealed appends what has a form as a line with its checksum.
func sealed(b []byte, what form) ([]byte, error) {
	start := len(b)
	b, err := what(b)
	if err != nil {
		return nil, err
	}
	if length := len(b) - start; length+sumLength >= maxLine {
		return nil, Errorf("这一行将长达 %d 字节，超过了上限", "the line would be %d bytes long", length)
	}
	b = b[:len(b)-1]
	sum := checksum(b[start:])
	b = append(b, sumHead...)
	b = append(b, sum[:]...)
	return append(b, sumTail+"\n"...), nil
}

// unseal reports whether a line is what was written.
func unseal(line []byte) error {
	end := len(line) - sumLength
	if end < 1 {
		return errDamaged
	}
	sum := checksum(line[:end])
	if head, tail := line[end:len(line)-len(sumTail)], line[len(line)-len(sumTail):]; string(tail) != sumTail ||
		string(head[:len(sumHead)]) != sumHead || string(head[len(sumHead):]) != string(sum[:]) {
		return errDamaged
	}
	return nil
}

// A lineReader reads lines and knows where they stand.
type lineReader struct {
	r     *bufio.Reader
	line  []byte
	start int64 // of the last line
	end   int64 // behind its line feed
}

func newLineReader(r io.Reader) *lineReader { return &lineReader{r: bufio.NewReaderSize(r, 1<<16)} }

// next returns the next line without its line feed, and nil for one that is longer than
// any okrsync writes. It is good until the next call. io.EOF means that there is no further whole line: what stands
// behind the last line feed was cut by a kill.
func (l *lineReader) next() ([]byte, error) {
	l.line = l.line[:0]
	length := int64(0)
	for {
		part, err := l.r.ReadSlice('\n')
		if length += int64(len(part)); length > maxLine {
			l.line = l.line[:0]
		} else {
			l.line = append(l.line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return nil, err
		}
		l.start = l.end
		l.end += length
		return l.line[:max(len(l.line)-1, 0)], nil
	}
}
