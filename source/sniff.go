package source

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf16"
)

// signatures are the first bytes of what people take for spreadsheets.
var signatures = []struct{ start, format string }{
	{"%PDF", "PDF"},
	{"{\\rtf", "RTF"},
	{"ID;P", "SYLK"},
	{"PK\x05\x06", "an empty ZIP archive"},
	{"\x1f\x8b", "gzip"},
	{"7z\xbc\xaf\x27\x1c", "7z"},
	{"Rar!", "RAR"},
	{"\x89PNG", "PNG"},
	{"\xff\xd8\xff", "JPEG"},
}

const (
	oleSignature = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
	zipSignature = "PK\x03\x04"
)

// sniff decides by its first bytes what a file is: a ZIP archive (true), a
// text (false), or something to refuse.
func sniff(r io.ReaderAt, size int64) (zipped bool, err error) {
	start := make([]byte, min(size, 4096))
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, size), start); err != nil {
		return false, err
	}
	text := string(start)
	switch {
	case size == 0:
		return false, &FileError{Code: CodeFileEmpty}
	case strings.HasPrefix(text, zipSignature):
		return true, nil
	case strings.HasPrefix(text, oleSignature):
		return false, oleRefusal(r, start)
	case strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"):
		return false, &FileError{Code: CodeEncodingUnknown, Found: "UTF-16"}
	}
	for _, s := range signatures {
		if strings.HasPrefix(text, s.start) {
			return false, &FileError{Code: CodeFileNotASpreadsheet, Found: s.format}
		}
	}
	return false, markupRefusal(text)
}

// markupRefusal refuses web pages and XML, which many systems export under the
// name of a spreadsheet.
func markupRefusal(text string) error {
	text = strings.ToLower(trim(text))
	switch {
	case strings.HasPrefix(text, "<?xml"):
		return &FileError{Code: CodeFileNotASpreadsheet, Found: "XML"}
	case strings.HasPrefix(text, "<"):
		return &FileError{Code: CodeFileNotASpreadsheet, Found: "HTML"}
	}
	return nil
}

// oleRefusal tells apart what comes in Microsoft's old container: workbooks
// with a password and files of the old formats.
func oleRefusal(r io.ReaderAt, header []byte) *FileError {
	names := oleDirectory(r, header)
	switch {
	case bytes.Contains(names, utf16le("EncryptedPackage")), bytes.Contains(names, utf16le("EncryptionInfo")):
		return &FileError{Code: CodeFileEncrypted}
	case bytes.Contains(names, utf16le("WordDocument")):
		return &FileError{Code: CodeFileNotASpreadsheet, Found: "Word .doc"}
	case bytes.Contains(names, utf16le("PowerPoint Document")):
		return &FileError{Code: CodeFileNotASpreadsheet, Found: "PowerPoint .ppt"}
	}
	return &FileError{Code: CodeFileNotASpreadsheet, Found: "Excel 97–2003 .xls / WPS .et"}
}

// oleDirectory is the beginning of the container's directory, as far as it is
// there.
func oleDirectory(r io.ReaderAt, header []byte) []byte {
	const shiftAt, sectorAt, headerSize = 30, 48, 76
	if len(header) < headerSize {
		return nil
	}
	shift := min(binary.LittleEndian.Uint16(header[shiftAt:]), 16)
	sector := int64(binary.LittleEndian.Uint32(header[sectorAt:]))
	directory := make([]byte, 16<<10)
	n, _ := r.ReadAt(directory, (sector+1)<<shift)
	return directory[:n]
}

func utf16le(text string) []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return b
}
