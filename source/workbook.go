package source

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"path"
	"strings"

	"github.com/xuri/excelize/v2"
)

// A workbook is an XLSX file of which one sheet is to be read.
type workbook struct {
	container *container
	sheet     string   // its name
	part      string   // where it is kept
	strings   string   // where the shared strings are kept, or ""
	formats   []format // by style index; nil without a styles part
}

func openWorkbook(r io.ReaderAt, size int64, sheet string) (*workbook, error) {
	c, err := openContainer(r, size)
	if err != nil {
		return nil, err
	}
	book, err := c.workbookPart()
	if err != nil {
		return nil, err
	}
	rels, err := c.relationships(book)
	if err != nil {
		return nil, err
	}
	w := &workbook{container: c, strings: rels.target("/sharedStrings")}
	structure, err := c.structure(book, rels.target("/styles"))
	if err != nil {
		return nil, err
	}
	defer structure.Close()
	if rels.target("/styles") != "" {
		w.formats = formats(structure)
	}
	w.sheet, w.part, err = chooseSheet(structure, rels, sheet)
	return w, err
}

// rows starts reading the sheet.
func (w *workbook) rows() (rowReader, error) {
	texts, err := w.sharedStrings()
	if err != nil {
		return nil, err
	}
	part, err := w.container.open(w.part, maxSheet)
	if err != nil {
		return nil, err
	}
	s := newSheetReader(part, w.part, texts, w.formats)
	if err := s.start(); err != nil {
		part.Close()
		return nil, err
	}
	return s, nil
}

func (w *workbook) sharedStrings() (*sharedStrings, error) {
	if w.strings == "" {
		return &sharedStrings{}, nil
	}
	part, err := w.container.open(w.strings, maxSharedStrings)
	if err != nil {
		return nil, err
	}
	defer part.Close()
	return readSharedStrings(part, w.strings)
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
	for i, rel := range doc.List {
		target := strings.ReplaceAll(rel.Target, `\`, "/")
		if !strings.HasPrefix(target, "/") {
			target = path.Join("/", path.Dir(part), target)
		}
		doc.List[i].Target = strings.TrimPrefix(path.Clean(target), "/")
	}
	return doc.List, nil
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

// chooseSheet finds the wanted sheet, or the first visible one, and its part.
func chooseSheet(f *excelize.File, rels relationships, wanted string) (name, part string, err error) {
	var all []string
	for _, s := range f.WorkBook.Sheets.Sheet {
		target := worksheetPart(rels, s.ID)
		if target == "" {
			continue // a chart or a dialog
		}
		all = append(all, show(s.Name))
		visible := s.State == "" || s.State == "visible"
		if wanted == "" && visible || wanted != "" && strings.EqualFold(trim(s.Name), trim(wanted)) {
			return s.Name, target, nil
		}
	}
	found := show(wanted)
	if wanted == "" {
		found = "no visible worksheet"
	}
	return "", "", &FileError{Code: CodeSheetMissing, Found: found, Wanted: strings.Join(all, ", ")}
}

func worksheetPart(rels relationships, id string) string {
	for _, rel := range rels {
		if rel.ID == id && strings.HasSuffix(rel.Type, "/worksheet") {
			return rel.Target
		}
	}
	return ""
}
