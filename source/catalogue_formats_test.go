package source

import (
	"archive/zip"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// fixture is the path of a file that another program wrote.
func fixture(name string) string { return filepath.Join("..", "testdata", "formats", name) }

// readNotices reads a file and also returns the codes of its notices.
func readNotices(t *testing.T, path string) (a answer, notices string) {
	t.Helper()
	f, err := Open(path, Options{})
	if err != nil {
		return answer{fatal: mustFileError(t, err)}, ""
	}
	defer f.Close()
	a = readRows(t, f)
	var codes []string
	for _, n := range f.Notices() {
		codes = append(codes, string(n.Code))
	}
	return a, strings.Join(codes, " ")
}

// isFormat holds a refusal against the format that it should name.
func isFormat(t *testing.T, path, format string) {
	t.Helper()
	a := read(t, path, Options{})
	if a.fatal == nil || a.fatal.Code != CodeFileNotASpreadsheet || a.fatal.Found != format {
		t.Errorf("%s: got %v %v, want %s", path, a.fatal, a, format)
	}
}

// encrypted is a sound workbook under a password. excelize cannot write small ones.
func encrypted(t *testing.T, password string) []byte {
	t.Helper()
	noise := make([]byte, 8<<10)
	rand.NewChaCha8([32]byte{}).Read(noise)
	p := book(bookHeader+dataRow).with("docProps/thumbnail.jpeg", string(noise))
	raw, err := excelize.Encrypt(p.zip(t, zip.Deflate), &excelize.Options{Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// agileHeader is how Excel says in which way a workbook is encrypted.
const agileHeader = `<?xml version="1.0"?><encryption xmlns="http://schemas.microsoft.com/office/2006/encryption" xmlns:p="http://schemas.microsoft.com/office/2006/keyEncryptor/password">` +
	`<keyData saltSize="16" blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512" saltValue="AAAAAAAAAAAAAAAAAAAAAA=="/>` +
	`<keyEncryptors><keyEncryptor uri="http://schemas.microsoft.com/office/2006/keyEncryptor/password">` +
	`<p:encryptedKey spinCount="1000" saltSize="16" blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512" saltValue="AAAAAAAAAAAAAAAAAAAAAA==" ` +
	`encryptedVerifierHashInput="AAAAAAAAAAAAAAAAAAAAAA==" encryptedVerifierHashValue="AAAAAAAAAAAAAAAAAAAAAA==" encryptedKeyValue="AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="/>` +
	`</keyEncryptor></keyEncryptors></encryption>`

// agile is a container of Microsoft's with the header and nothing that a password
// would open. Streams of 4096 bytes are kept in ordinary sectors.
func agile(header string) []byte {
	const sector, stream, sectors, end = 512, 4096, 18, 0xfffffffe
	data := make([]byte, sector*(1+sectors))
	put := func(at int, values ...uint32) {
		for i, v := range values {
			binary.LittleEndian.PutUint32(data[at+4*i:], v)
		}
	}
	copy(data, oleSignature)
	put(24, 0x0003003e, 0x0009fffe, 6)        // versions, byte order, sizes of sectors
	put(44, 1, 1, 0, 4096, end, 0, end, 0, 0) // the table is sector 0, the directory sector 1
	for i := 80; i < sector; i += 4 {
		put(i, 0xffffffff)
	}
	put(sector, 0xfffffffd, end)
	for i := 2; i < sectors; i++ {
		put(sector+4*i, uint32(i+1))
	}
	put(sector+4*9, end)
	put(sector+4*17, end)
	for i := sectors; i < 128; i++ {
		put(sector+4*i, 0xffffffff)
	}
	for i, name := range []string{"Root Entry", "EncryptionInfo", "EncryptedPackage"} {
		at := 2*sector + 128*i
		copy(data[at:], utf16le(name))
		put(at+64, uint32(2*len(name)+2)|uint32([]byte{5, 2, 2}[i])<<16|1<<24, 0xffffffff, []uint32{0xffffffff, 0xffffffff, 1}[i], []uint32{2, 0xffffffff, 0xffffffff}[i])
		put(at+116, []uint32{end, 2, 10}[i], []uint32{0, stream, stream}[i])
	}
	put(3*sector, 0x00040004, 0x40)
	copy(data[3*sector+8:3*sector+stream], header+strings.Repeat(" ", stream-8-len(header)))
	put(11*sector, 4000)
	return data
}

// agileRefused reads such a file after a change to its header.
func agileRefused(t *testing.T, from, to string) {
	t.Helper()
	if !strings.Contains(agileHeader, from) {
		t.Fatal(from)
	}
	header := strings.ReplaceAll(agileHeader, from, to)
	expect(t, to, read(t, write(t, "a.xlsx", agile(header)), Options{}), CodeFileEncrypted)
}

func TestP20_OldExcel(t *testing.T) {
	const xls = "Excel 97–2003 .xls / WPS .et"
	isFormat(t, fixture("okr.xls"), xls)
	data, err := os.ReadFile(fixture("okr.xls"))
	if err != nil {
		t.Fatal(err)
	}
	isFormat(t, write(t, "renamed.xlsx", data), xls)
	isFormat(t, write(t, "five.xlsx", []byte(ole("Root Entry", "Book"))), xls)
	a := read(t, fixture("okr.xls"), Options{})
	if advice := a.fatal.Advice("zh"); !strings.Contains(advice, "另存为 .xlsx") {
		t.Error(advice)
	}
}

func TestP21_Password(t *testing.T) {
	a := read(t, write(t, "a.xlsx", encrypted(t, "secret")), Options{})
	expect(t, "password", a, CodeFileEncrypted)
	if advice := a.fatal.Advice("zh"); !strings.Contains(advice, "取消密码") {
		t.Error(advice)
	}
	// A password of the archive itself, as compressing programs set it.
	archive := relabelled(t, sheetPart, func(h *zip.FileHeader) { h.Flags |= 1 })
	expect(t, "password of the archive", read(t, write(t, "a.xlsx", archive), Options{}), CodeFileEncrypted)
}

// Such a workbook opens in Excel without a question.
func TestP22_DefaultPassword(t *testing.T) {
	expect(t, "read-only", read(t, write(t, "a.xlsx", encrypted(t, "VelvetSweatshop")), Options{}), "")
	expect(t, "nearly", read(t, write(t, "a.xlsx", encrypted(t, "velvetsweatshop")), Options{}), CodeFileEncrypted)
}

func TestP23_AES192(t *testing.T) {
	agileRefused(t, `keyBits="256"`, `keyBits="192"`)
}

func TestP24_OldCiphers(t *testing.T) {
	for _, cipher := range []string{"DES", "3DES", "RC2", "RC4", ""} {
		agileRefused(t, `cipherAlgorithm="AES"`, `cipherAlgorithm="`+cipher+`"`)
	}
	for _, size := range []string{"0", "-16", "999999999"} {
		agileRefused(t, `keyBits="256"`, `keyBits="`+size+`"`)
		agileRefused(t, `blockSize="16"`, `blockSize="`+size+`"`)
	}
	expect(t, "no header", read(t, write(t, "a.xlsx", agile("")), Options{}), CodeFileEncrypted)
}

func TestP25_OpenDocument(t *testing.T) {
	isFormat(t, fixture("okr.ods"), "OpenDocument .ods")
	isFormat(t, fixture("password.ods"), "OpenDocument .ods")
	isFormat(t, fixture("okr.fods"), "OpenDocument .fods")
}

func TestP26_BinaryWorkbook(t *testing.T) {
	p := book("")
	delete(p, "xl/workbook.xml")
	p.replace("_rels/.rels", "workbook.xml", "workbook.bin").with("xl/workbook.bin", "\x83\x01\x00")
	isFormat(t, write(t, "a.xlsb", p.zip(t, zip.Deflate)), "Excel .xlsb")
	isFormat(t, write(t, "a.xlsx", p.zip(t, zip.Deflate)), "Excel .xlsb")
}

func TestP27_TextFormats(t *testing.T) {
	for name, format := range map[string]string{"okr.html": "HTML", "okr.slk": "SYLK", "okr.dif": "DIF", "okr.xml": "Excel 2003 XML"} {
		isFormat(t, fixture(name), format)
		data, err := os.ReadFile(fixture(name))
		if err != nil {
			t.Fatal(err)
		}
		isFormat(t, write(t, "export.xls", data), format)
		isFormat(t, write(t, "export.xlsx", data), format)
	}
}

// Brokers export text under the name of a workbook.
func TestP28_TextNamedXLS(t *testing.T) {
	text := "=\"指标项ID\"\t=\"名称\"\t=\"当前值\"\r\n=\"7041234567890123456\"\t=\"销售额\"\t5\r\n"
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a.xls": "other_name encoding delimiter other_columns", "a.xlsx": "other_name encoding delimiter other_columns", "a.txt": "encoding delimiter other_columns"} {
		a, notices := readNotices(t, write(t, name, []byte(gbk)))
		expect(t, name, a, "")
		if notices != want {
			t.Errorf("%s: %s", name, notices)
		}
	}
}

func TestP29_WorkbookNamedCSV(t *testing.T) {
	data := book(bookHeader+dataRow).zip(t, zip.Deflate)
	for name, want := range map[string]string{"a.csv": "other_name", "a.txt": "other_name", "a.xlsx": "", "a.xlsm": "", "a": ""} {
		a, notices := readNotices(t, write(t, name, data))
		expect(t, name, a, "")
		if notices != want {
			t.Errorf("%s: %s", name, notices)
		}
	}
	if a, notices := readNotices(t, fixture("okr.xlsm")); a.fatal != nil || strings.Contains(notices, "other_name") {
		t.Error(a.fatal, notices)
	}
}

func TestP30_OtherArchives(t *testing.T) {
	office := func(main string) parts {
		p := book("").replace("_rels/.rels", "xl/workbook.xml", main).with(main, "<document/>")
		delete(p, "xl/workbook.xml")
		return p
	}
	for format, p := range map[string]parts{
		"Word .docx":       office("word/document.xml"),
		"PowerPoint .pptx": office("ppt/presentation.xml"),
		"a ZIP archive":    {"okr.xlsx": string(book(bookHeader+dataRow).zip(t, zip.Deflate))},
		"Apple Numbers":    {"Index/Document.iwa": "x"},
	} {
		isFormat(t, write(t, "a.xlsx", p.zip(t, zip.Deflate)), format)
	}
}

func TestP31_EmptyAndLockFiles(t *testing.T) {
	for _, test := range []struct {
		name, content string
		code          Code
		found         string
	}{
		{"empty.xlsx", "", CodeFileEmpty, ""},
		{"empty.zip.xlsx", "PK\x05\x06" + strings.Repeat("\x00", 18), CodeFileNotASpreadsheet, "an empty ZIP archive"},
		{"~$okr.xlsx", "\x05Alice" + strings.Repeat(" ", 159), CodeFileCompanion, "a lock file"},
		{"~$okr.xlsx", "", CodeFileEmpty, ""},
		{".~lock.okr.xlsx#", ",alice,host,23.11.2026 01:00,file:///home/alice;", CodeFileCompanion, "a lock file"},
		{"._okr.xlsx", "\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X", CodeFileCompanion, "macOS"},
	} {
		a := read(t, write(t, test.name, []byte(test.content)), Options{})
		if a.fatal == nil || a.fatal.Code != test.code || a.fatal.Found != test.found {
			t.Errorf("%s: %+v", test.name, a.fatal)
		}
	}
}

// A file that is still being copied is never taken for a shorter one.
func TestP32_StillBeingCopied(t *testing.T) {
	whole, err := os.ReadFile(fixture("okr.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "okr.xlsx")
	for cut := 0; cut < len(whole); cut += 97 {
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		if a := read(t, path, Options{}); a.fatal == nil {
			t.Errorf("%d of %d bytes: %v", cut, len(whole), a)
		}
	}
	// Space that is reserved before the bytes arrive, as many copying programs do.
	expect(t, "reserved", read(t, write(t, "a.xlsx", append(whole[:4000:4000], make([]byte, len(whole)-4000)...)), Options{}), CodeFileDamaged)
	expect(t, "nothing but space", read(t, write(t, "a.xlsx", make([]byte, 4000)), Options{}), CodeEncodingUnknown)
}

// Deriving a key in millions of rounds would take seconds.
func TestP33_CostlyPassword(t *testing.T) {
	start := time.Now()
	for _, count := range []string{"10000000", "999999", "200001", "0x1000", "-10000"} {
		agileRefused(t, `spinCount="1000"`, `spinCount="`+count+`"`)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("took %v", took)
	}
}
