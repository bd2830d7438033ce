package source

import (
	"bytes"
	"encoding/binary"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf16"
)

// signatures are the first bytes of what people take for spreadsheets.
var signatures = []struct{ start, format string }{
	{"%PDF", "PDF"},
	{"{\\rtf", "RTF"},
	{"ID;P", "SYLK"},
	{"TABLE\r\n0,1", "DIF"},
	{"TABLE\n0,1", "DIF"},
	{"\x09\x00\x04\x00", "Excel 2 .xls (BIFF)"},
	{"\x09\x02\x06\x00", "Excel 3 .xls (BIFF)"},
	{"\x09\x04\x06\x00", "Excel 4 .xls (BIFF)"},
	{"\x09\x08", "Excel 5 .xls (BIFF)"},

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
	macSignature = "\x00\x05\x16\x07" // ._name.xlsx
)

// sylkRecord is the beginning of a line that a SYLK file has and a text that
// begins with a column ID;P… has not.
var sylkRecord = regexp.MustCompile(`^ID;P\w*(;[NE])*\s*([\r\n]|$)|[\r\n][BCFOP];`)

// A form is what the bytes of a file are.
type form uint8

const (
	textForm form = iota
	zipForm
	encryptedForm // a workbook with a password, which may be the default one
)

// sniff decides by its first bytes what a file is, or refuses it.
func sniff(r io.ReaderAt, size int64) (form, error) {
	start := make([]byte, min(size, 4096))
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, size), start); err != nil {
		return textForm, err
	}
	text := string(start)
	switch {
	case size == 0:
		return textForm, &FileError{Code: CodeFileEmpty}
	case strings.HasPrefix(text, zipSignature):
		return zipForm, nil
	case strings.HasPrefix(text, oleSignature):
		return sniffOLE(r, start)
	}
	if strings.HasPrefix(text, macSignature) {
		return textForm, &FileError{Code: CodeFileCompanion, Found: "macOS"}
	}
	for _, s := range signatures {
		if strings.HasPrefix(text, s.start) && (s.format != "SYLK" || sylkRecord.MatchString(text)) {
			return textForm, &FileError{Code: CodeFileNotASpreadsheet, Found: s.format}
		}
	}
	return textForm, markupRefusal(text)
}

// isLockFile recognises the files by which office programs mark a spreadsheet that
// is open somewhere: ~$name.xlsx, .~lock.name.xlsx#.
func isLockFile(name string) bool {
	base := filepath.Base(name)
	return strings.HasPrefix(base, "~$") || strings.HasPrefix(base, ".~lock.")
}

// markupRefusal refuses web pages and XML, which many systems export under the
// name of a spreadsheet.
func markupRefusal(text string) error {
	text = strings.ToLower(trim(text))
	switch {
	case strings.HasPrefix(text, "<?xml") && strings.Contains(text, "urn:schemas-microsoft-com:office:spreadsheet"):
		return &FileError{Code: CodeFileNotASpreadsheet, Found: "Excel 2003 XML"}
	case strings.HasPrefix(text, "<?xml") && strings.Contains(text, "opendocument"):
		return &FileError{Code: CodeFileNotASpreadsheet, Found: "OpenDocument .fods"}
	case strings.HasPrefix(text, "<?xml"):
		return &FileError{Code: CodeFileNotASpreadsheet, Found: "XML"}
	case strings.HasPrefix(text, "<"):
		return &FileError{Code: CodeFileNotASpreadsheet, Found: "HTML"}
	}
	return nil
}

// sniffOLE tells apart what comes in Microsoft's old container: workbooks with a
// password and files of the old formats.
func sniffOLE(r io.ReaderAt, header []byte) (form, error) {
	names := oleDirectory(r, header)
	format := "Excel 97–2003 .xls / WPS .et"
	switch {
	case bytes.Contains(names, utf16le("EncryptedPackage")), bytes.Contains(names, utf16le("EncryptionInfo")):
		return encryptedForm, nil
	case bytes.Contains(names, utf16le("WordDocument")):
		format = "Word .doc"
	case bytes.Contains(names, utf16le("PowerPoint Document")):
		format = "PowerPoint .ppt"
	}
	return textForm, &FileError{Code: CodeFileNotASpreadsheet, Found: format}
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
