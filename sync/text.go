package sync

import (
	"fmt"
	"strings"

	"okrsync/source/errno"
)

// Text is a sentence in Chinese and English.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// In returns the sentence in the given language: Chinese for "zh", else English.
func (t Text) In(lang string) string {
	if lang == "zh" {
		return t.ZH
	}
	return t.EN
}

// Textf formats a sentence in both languages with the same arguments; a language that
// wants them in another order counts them, as in %[2]s. An argument that has words in
// both languages, such as a Text or an error, is said in each.
func Textf(zh, en string, args ...any) Text {
	return Text{ZH: fmt.Sprintf(zh, spoken("zh", args)...), EN: fmt.Sprintf(en, spoken("en", args)...)}
}

// spoken returns the arguments as they are said in a language.
func spoken(lang string, args []any) []any {
	said := make([]any, len(args))
	for i, arg := range args {
		switch a := arg.(type) {
		case Text:
			said[i] = a.In(lang)
		case error:
			said[i] = Said(a, lang)
		default:
			said[i] = arg
		}
	}
	return said
}

// Said says an error in a language: in its own words if it has some in both, else, in
// Chinese, in those for the operating system's refusals, with the original behind them.
// What has no words at all is said as it is.
func Said(err error, lang string) string {
	if e, ok := err.(interface{ In(lang string) string }); ok {
		return e.In(lang)
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok && lang == "zh" {
		var all []string
		for _, e := range joined.Unwrap() {
			all = append(all, Said(e, lang))
		}
		return strings.Join(all, "；")
	}
	if zh := errno.Chinese(err); lang == "zh" && zh != "" {
		return fmt.Sprintf("%s（%v）", zh, err)
	}
	return err.Error()
}

// A TextError is an error that is said in both languages.
type TextError struct {
	Text
	Err error // what it comes from, or nil
}

// Error is the sentence in English.
func (e *TextError) Error() string { return e.EN }

// Unwrap returns what the error comes from.
func (e *TextError) Unwrap() error { return e.Err }

// Errorf returns an error in words as Textf has them. It comes from the last error among
// the arguments, if there is one.
func Errorf(zh, en string, args ...any) *TextError {
	e := &TextError{Text: Textf(zh, en, args...)}
	for _, arg := range args {
		if err, ok := arg.(error); ok {
			e.Err = err
		}
	}
	return e
}
