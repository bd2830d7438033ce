package feishu

import (
	"strings"
	"unicode"
)

// A Secret is a string that must not be seen: it prints, formats and marshals
// as "***". Convert it to string only where it goes on the wire.
type Secret string

const hidden = "***"

// String returns "***", or "" for an empty secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// GoString is String, so that %#v hides the secret too.
func (s Secret) GoString() string { return s.String() }

// MarshalText is String, so that JSON and YAML hide the secret too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// conceal returns s without any of the secrets in it. Servers and proxies echo
// what they were sent, so every text of theirs passes through here. A secret of
// a few letters is a test's, and would be found in words.
func conceal(s string, secrets ...Secret) string {
	const shortest = 6
	for _, secret := range secrets {
		if len(secret) >= shortest {
			s = strings.ReplaceAll(s, string(secret), hidden)
		}
	}
	return s
}

// showable makes a text of a server's fit to be shown: no secret, no control
// characters, not endless.
func showable(s string, secrets ...Secret) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
			return ' ' // to a terminal it may be a command
		}
		return r
	}, strings.ToValidUTF8(conceal(s, secrets...), "\uFFFD"))
	if runes := []rune(s); len(runes) > 300 {
		s = string(runes[:300]) + "…"
	}
	return strings.TrimSpace(s)
}
