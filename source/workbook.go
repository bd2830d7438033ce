package source

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"net/url"
	"path"
	"strings"

	"github.com/xuri/excelize/v2"
)

// A workbook is an XLSX file of which one sheet is to be read.
type workbook struct {
	container *container
	texts     *sharedStrings
	formats   []format // by style index; nil without a styles part
	stale     bool     // the values of formulas are to be calculated on opening
	sheet     sheet    // the one to read
	sheets    []sheet  // all of them
	styles    string   // the part with the styles, "" for none
	theme     string   // the part with the theme, "" for none
	date1904  bool     // dates count from 1904
	looked    int      // how many cells were passed in search of the header
	hidden    []string // the names of hidden sheets
	others    []string // the names of visible sheets that have no header
}

// openWorkbook reads everything of a workbook but its sheets, which it lists.
func openWorkbook(r io.ReaderAt, size int64) (*workbook, []sheet, error) {
	c, err := openContainer(r, size)
	if err != nil {
		return nil, nil, err
	}
	book, err := c.workbookPart()
	if err != nil {
		return nil, nil, err
	}
	rels, err := c.relationships(book)
	if err != nil {
		return nil, nil, err
	}
	structure, err := c.structure(book, rels.target("/styles"))
	if err != nil {
		return nil, nil, err
	}
	defer structure.Close()
	w := &workbook{container: c, styles: rels.target("/styles"), theme: rels.target("/theme")}
	if props := structure.WorkBook.WorkbookPr; props != nil {
		w.date1904 = props.Date1904
	}
	if calc := structure.WorkBook.CalcPr; calc != nil && calc.FullCalcOnLoad != nil {
		w.stale = *calc.FullCalcOnLoad
	}
	if w.styles != "" {
		w.formats = formats(structure)
	}
	w.texts, err = c.sharedStrings(rels.target("/sharedStrings"))
	w.sheets = worksheets(structure, rels)
	return w, w.sheets, err
}

// rows starts reading a sheet.
func (w *workbook) rows(s sheet) (*sheetReader, error) { return w.open(s, false) }

// open starts reading a sheet; whole is with what only a copy of it needs.
func (w *workbook) open(s sheet, whole bool) (*sheetReader, error) {
	part, err := w.container.open(s.part, maxSheet)
	if err != nil {
		return nil, err
	}
	reader := newSheetReader(part, s.part, w.texts, w.formats)
	reader.stale, reader.whole = w.stale, whole
	if err := reader.start(); err != nil {
		part.Close()
		return nil, err
	}
	return reader, nil
}

// sharedStrings reads the texts that the cells share; "" is a workbook without.
func (c *container) sharedStrings(name string) (*sharedStrings, error) {
	if name == "" {
		return &sharedStrings{}, nil
	}
	part, err := c.open(name, maxSharedStrings)
	if err != nil {
		return nil, err
	}
	defer part.Close()
	return readSharedStrings(part, name)
}

// A relationship leads from one part of the package to another. Types are told
// by their ends, because the strict form of the format spells their beginnings
// differently.
type relationship struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
	Mode   string `xml:"TargetMode,attr"`
}

type relationships []relationship

// relationships reads where a part leads to, "" being the package itself. The
// targets become names of parts.
func (c *container) relationships(part string) (relationships, error) {
	name := path.Join(path.Dir(part), "_rels", path.Base(part)+".rels")
	if part == "" {
		name = "_rels/.rels"
	}
	data, err := c.read(name)
	if err != nil {
		return nil, err
	}
	var doc struct {
		List relationships `xml:"Relationship"`
	}
	if err := xml.Unmarshal(data, &doc); err != nil {
		return nil, &FileError{Code: CodeFileDamaged, Place: show(name), Found: "broken XML", Err: err}
	}
	seen := map[string]bool{}
	for i, rel := range doc.List {
		// Which of two counts depends on the program that reads them.
		once := rel.ID
		if only := path.Base(rel.Type); only == "sharedStrings" || only == "styles" {
			once = only
		}
		if seen[once] || seen[rel.ID] {
			return nil, damaged(show(name), 0, "two sheets or parts go by the same name: “%s”", show(once))
		}
		seen[once], seen[rel.ID] = true, true
		doc.List[i].Target = c.resolve(part, strings.ReplaceAll(rel.Target, `\`, "/"))
	}
	return doc.List, nil
}

// resolve makes the target of a relationship the name of a part. Targets are
// URIs, whose odd characters are escaped, but not every program does so.
func (c *container) resolve(part, target string) string {
	if !strings.HasPrefix(target, "/") {
		target = path.Join("/", path.Dir(part), target)
	}
	name := strings.TrimPrefix(path.Clean(target), "/")
	if plain, err := url.PathUnescape(name); err == nil && !c.has(name) {
		return plain
	}
	return name
}

// target is the part that the first relationship of a type leads to, or "".
func (r relationships) target(kind string) string {
	for _, rel := range r {
		if strings.HasSuffix(rel.Type, kind) && rel.Mode != "External" {
			return rel.Target
		}
	}
	return ""
}

// workbookPart finds the part that every XLSX file starts from.
func (c *container) workbookPart() (string, error) {
	if !c.has("_rels/.rels") {
		return "", c.foreign()
	}
	rels, err := c.relationships("")
	if err != nil {
		return "", err
	}
	book := rels.target("/officeDocument")
	switch base := strings.ToLower(path.Base(book)); {
	case book == "", strings.HasPrefix(base, "document"), strings.HasPrefix(base, "presentation"), strings.HasSuffix(base, ".bin"):
		return "", c.foreign()
	}
	return book, nil
}

// The names excelize wants the parts to have, and a package around them.
const (
	packageTypes = `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`
	packageRels  = `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
)

// structure opens a small copy of the workbook with excelize: its sheet list
// and its styles, and none of the parts that are large, broken more often, or
// of no use here.
func (c *container) structure(book, styles string) (*excelize.File, error) {
	data, err := c.read(book)
	if err != nil {
		return nil, err
	}
	parts := map[string][]byte{
		"[Content_Types].xml": []byte(packageTypes),
		"_rels/.rels":         []byte(packageRels),
		"xl/workbook.xml":     data,
	}
	if styles != "" {
		if parts["xl/styles.xml"], err = c.read(styles); err != nil {
			return nil, err
		}
	}
	archive, err := pack(parts)
	if err != nil {
		return nil, err
	}
	f, err := excelize.OpenReader(archive)
	if err != nil {
		if f != nil {
			f.Close()
		}
		return nil, &FileError{Code: CodeFileDamaged, Place: show(book), Found: "the structure of the workbook is broken", Err: err}
	}
	return f, nil
}

func pack(parts map[string][]byte) (io.Reader, error) {
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for name, data := range parts {
		part, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			return nil, err
		}
		if _, err := part.Write(data); err != nil {
			return nil, err
		}
	}
	return &archive, w.Close()
}
