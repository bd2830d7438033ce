package source

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// answerStyles are the styles of an answer: those of the user's workbook, its own, and
// both in the colours of the tones.
type answerStyles struct {
	book    *excelize.File
	fills   map[Tone]int // numbers of fills
	derived map[derivation]int

	head, title, label, text, number int
}

// A derivation is a style made from another one.
type derivation struct {
	base   int
	tone   Tone
	asText bool // a number that is typed into the cell becomes a text
}

// tones are the colours; each is light enough for black text.
var tones = map[Tone]string{ToneDone: "E3F1E1", ToneMend: "FBDCD8", ToneLeft: "FFF0C2"}

// mostStyles is how many styles a workbook may have; Excel knows 65,490.
const mostStyles = 60_000

// newAnswerStyles adds the styles of the answer to those of a workbook.
func newAnswerStyles(book *excelize.File) (*answerStyles, error) {
	s := &answerStyles{book: book, fills: map[Tone]int{}, derived: map[derivation]int{}}
	return s, s.make()
}

// adopt gives a new workbook the styles, the theme and the dates of another. Without
// them no cell may be copied: it would say something else.
func adopt(book *excelize.File, from *workbook) (err error) {
	defer refusePanic(&err)
	if from.styles == "" {
		return nil
	}
	styles, err := from.container.read(from.styles)
	if err != nil {
		return err
	}
	usual := book.Styles
	book.Styles = nil
	book.Pkg.Store("xl/styles.xml", styles)
	if _, err := book.GetStyle(0); err != nil { // it reads them
		return err
	}
	s := book.Styles
	s.Fonts, s.Fills = cmp.Or(s.Fonts, usual.Fonts), cmp.Or(s.Fills, usual.Fills)
	s.Borders, s.CellXfs = cmp.Or(s.Borders, usual.Borders), cmp.Or(s.CellXfs, usual.CellXfs)
	s.ExtLst = nil // it may lean on names that only the root of the part had
	if from.theme != "" {
		if theme, err := from.container.read(from.theme); err == nil && isTheme(theme) { // else the colours are the usual ones
			book.Theme = nil
			book.Pkg.Store("xl/theme/theme1.xml", theme)
		}
	}
	return book.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: new(from.date1904)})
}

// isTheme reports whether a part is a theme and nothing else: sound to its end, and without
// references to other parts, which are not copied.
func isTheme(part []byte) bool {
	const drawing = "http://schemas.openxmlformats.org/drawingml/2006/main"
	decoder, seen := xml.NewDecoder(bytes.NewReader(part)), false
	for {
		token, err := decoder.Token()
		if err != nil {
			return seen && errors.Is(err, io.EOF)
		}
		switch t := token.(type) {
		case xml.Directive:
			return false
		case xml.ProcInst:
			if t.Target != "xml" {
				return false
			}
		case xml.StartElement:
			if !seen && (t.Name.Local != "theme" || t.Name.Space != drawing) {
				return false
			}
			refers := func(a xml.Attr) bool { return strings.HasSuffix(a.Name.Space, "/relationships") }
			if seen = true; slices.ContainsFunc(t.Attr, refers) {
				return false
			}
		}
	}
}

// family is the font of cells without a style of their own, "" if the workbook does not
// say.
func (s *answerStyles) family() string {
	fonts := s.book.Styles.Fonts
	if fonts == nil || len(fonts.Font) == 0 || fonts.Font[0].Name == nil || fonts.Font[0].Name.Val == nil {
		return ""
	}
	return *fonts.Font[0].Name.Val
}

func (s *answerStyles) make() error {
	const general, text = 0, 49 // built-in number formats
	wrapped := &excelize.Alignment{WrapText: true, Vertical: "top"}
	family := s.family()
	for _, style := range []struct {
		id    *int
		style excelize.Style
	}{
		{&s.head, excelize.Style{NumFmt: text, Font: &excelize.Font{Bold: true, Family: family}, Alignment: wrapped, Fill: solid("DDE3EA")}},
		{&s.title, excelize.Style{NumFmt: text, Font: &excelize.Font{Bold: true, Size: 14, Family: family}, Alignment: wrapped}},
		{&s.label, excelize.Style{NumFmt: text, Font: &excelize.Font{Bold: true, Family: family}, Alignment: wrapped}},
		{&s.text, excelize.Style{NumFmt: text, Alignment: wrapped}},
		{&s.number, excelize.Style{NumFmt: general, Alignment: &excelize.Alignment{Vertical: "top"}}},
	} {
		id, err := s.book.NewStyle(&style.style)
		if err != nil {
			return err
		}
		*style.id = id
	}
	for tone, colour := range tones {
		id, err := s.book.NewStyle(&excelize.Style{Fill: solid(colour)})
		if err != nil {
			return err
		}
		s.fills[tone] = *s.book.Styles.CellXfs.Xf[id].FillID
	}
	return nil
}

func solid(colour string) excelize.Fill {
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
}

// of is the style that is like another one but for the colour of a tone, or for making
// texts of what is typed.
func (s *answerStyles) of(base int, tone Tone, asText bool) int {
	const text = 49
	key := derivation{base, tone, asText}
	all := s.book.Styles.CellXfs
	if base >= len(all.Xf) || key == (derivation{base: base}) || len(all.Xf) >= mostStyles {
		return base
	}
	if id, ok := s.derived[key]; ok {
		return id
	}
	xf := all.Xf[base]
	if tone != TonePlain {
		xf.FillID, xf.ApplyFill = new(s.fills[tone]), new(true)
		top := *all.Xf[s.number].Alignment // where the words beside it begin
		if xf.Alignment != nil {
			top = *xf.Alignment
			top.Vertical = "top"
		}
		xf.Alignment, xf.ApplyAlignment = &top, new(true)
	}
	if asText {
		xf.NumFmtID, xf.ApplyNumberFormat = new(text), new(true)
	}
	all.Xf = append(all.Xf, xf)
	all.Count = len(all.Xf)
	s.derived[key] = all.Count - 1
	return s.derived[key]
}
