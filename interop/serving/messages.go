package serving

import (
	"fmt"
	"strings"
)

const (
	longestText = 64
	longestList = 10
)

// Quoted puts text in double quotes: cut after 64 characters, with quotes, backslashes and control characters escaped.
func Quoted(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	n := 0
	for _, r := range text {
		if n == longestText {
			b.WriteString("...")
			break
		}
		n++
		if r == '"' || r == '\\' || r < 0x20 || r == 0x7f {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Listed joins at most ten items by commas.
func Listed(items []string) string {
	if len(items) > longestList {
		return strings.Join(items[:longestList], ", ") + ", ..."
	}
	return strings.Join(items, ", ")
}

// NewError makes an error with a text of the contract.
func NewError(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}
