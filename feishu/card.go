package feishu

import "encoding/json"

// A Color is the background of a card's title, by Feishu's name for it.
type Color string

// The colors that okrsync uses, of a dozen.
const (
	Green  Color = "green"
	Orange Color = "orange"
	Red    Color = "red"
)

// A Card is a message to a group: a title on a colour, and paragraphs below. All of it is
// plain text, in which Feishu knows no markup, links or mentions
// (https://open.feishu.cn/document/ukTMukTMukTM/uUzNwUjL1cDM14SN3ATN), so that a text out
// of a sheet can do nothing in the group but be read. It is of the older of the two
// structures of cards, the one without "schema", which every client shows.
type Card struct {
	Title string
	Color Color
	Parts []string // with a line between each two; a part may have several lines
}

// cardText is a text element of a card.
type cardText struct {
	Tag     string `json:"tag"`
	Content string `json:"content"`
}

// element is one block of a card.
type element struct {
	Tag  string    `json:"tag"` // div, or hr for a line
	Text *cardText `json:"text,omitempty"`
}

// MarshalJSON writes the card as Feishu reads it.
func (c Card) MarshalJSON() ([]byte, error) {
	var card struct {
		Header struct {
			Template Color    `json:"template"`
			Title    cardText `json:"title"`
		} `json:"header"`
		Elements []element `json:"elements"`
	}
	card.Header.Template, card.Header.Title = c.Color, cardText{"plain_text", c.Title}
	for i, part := range c.Parts {
		if i > 0 {
			card.Elements = append(card.Elements, element{Tag: "hr"})
		}
		card.Elements = append(card.Elements, element{Tag: "div", Text: &cardText{"plain_text", part}})
	}
	return json.Marshal(card)
}
