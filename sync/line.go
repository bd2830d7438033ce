package sync

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// maxLine bounds a line of a journal; the longest honest one, a batch of rows on their
// way or a row with many problems in two languages, is a tenth of it.
const maxLine = 4 << 20

// sumLength is how long the checksum at the end of a line is.
const sumLength = len(`,"crc":"01234567"}`)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errDamaged is a line that is not what was written: no row is done by guess.
var errDamaged = errors.New("the line is damaged")

// sealed returns v, which becomes a JSON object, as a line: its last member, crc, is the
// CRC-32C of all that stands before it, so that a bit that flips on the disk is noticed.
func sealed(v any) ([]byte, error) {
	line, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	if len(line)+sumLength >= maxLine {
		return nil, fmt.Errorf("the line would be %d bytes long", len(line))
	}
	line = line[:len(line)-1]
	return fmt.Appendf(line, ",\"crc\":\"%08x\"}\n", crc32.Checksum(line, castagnoli)), nil
}

// unseal decodes a line into v, if it is what was written.
func unseal(line []byte, v any) error {
	end := len(line) - sumLength
	if end < 1 || string(line[end:]) != fmt.Sprintf(`,"crc":"%08x"}`, crc32.Checksum(line[:end], castagnoli)) {
		return errDamaged
	}
	return json.Unmarshal(line, v)
}

// A lineReader reads lines and knows where they stand.
type lineReader struct {
	r     *bufio.Reader
	start int64 // of the last line
	end   int64 // behind its line feed
}

func newLineReader(r io.Reader) *lineReader { return &lineReader{r: bufio.NewReaderSize(r, 1<<16)} }

// next returns the next line without its line feed, and nil for one that is longer than
// any okrsync writes. io.EOF means that there is no further whole line: what stands
// behind the last line feed was cut by a kill.
func (l *lineReader) next() ([]byte, error) {
	var line []byte
	length := int64(0)
	for {
		part, err := l.r.ReadSlice('\n')
		if length += int64(len(part)); length > maxLine {
			line = nil
		} else {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return nil, err
		}
		l.start = l.end
		l.end += length
		return line[:max(len(line)-1, 0)], nil
	}
}
