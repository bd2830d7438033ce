package source

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// ole is a file of Microsoft's old container with the given directory entries.
func ole(entries ...string) string {
	data := make([]byte, 512+128*len(entries))
	copy(data, oleSignature)
	binary.LittleEndian.PutUint16(data[30:], 9)
	for i, name := range entries {
		copy(data[512+128*i:], utf16le(name))
	}
	return string(data)
}

func TestWhatIsNoSpreadsheet(t *testing.T) {
	archive := func(names ...string) string {
		p := parts{}
		for _, name := range names {
			p[name] = "x"
		}
		return string(p.zip(t, 0))
	}
	for _, test := range []struct {
		content string
		code    Code
		found   string
	}{
		{"", CodeFileEmpty, ""},
		{"%PDF-1.7", CodeFileNotASpreadsheet, "PDF"},
		{"{\\rtf1", CodeFileNotASpreadsheet, "RTF"},
		{"ID;PWXL;N;E", CodeFileNotASpreadsheet, "SYLK"},
		{"\ufeff\r\n<HTML>", CodeFileNotASpreadsheet, "HTML"},
		{"<table>", CodeFileNotASpreadsheet, "HTML"},
		{"<?xml version=\"1.0\"?>", CodeFileNotASpreadsheet, "XML"},
		{"PK\x05\x06" + strings.Repeat("\x00", 18), CodeFileNotASpreadsheet, "an empty ZIP archive"},
		{"PK\x03\x04 and no more", CodeFileDamaged, "not a whole ZIP archive"},
		{ole("Root Entry", "Workbook"), CodeFileNotASpreadsheet, "Excel 97–2003 .xls / WPS .et"},
		{ole("Root Entry", "EncryptionInfo", "EncryptedPackage"), CodeFileEncrypted, ""},
		{ole("Root Entry", "WordDocument"), CodeFileNotASpreadsheet, "Word .doc"},
		{oleSignature, CodeFileNotASpreadsheet, "Excel 97–2003 .xls / WPS .et"},
		{archive("mimetype", "content.xml"), CodeFileNotASpreadsheet, "OpenDocument .ods"},
		{archive("word/document.xml"), CodeFileNotASpreadsheet, "Word .docx"},
		{archive("ppt/presentation.xml"), CodeFileNotASpreadsheet, "PowerPoint .pptx"},
		{archive("xl/workbook.bin"), CodeFileNotASpreadsheet, "Excel .xlsb"},
		{archive("rows.csv"), CodeFileNotASpreadsheet, "a ZIP archive"},
	} {
		a := read(t, write(t, "a.xlsx", []byte(test.content)), Options{})
		if a.fatal == nil || a.fatal.Code != test.code || a.fatal.Found != test.found {
			t.Errorf("%.20q: got %+v, want %s %s", test.content, a.fatal, test.code, test.found)
		}
	}
}

func TestContentDecidesNotTheName(t *testing.T) {
	if a := read(t, write(t, "a.xlsx", []byte("metric_item_id\n1\n")), Options{}); len(a.updates) != 1 {
		t.Error(a)
	}
	workbook := book(bookHeader+`<row r="2"><c r="A2" t="s"><v>2</v></c></row>`).zip(t, 0)
	if a := read(t, write(t, "a.csv", workbook), Options{}); len(a.updates) != 1 {
		t.Error(a)
	}
}

func TestWhatIsNoFile(t *testing.T) {
	_, err := Open(filepath.Join(t.TempDir(), "none.csv"), Options{})
	if e := mustFileError(t, err); e.Code != CodeFileMissing || !errors.Is(err, fs.ErrNotExist) {
		t.Error(e)
	}
	_, err = Open(t.TempDir(), Options{})
	if e := mustFileError(t, err); e.Code != CodeFileUnreadable || e.Found != "a folder" {
		t.Error(e)
	}
	_, err = Open(os.DevNull, Options{})
	if e := mustFileError(t, err); e.Code != CodeFileUnreadable {
		t.Error(e)
	}
	if runtime.GOOS == "linux" {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		_, err = New(r, "pipe", Options{})
		if e := mustFileError(t, err); e.Code != CodeFileUnreadable {
			t.Error(e)
		}
	}
}
