package main

import (
	"iter"
	"strings"

	"github.com/mattn/go-runewidth"
)

// terminal knows how many columns a character takes. Those whose width depends
// on the font, such as “ and ”, take one, whatever the locale says.
var terminal = &runewidth.Condition{StrictEmojiNeutral: true}

// wrap breaks a text into lines of at most width columns: between words, and
// anywhere in Chinese, whose characters take two columns. A word that is longer
// than a line keeps its line to itself. There is always at least one line.
func wrap(text string, width int) iter.Seq[string] {
	return func(yield func(string) bool) {
		line, columns := "", 0
		for piece := range pieces(text) {
			w := terminal.StringWidth(strings.TrimRight(piece, " "))
			if columns+w > width && line != "" {
				if !yield(strings.TrimRight(line, " ")) {
					return
				}
				line, columns = "", 0
			}
			line += piece
			columns += terminal.StringWidth(piece)
		}
		yield(strings.TrimRight(line, " "))
	}
}

// hang breaks a text into lines of at most width columns, the first behind a head and the
// others below it. A width of 0 is no bound.
func hang(head, text string, width int) iter.Seq[string] {
	return func(yield func(string) bool) {
		if width <= 0 {
			yield(head + text)
			return
		}
		before := terminal.StringWidth(head)
		for line := range wrap(text, max(width-before, 2)) {
			if !yield(strings.TrimRight(head+line, " ")) {
				return
			}
			head = strings.Repeat(" ", before)
		}
	}
}

// pieces are the parts of a text that stay together: a word with the spaces
// behind it, or one wide character with the punctuation behind it and the brackets and
// quotation marks that open before it.
func pieces(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		start, wide, spaced, opened := 0, false, false, false
		for i, r := range text {
			isWide, isSpace := terminal.RuneWidth(r) > 1, r == ' '
			closing := strings.ContainsRune("，。；：、！？）】》”’", r)
			ends := !isSpace && spaced || isWide && !closing || wide && !isWide && !isSpace && !closing
			if i > start && ends && !opened {
				if !yield(text[start:i]) {
					return
				}
				start = i
			}
			wide, spaced, opened = isWide, isSpace, strings.ContainsRune("（《“‘【", r)
		}
		yield(text[start:])
	}
}
