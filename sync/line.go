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

// sealed returns v, which becomes a JSON object, as a line with its checksum.
func sealed(v any) ([]byte, error) {
	line, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	if len(line)+sumLength >= maxLine {
		return nil, Errorf("这一行将长达 %d 字节，超过了上限", "the line would be %d bytes long", len(line))
	}
	line = line[:len(line)-1]
	sum := checksum(line)
	line = append(line, sumHead...)
	line = append(line, sum[:]...)
	return append(line, sumTail+"\n"...), nil
}

// unseal decodes a line into v, if it is what was written.
func unseal(line []byte, v any) error {
	end := len(line) - sumLength
	if end < 1 {
		return errDamaged
	}
	sum := checksum(line[:end])
	if string(line[end:]) != sumHead+string(sum[:])+sumTail {
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
